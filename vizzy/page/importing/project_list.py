"""The list of the projects that this browser has saved; what each holds is known to ``saved_project`` alone."""

import json

from vizzy.page.site import local_storage

KEY = "vizzy:works"


def saved_projects():
    """The saved projects: list of dicts with ``id``, ``name``, ``reviewed`` and ``when``, the latest first."""
    return json.loads(local_storage.recall(KEY) or "[]")


def put_first(project):
    """Put a project at the head of the list, in place of what the list says of it."""
    _remember([project] + _others(project["id"]))


def remove(project_id):
    """Take a project off the list."""
    _remember(_others(project_id))


def _others(project_id):
    return [project for project in saved_projects() if project["id"] != project_id]


def _remember(projects):
    local_storage.remember(KEY, json.dumps(projects))
