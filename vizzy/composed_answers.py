"""How an answer to the sliders' settings is put together from the parts that `vizzy.answer_parts` makes.

MicroPython (the page) and CPython (the worker) both read this module.
"""

from vizzy.vocabulary import NOISE_RATE


def names_of(settings: tuple[int, int, str, str]) -> list[tuple]:
    """The names of the parts that an answer is put together from; none where they would not do.

    Parameters
    ----------
    settings : (int, int, str, str)
        Class percentile, out-of-distribution percentile, threshold mode, out-of-distribution mode.

    Returns
    -------
    list of tuples
    """
    class_percentile, ood_percentile, mode, ood_mode = settings
    base = class_percentile if mode == "percentile" else mode
    if ood_mode == "outliers":
        return [("outliers", base)]
    if mode == NOISE_RATE:
        return []
    if mode == "mean":
        return [("suggested", base), ("ood", ood_percentile, mode)]
    if ood_percentile > class_percentile:
        return []
    return [("suggested", base), ("ood", ood_percentile, mode)] + _covering(ood_percentile, class_percentile)


def _covering(first, end):
    """The one or two parts of the unconfident whose highest percentile is in ``range(first, end)``."""
    if first == end:
        return []
    size = 1
    while 2 * size <= end - first:
        size *= 2
    last = end - size
    return [("unconfident", start, size) for start in ((first,) if first == last else (first, last))]


def composed(parts: list[dict], n_examples: int) -> dict:
    """The answer, as ``vizzy.session.Session.analyse`` has it.

    Parameters
    ----------
    parts : list of dict
        The parts that `names_of` names, in its order.
    n_examples : int

    Returns
    -------
    dict
    """
    if len(parts) == 1:  # a whole answer
        return parts[0]
    suggested, ood, between = parts[0], parts[1], parts[2:]
    unconfident = ood["unconfident"] if "unconfident" in ood else _most_suspect(between)
    placed = sum(suggested["joint"]) + ood["count"]
    return {
        "class_thresholds": suggested["class_thresholds"],
        "ood_thresholds": ood["ood_thresholds"],
        "joint": suggested["joint"],
        "cells": suggested["cells"],
        "label_issues": suggested["label_issues"],
        "out_of_distribution": ood["out_of_distribution"],
        "unconfident": unconfident[: suggested["most_listed"]],
        "counts": {
            "label_issues": suggested["count"],
            "out_of_distribution": ood["count"],
            "unconfident": n_examples - placed,
        },
        "score": _score(suggested, ood),
    }


def _most_suspect(parts):
    """The examples of one or two parts of the unconfident, each once, the most suspect first."""
    example_of = {}
    for part in parts:
        example_of.update(zip(part["ranks"], part["examples"]))
    return [example_of[rank] for rank in sorted(example_of)]


def _score(suggested, ood):
    if suggested["problems"] is None:
        return None
    return {
        "problems": suggested["problems"],
        "flagged": suggested["count"] + ood["count"],
        "found": suggested["found"] + ood["found"],
    }
