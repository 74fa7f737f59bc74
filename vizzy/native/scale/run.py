"""The passes over the data one after another: what a run is, and what it leaves in its folder.

In the folder: a Parquet part for every piece, ``summary.json`` with the thresholds and the confident joint, and where asked
for ``worst.csv``, which the page opens. ``run.json`` has the thresholds as soon as they are known, so that a run that is
started again only writes the parts that are missing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from vizzy import confident
from vizzy.native.scale import passes, storage
from vizzy.native.scale.engines import Dask, Loop
from vizzy.native.scale.columns import Understood, classes_of
from vizzy.native.scale.parquet_rows import facts_of, understood_columns
from vizzy.native.scale.passes import Counted, Found, Job, digest
from vizzy.native.scale.pieces import ROWS_PER_PIECE, Piece, divided
from vizzy.native.scale.sampling import understood
from vizzy.reading import probability_forms
from vizzy.reading.choices import Choices
from vizzy.reading.coded_texts import CountedTexts
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.given_labels import named
from vizzy.reading.label_cleaning import cleaned
from vizzy.reading.missing_labels import MISSING
from vizzy.reading.probability_classes import SUSPICIOUS_AGREEMENT
from vizzy.reading.probability_forms import form_of
from vizzy.reading.tables import guarded
from vizzy.scale.percentiles import Search, searching
from vizzy.scale.scoring import Thresholds
from vizzy.sentences import counted

RUN, SUMMARY, WORST = "run.json", "summary.json", "worst.csv"
VERSION = 1  # of what is written: another one's parts are not taken over
MOST_SUSPECT = "most suspect"  # why a row is among the worst, unless it is one of the sample
SUSPECT_PER_SAMPLED = 10
FILES_CHANGED = "The files have changed between two passes over them: start again."


@dataclass(frozen=True)
class Options:
    """What a person asks for."""

    output: str
    class_percentile: float | None = None  # None: means
    ood_percentile: float | None = None  # None: outliers are out of distribution
    choices: Choices = field(default_factory=Choices)
    worst: int = 0
    decisions: tuple[tuple[str, str], ...] = ()  # id and label that a reviewer decided on, "" for no class
    rows_per_piece: int = ROWS_PER_PIECE

    def judging(self) -> tuple:
        """What the findings depend on."""
        return tuple(sorted(vars(replace(self, output="", worst=0, decisions=())).items()))


@dataclass(frozen=True)
class Result:
    """What a run found."""

    classes: tuple[str, ...]
    class_counts: tuple[int, ...]
    class_thresholds: np.ndarray
    found: Found
    pieces: tuple[Piece, ...]
    left_out: int  # rows without a label
    label: str  # the column of labels
    notes: tuple[str, ...]  # on what was assumed


def run(files: Sequence[str], options: Options, engine: Loop | Dask, say: Callable[[str], None]) -> Result:
    """Score the rows of some Parquet files, and write what was found.

    Parameters
    ----------
    files : sequence of str
        Paths or addresses; see `storage.located`.
    options : Options
    engine : engines.Loop or engines.Dask
    say : callable
        Is called with each sentence on what was assumed.

    Returns
    -------
    Result

    Raises
    ------
    ReadingError
        A sentence on what is wrong with the files, or with where the results go.
    """
    located = storage.located(files)
    storage.check_apart(located, options.output)
    with storage.locked(options.output, say):
        files = _understood(engine, located, options.choices)
        pieces = divided(files.facts, options.rows_per_piece)
        notes = [*files.notes, _columns_in_words(files.columns)]
        for note in notes:
            say(note)
        fingerprint = digest(VERSION, [vars(facts) for facts in files.facts], options.judging(), files.columns)
        job, known = _ready(engine, pieces, files, options, fingerprint)
        for note in known.notes:
            say(note)
        notes += known.notes
        found = engine.reduced(
            "scoring and writing", passes.score_piece, pieces, passes.merged_findings, job=job
        )
        if found.decided < len(options.decisions):
            unknown = counted(len(options.decisions) - found.decided, "{} decision", "{} decisions")
            say(f"{unknown} of {len(options.decisions):,} has an id that no row has.")
        result = Result(
            job.classes,
            tuple(known.class_counts),
            job.thresholds.class_thresholds,
            found,
            tuple(pieces),
            sum(p.rows for p in pieces) - found.rows,
            files.columns.label,
            tuple(notes),
        )
        storage.written(
            storage.joined(options.output, SUMMARY), _summary(result, job.thresholds, files.columns, pieces)
        )
        if options.worst:
            content = _worst(engine, pieces, job, options.worst)
            storage.written(storage.joined(options.output, WORST), content)
    return result


def _ready(engine, pieces, files, options, fingerprint):
    """The job with all that the last pass needs, found now or by an earlier run: (Job, Known)."""
    job = Job(files.columns, frozenset(["", *options.choices.no_labels]), output=options.output)
    known = _known(options.output, fingerprint)
    if known is None:
        known = _learnt(engine, pieces, job, options, files.where)
        content = json.dumps(vars(known) | {"fingerprint": fingerprint}).encode()
        storage.written(storage.joined(options.output, RUN), content)
    decisions = dict(options.decisions)
    job = replace(
        job,
        class_of=known.class_of,
        classes=tuple(known.classes),
        form=getattr(probability_forms, known.form),
        thresholds=known.thresholds(),
        decisions=decisions,
        run=digest(fingerprint, sorted(decisions.items())),
    )
    return job, known


def _understood(engine, located, choices):
    """What Parquet files hold, or all other files together: Understood."""
    if not all(file.endswith(storage.SUFFIXES) for file in located):
        return understood(located, choices)
    facts = engine.reduced("reading what the files say of themselves", _facts, located, _joined)
    others = counted(len(located) - 1, "{} other file", "{} other files")
    where = located[0] if len(located) == 1 else f"{located[0]} and {others}"
    return Understood(tuple(facts), understood_columns(facts, choices.roles), where)


def _facts(file):
    return [facts_of(file)]


def _joined(lists):
    """Of lists, one."""
    return [value for values in lists for value in values]


def _columns_in_words(columns):
    probabilities = (
        f"lists in {shown(columns.probabilities[0])}" if columns.are_lists else listed(columns.probabilities)
    )
    by_id = (
        f", the id in {shown(columns.id)}"
        if columns.id
        else "; there is no column of ids, so that parts have only the rows' order"
    )
    return f"The label is taken from {shown(columns.label)}, probabilities from {probabilities}{by_id}."


@dataclass(frozen=True)
class Known:
    """What scoring needs to know of all rows, as plain data: what ``run.json`` keeps."""

    classes: list[str]
    class_counts: list[int]
    class_of: dict[str, int]
    form: str  # the name of a function of `vizzy.reading.probability_forms`
    class_thresholds: list[str]  # floats in hexadecimal, which is exact
    ood_thresholds: list[str] | None
    notes: list[str]

    def thresholds(self) -> Thresholds:
        """As arrays."""
        odd = None if self.ood_thresholds is None else _from_hex(self.ood_thresholds)
        return Thresholds(_from_hex(self.class_thresholds), odd)


def _known(folder, fingerprint):
    """What an earlier run that was interrupted had found; None where there was none."""
    address = storage.joined(folder, RUN)
    content = storage.content_of(address)
    if content is None:
        return None
    try:
        kept = json.loads(content)
        same = kept.pop("fingerprint") == fingerprint
        known = Known(**kept) if same else None
    except (ValueError, TypeError, KeyError) as error:
        raise ReadingError(f"{address} is damaged: delete the folder, and start again.") from error
    if known is None:
        raise ReadingError(
            f"{folder} holds the results of other files, of files that have changed since, or of other options: write to another "
            "folder, or delete it."
        )
    return known


def _learnt(engine, pieces, job, options, where):
    """All passes but the last: Known."""
    first = engine.reduced(
        "looking at labels and probabilities", passes.survey_piece, pieces, passes.merged_surveys, job=job
    )
    meaning, notes = _labels(first, options.choices, job.columns)
    labels = {text: label for text, label in meaning.items() if label}
    classes, about_classes = classes_of(job.columns, sorted(set(labels.values())), options.choices.classes, where)
    of_scores = all("logit" in name.lower() for name in job.columns.probabilities)
    form, about_form = form_of(first.survey, where, of_scores)
    number = {name: place for place, name in enumerate(classes)}
    class_of = {text: number[label] for text, label in labels.items()}
    class_of |= dict.fromkeys([*_unlabelled(first, job), *(meaning.keys() - labels.keys())], confident.NO_LABEL)
    counts = np.zeros(len(classes), dtype=np.int64)
    for text in labels:
        counts[class_of[text]] += first.labels[text]
    job = replace(job, class_of=class_of, classes=classes, form=form)
    thresholds, about_order = _thresholds(engine, pieces, job, counts, options)
    odd = thresholds.ood_thresholds
    return Known(
        classes=list(classes),
        class_counts=counts.tolist(),
        class_of=class_of,
        form=form.__name__,
        class_thresholds=_in_hex(thresholds.class_thresholds),
        ood_thresholds=None if odd is None else _in_hex(odd),
        notes=[*notes, *about_classes, *about_form, *about_order],
    )


def _unlabelled(first, job):
    """The texts that mean that there is no label, as they stand in the files."""
    return [text for text, count in first.labels.items() if not count] + [*job.no_labels]


def _in_hex(values):
    return [value.hex() for value in values.tolist()]


def _from_hex(texts):
    return np.array([float.fromhex(text) for text in texts])


def _labels(first, choices, columns):
    """The label that each text stands for, "" where that is none: dict; and notes."""
    if first.without_label and not choices.leave_out_unlabelled:
        raise ReadingError(
            f"{first.first_without_label}, column {shown(columns.label)} has no label, as in {counted(first.without_label, '{} row', '{} rows')}: "
            "fill it in, or give --leave-out-unlabelled."
        )
    texts = sorted(text for text, count in first.labels.items() if count)
    if len(texts) < 2:
        said = (
            f"holds only {shown(texts[0])}, but it takes two classes to find errors"
            if texts
            else "holds no label in any row"
        )
        raise ReadingError(f"Column {shown(columns.label)} {said}: name the right one with --label-column.")
    known = {*choices.classes, *columns.class_order, *choices.kept_labels}
    counted_texts = CountedTexts({text: first.labels[text] for text in texts})
    coded, _, notes = named(counted_texts, dict(columns.class_by_number), f"column {shown(columns.label)}")
    asked = [text for text in coded.different if text.strip().lower() in MISSING and text not in known]
    if asked:
        raise ReadingError(
            f"Column {shown(columns.label)} holds {listed(asked)}, which can mean that there is no label: give --keep-label "
            f"{asked[0]} where it is a class, or --no-label {asked[0]} --leave-out-unlabelled where it is not."
        )
    labels, more, _ = cleaned(coded, known, choices.kept_labels, choices.no_labels)
    notes = [*notes, *more]
    if first.without_label:
        notes.append(f"{counted(first.without_label, '{} row', '{} rows')} without a label left out.")
    return labels.meaning, notes


def _thresholds(engine, pieces, job, class_counts, options):
    """The counting passes: Thresholds, and a note where the predictions hardly agree with the labels."""
    wanted = [value for value in (options.class_percentile, options.ood_percentile) if value is not None]
    search = searching(class_counts, wanted) if wanted else None
    first = _counted(engine, pieces, replace(job, search=search), 1)
    if first.sums.count != tuple(class_counts.tolist()):
        raise ReadingError(FILES_CHANGED)
    tally, number = first.tally, 1
    while search is not None:
        search = _narrowed(search, tally)
        if search.done:
            break
        number += 1
        tally = _counted(engine, pieces, replace(job, search=search), number).tally
    by_mean = options.class_percentile is None
    class_thresholds = first.sums.means() if by_mean else search.thresholds_at(options.class_percentile)
    odd = None if options.ood_percentile is None else search.thresholds_at(options.ood_percentile)
    return Thresholds(class_thresholds, odd), _agreement_notes(
        first.agreeing / max(1, int(class_counts.sum()))
    )


def _agreement_notes(agreement):
    if agreement >= SUSPICIOUS_AGREEMENT:
        return []
    return [
        f"The predictions agree with only {100 * agreement:.0f} % of the labels: are the classes in the order of the "
        "probabilities? Give it with --classes or --class."
    ]


def _counted(engine, pieces, job, number) -> Counted:
    return engine.reduced(
        f"counting, pass {number}", passes.count_piece, pieces, passes.merged_counts, job=job
    )


def _narrowed(search: Search, tally) -> Search:
    try:
        return search.narrowed(tally)
    except ValueError as error:
        raise ReadingError(FILES_CHANGED) from error


def _summary(result, thresholds, columns, pieces):
    """What was found, as JSON; a class without examples has no threshold."""
    found, odd = result.found, thresholds.ood_thresholds
    content = {
        "rows": found.rows,
        "rows_left_out": result.left_out,
        "label_issues": found.label_issues,
        "out_of_distribution": found.out_of_distribution,
        "unconfident": found.unconfident,
        "classes": list(result.classes),
        "class_counts": list(result.class_counts),
        "class_thresholds": [_finite(value) for value in thresholds.class_thresholds.tolist()],
        "ood_thresholds": None if odd is None else [_finite(value) for value in odd.tolist()],
        "confident_joint": [
            {"given": result.classes[given], "suggested": result.classes[suggested], "count": count}
            for given, suggested, count in found.joint
        ],
        "label_column": columns.label,
        "id_column": columns.id,
        "label_quality": "self-confidence: neighbour scores need all rows at once and were not computed",
        "parts": [
            {"part": piece.name, "file": str(piece.file), "row_groups": list(piece.groups), "rows": piece.rows}
            for piece in pieces
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False).encode()


def _finite(value):
    return value if np.isfinite(value) else None


def _worst(engine, pieces: Sequence[Piece], job, worst):
    """The most suspect rows, then a sample of a tenth as many, of all classes alike, as a CSV table."""
    in_sample = -(-worst // SUSPECT_PER_SAMPLED)
    per_class = -(-in_sample // len(job.classes))
    chosen = engine.reduced(
        "choosing the most suspect",
        passes.choose_rows,
        pieces,
        partial(passes.merged_choices, worst=worst, per_class=per_class),
        job=job,
        worst=worst,
        per_class=per_class,
    )
    # With more classes than the sample has rows, chance says which classes are in it.
    sample = sorted(chosen.sample, key=lambda row: row[1:])[:in_sample]
    why = {(piece, row): "sample" for _, _, piece, row in sample}
    why |= {(piece, row): MOST_SUSPECT for _, piece, row in chosen.worst}
    wanted: dict[int, list[int]] = {}
    for piece, row in why:
        wanted.setdefault(piece, []).append(row)
    with_rows = [piece for piece in pieces if piece.number in wanted]
    rows = engine.reduced(
        "gathering the most suspect", passes.rows_of_piece, with_rows, _joined, job=job, wanted=wanted
    )
    rows.sort(key=lambda row: (why[row[:2]] != MOST_SUSPECT, float(row[2]["quality_in_all"]), row[:2]))
    out = io.StringIO()
    columns = [*rows[0][2], "chosen_as"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for piece, number, cells in rows:
        writer.writerow([_cell(value) for value in cells.values()] + [why[piece, number]])
    return out.getvalue().encode()


def _cell(value):
    return "" if value is None else guarded(str(value))
