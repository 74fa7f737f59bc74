"""The experiments: what a session's numbers come to if one thing were different.

A module is one experiment. It opens with what it asks; its functions work on arrays, and the one that the page
calls takes the session and plain arguments and comes to plain lists and numbers, bounded in size. One that takes
long is a generator like `vizzy.training.cross_validation`: it yields ``(done, total)``, so that whoever runs it can
show progress and stop. ``EXPERIMENTS`` names all that the page may ask for. Nothing here knows of the browser.

The worker fetches this package when the first experiment is opened: it costs nothing at the start. For the same
reason each module is imported only when it is first asked for.
"""

EXPERIMENTS = {
    "score_card": "score",
    "percentile_curves": "percentiles",
    "percentile_bands": "percentiles",
    "compare_ways": "label_issue_rules",
    "noise_sweep": "noise",
    "hide_errors": "challenge",
    "principal_map": "projection",
    "neighbour_map": "projection",
    "try_model": "models",
    "show_code": "rule_editor",
    "run_code": "rule_editor",
    "restore_code": "rule_editor",
    "prompt": "rule_editor",
}


def experiment(name):
    """The function of this name; LookupError for a name that is none of ``EXPERIMENTS``."""
    from importlib import import_module

    return getattr(import_module("vizzy.labs." + EXPERIMENTS[name]), name)
