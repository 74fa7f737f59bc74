"""The rule editor: the source of `vizzy.confident`, a reader's changes to it, and the edited module that then runs.

What is edited is the source of a few of its functions. It runs in a copy of the module, made from the module's own
source, so that whatever calls them there calls the changed ones; `vizzy.confident` itself stays what it is, and with it
all that compares. A session asks its ``rules`` for an analysis and an explanation: the copy, once it has proved itself
on the present data. It is guarded from then on: a rule that fails, takes too long or answers nonsense at other settings
is told of, and the last good one takes over.

Edited code runs where the numbers are, in the visitor's own browser, and is kept nowhere.
"""

# Without ``from __future__ import annotations``: `compile` would hand it on to the code that it compiles here, and to the
# copy of `vizzy.confident`, which needs its annotations evaluated.

import contextlib
import inspect
import io
import linecache
import sys
import time
import traceback
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vizzy import confident
from vizzy.labs import experiment

if TYPE_CHECKING:
    from vizzy.session import Session

EDITABLE = ("analyse", "reaches", "suggested_label", "confident_joint")
FILE = "your rule"
PROMPT_FILE = "prompt"
MOST_SECONDS = 5
FAILURES = (Exception, SystemExit)
MOST_PRINTED = 10_000  # characters


class RuleError(Exception):
    """The rule ran, but what it came to is no analysis; a sentence."""


@experiment
def show_code(session: "Session") -> dict:
    """What the panel shows.

    Parameters
    ----------
    session : vizzy.session.Session

    Returns
    -------
    dict
        ``functions``: name and original source of each that can be edited; ``source``, what is running now;
        ``edited``: whether that is not the original; ``trouble``: the traceback of a rule that failed after it had been
        accepted, or None.
    """
    rules = session.rules
    return {
        "functions": [{"name": name, "source": original_source(name)} for name in EDITABLE],
        "source": getattr(rules, "source", None) or whole_source(),
        "edited": rules is not confident,
        "trouble": session.rule_trouble,
    }


@experiment
def run_code(session: "Session", source: str, settings: Sequence) -> dict:
    """Try an edited rule on the session's data, and let it run from now on if it holds.

    Parameters
    ----------
    session : vizzy.session.Session
    source : str
        Python: functions that take the place of those of `vizzy.confident` with the same names.
    settings : (float, float, str, str)
        Of the analysis to try it on, as `vizzy.session.Session.analysis_at` takes them.

    Returns
    -------
    dict
        ``failed``: the traceback where it does not hold; the session then keeps the rules it had; else None.
    """
    try:
        rules = GuardedRules(session, source, _compiled(source))
        if session.predictions is not None:
            _try(rules, session, settings)
    except FAILURES as error:
        return {"failed": readable(error)}
    session.use_rules(rules)
    session.rule_trouble = None
    return {"failed": None}


@experiment
def restore_code(session: "Session") -> dict:
    """Use the original rule again; what `show_code` returns."""
    session.use_rules(confident)
    session.rule_trouble = None
    return show_code(session)


@experiment
def prompt(session: "Session", line: str) -> dict:
    """Run Python with ``pred_probs``, ``labels``, ``vizzy``, ``np`` and ``session`` in scope.

    The names that it defines stay. ``labels`` and ``pred_probs`` are copies: nothing on the page can be broken.

    Parameters
    ----------
    session : vizzy.session.Session
    line : str
        Python, of one line or more.

    Returns
    -------
    dict
        ``said``: what it printed or came to; ``failed``: the traceback, or None.
    """
    scope = _scope(session)
    said = io.StringIO()
    failed = None
    with contextlib.redirect_stdout(said), _at_most(MOST_SECONDS):
        try:
            _run_line(line, scope)
        except FAILURES as error:
            failed = readable(error, PROMPT_FILE)
    return {"said": said.getvalue()[:MOST_PRINTED], "failed": failed}


def original_source(name: str) -> str:
    """The source of one of the functions of `vizzy.confident`."""
    return inspect.getsource(getattr(confident, name))


def whole_source() -> str:
    """The source of all functions that can be edited, one after the other."""
    return "\n\n".join(original_source(name) for name in EDITABLE)


class GuardedRules:
    """What a session asks instead of `vizzy.confident`, with a way back."""

    def __init__(self, session: "Session", source: str, module: types.ModuleType) -> None:
        self.source = source
        self._session = session
        self._module = module
        self._before = session.rules

    def analyse(self, given_label: np.ndarray, pred_probs: np.ndarray, *settings: Any) -> Any:
        """As `vizzy.confident.analyse`, by the edited rule; by the last good one where that fails.

        Parameters
        ----------
        given_label, pred_probs, *settings
            As for `vizzy.confident.analyse`, in its order.

        Returns
        -------
        object
            With the attributes of `vizzy.confident.Analysis`.
        """
        try:
            return self.checked_analysis(given_label, pred_probs, *settings)
        except FAILURES as error:
            self._give_up(error)
            return self._before.analyse(given_label, pred_probs, *settings)

    def explain(self, *arguments: Any) -> Any:
        """As `vizzy.confident.explain`, by the edited rule; by the last good one where that fails."""
        try:
            with _at_most(MOST_SECONDS):
                return self._module.explain(*arguments)
        except FAILURES as error:
            self._give_up(error)
            return self._before.explain(*arguments)

    def checked_analysis(self, given_label: np.ndarray, pred_probs: np.ndarray, *settings: Any) -> Any:
        """What the edited rule says, if that is an analysis.

        Parameters
        ----------
        given_label, pred_probs, *settings
            As for `analyse`.

        Returns
        -------
        object
            With the attributes of `vizzy.confident.Analysis`.

        Raises
        ------
        RuleError
            Where it lacks one of them, or one has the wrong shape, kind or range.
        Exception
            Whatever the edited rule raises.
        """
        with _at_most(MOST_SECONDS):
            analysis = self._module.analyse(given_label, pred_probs, *settings)
        return _checked(analysis, *pred_probs.shape)

    def _give_up(self, error):
        self._session.use_rules(self._before)
        self._session.rule_trouble = readable(error)


def readable(error: BaseException, file: str = FILE) -> str:
    """A traceback that begins where the reader's own code, which is in that file, does."""
    if isinstance(error, RuleError):
        return str(error)
    own = error.__traceback__
    while own is not None and own.tb_frame.f_code.co_filename != file:
        own = own.tb_next
    return "".join(traceback.format_exception(type(error), error, own or None)).strip()


def _compiled(source):
    """A copy of `vizzy.confident` in which the edited functions stand for the original ones."""
    module = types.ModuleType("edited")
    exec(compile(inspect.getsource(confident), confident.__file__, "exec"), module.__dict__)
    _remember_lines(FILE, source)
    with _at_most(MOST_SECONDS):
        exec(compile(source, FILE, "exec"), module.__dict__)
    return module


def _remember_lines(file, source):
    """Tracebacks can then quote them."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)


def _try(rules, session, settings):
    predictions = session.predictions
    arguments = session.rule_arguments(*settings)
    analysis = rules.checked_analysis(*arguments)
    if len(predictions.given_label):
        with _at_most(MOST_SECONDS):
            rules._module.explain(*arguments[:2], 0, analysis, predictions.confidences)


def _checked(analysis, n, n_classes):
    """Refuse what the page could not draw, in a sentence."""
    shapes = {
        "class_thresholds": (n_classes,),
        "ood_thresholds": (n_classes,),
        "suggested_label": (n,),
        "confident_joint": (n_classes, n_classes),
        "label_issue_mask": (n,),
        "out_of_distribution_mask": (n,),
        "unconfident_mask": (n,),
    }
    for name, shape in shapes.items():
        if not hasattr(analysis, name):
            raise RuleError(f"analyse came to {type(analysis).__name__} without {name}: does it return an Analysis?")
        value = np.asarray(getattr(analysis, name))
        if value.shape != shape:
            raise RuleError(f"{name} has the shape {value.shape}, but must have {shape}.")
        kinds = "b" if name.endswith("mask") else "f" if name.endswith("thresholds") else "iu"
        if value.dtype.kind not in kinds:
            raise RuleError(f"{name} holds {value.dtype} values: {_EXPECTED[kinds]}.")
        if kinds == "f" and np.isnan(value).any():
            raise RuleError(f"{name} holds a NaN: infinity stands for a threshold that nothing reaches.")
    suggested = np.asarray(analysis.suggested_label)
    if suggested.min(initial=0) < confident.NO_LABEL or suggested.max(initial=0) >= n_classes:
        raise RuleError(f"suggested_label must be between -1 (none) and {n_classes - 1}.")
    return analysis


_EXPECTED = {"b": "a mask is of bool", "f": "thresholds are of float", "iu": "classes and counts are whole numbers"}


@contextlib.contextmanager
def _at_most(seconds):
    """Stop Python code that runs for longer: a loop without an end would take the page's worker with it."""
    end = time.monotonic() + seconds

    def look(_frame, _event, _argument):
        if time.monotonic() > end:
            raise TimeoutError(f"stopped after {seconds} seconds")
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)


def _scope(session):
    """The prompt's names, kept from line to line."""
    import vizzy

    scope = session.prompt_scope
    scope.update(vizzy=vizzy, np=np, confident=confident, session=session)
    predictions = session.predictions
    if predictions is not None and scope.get("_shown") is not predictions:
        scope.update(
            labels=predictions.given_label.copy(), pred_probs=predictions.pred_probs.copy(), _shown=predictions
        )
    return scope


def _run_line(line, scope):
    """Run it; if it ends in an expression, print what that comes to, as a prompt does."""
    import ast

    _remember_lines(PROMPT_FILE, line)
    tree = ast.parse(line, PROMPT_FILE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, PROMPT_FILE, "exec"), scope)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), PROMPT_FILE, "eval"), scope)
        if value is not None:
            scope["_"] = value
            print(repr(value))
