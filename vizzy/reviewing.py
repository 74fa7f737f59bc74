"""What a reviewer gets from a session: which examples to look at next, why, and what is exported.

The queue is ranked by label quality, the most suspect first; its kinds are what the thresholds make of each example.
The command line and the tests use it as the page does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vizzy import exporting, near_duplicates, ranking
from vizzy.report import html_report
from vizzy.reading.errors import ReadingError
from vizzy.reading.review import Review
from vizzy.sentences import sentence
from vizzy.translation import ENGLISH, Translation
from vizzy.vocabulary import (
    ACCEPTED,
    CHANGED,
    NO_CLASS,
    NOISE_RATE,
    QUEUE_OF_ALL,
    QUEUE_OF_LABEL_ISSUES,
    QUEUE_OF_NEAR_DUPLICATES,
    QUEUE_OF_OUT_OF_DISTRIBUTION,
    QUEUE_OF_SUSPECTS,
    QUEUE_OF_UNCONFIDENT,
    SKIPPED,
)

if TYPE_CHECKING:
    from vizzy.confident import Analysis
    from vizzy.reading.imported import Opened
    from vizzy.reading.proposal import Proposal
    from vizzy.reading.raw import Raw
    from vizzy.session import Session

# Of so many examples near duplicates are found at once, of more when somebody asks for them: it takes seconds.
MOST_COMPARED_UNASKED = 2_000
MOST_SHOWN = 12  # members of a group beside an example
EXPORTS = ("table", "changes", "report")  # of text; EMBEDDINGS are numbers
EMBEDDINGS = "embeddings"


def accepting(review: Review, findings: exporting.Findings, below: float | None = None) -> Review:
    """A review in which the suggested labels of the label issues are accepted, where nothing was decided yet.

    Parameters
    ----------
    review : vizzy.reading.Review
    findings : vizzy.exporting.Findings
    below : float in [0, 1], optional
        Only those whose label quality is below it.

    Returns
    -------
    vizzy.reading.Review
    """
    wanted_mask = findings.analysis.label_issue_mask & np.array([action in ("", SKIPPED) for action in review.actions])
    if below is not None:
        wanted_mask &= findings.label_quality < below
    corrected = np.where(wanted_mask, findings.analysis.suggested_label, review.corrected_label)
    actions = [ACCEPTED if wanted else action for wanted, action in zip(wanted_mask, review.actions, strict=True)]
    return Review(corrected, tuple(actions))


def masks_of(analysis: Analysis) -> dict[str, np.ndarray]:
    """Which examples each kind of queue holds: dict of np.ndarray of bool, shape (n,)."""
    return {
        QUEUE_OF_SUSPECTS: analysis.label_issue_mask | analysis.out_of_distribution_mask,
        QUEUE_OF_LABEL_ISSUES: analysis.label_issue_mask,
        QUEUE_OF_OUT_OF_DISTRIBUTION: analysis.out_of_distribution_mask,
        QUEUE_OF_UNCONFIDENT: analysis.unconfident_mask,
        QUEUE_OF_ALL: np.ones(len(analysis.suggested_label), dtype=bool),
    }


class Reviewing:
    """What a session's examples are, for a reviewer.

    Parameters
    ----------
    session : vizzy.session.Session
        Trained.
    texts : sequence of str, optional
        What each example says, to be searched.
    raw : vizzy.reading.raw.Raw, optional
        What features were made of, to say what in it speaks for a label.
    image_hashes : np.ndarray of uint64, shape (n,), optional
        To find near duplicates by.
    """

    def __init__(
        self,
        session: Session,
        texts: Sequence[str] | None = None,
        raw: Raw | None = None,
        image_hashes: np.ndarray | None = None,
    ) -> None:
        self._session = session
        self._texts = texts
        self._raw = raw
        self._image_hashes = image_hashes
        self._evidence = None  # with the predictions that it belongs to; found when first needed
        self._groups = None  # found when first needed, as it may take seconds
        dataset = session.dataset
        described = raw.described if raw else texts
        columns = [column for column in (dataset.ids, dataset.files, described) if column]
        self._searched = ["\n".join(cells).casefold() for cells in zip(*columns, strict=True)]

    def queue(
        self,
        settings: Sequence,
        kind: str = QUEUE_OF_SUSPECTS,
        given: int | None = None,
        suggested: int | None = None,
        text: str = "",
    ) -> np.ndarray:
        """The examples to review, the most suspect first.

        Parameters
        ----------
        settings : (float, float, str, str)
            Of the analysis, as `vizzy.session.Session.analysis_at` takes them.
        kind : str
            One of those of `masks_of`, or `QUEUE_OF_NEAR_DUPLICATES` whose labels differ: these stand group by group.
        given, suggested : int in [0, K), optional
            Only examples with these labels.
        text : str
            Only examples in whose id, file name or text this stands, in capitals or not.

        Returns
        -------
        np.ndarray of int, in [0, n)
            The examples' places in the dataset.
        """
        predictions = self._session.predictions
        analysis = self._session.analysis_at(*settings)
        wanted_mask = (self._near_duplicates().conflict_mask if kind == QUEUE_OF_NEAR_DUPLICATES else masks_of(analysis)[kind]).copy()
        if given is not None:
            wanted_mask &= predictions.given_label == given
        if suggested is not None:
            wanted_mask &= analysis.suggested_label == suggested
        examples = np.flatnonzero(wanted_mask)
        examples = examples[np.argsort(predictions.quality_rank[examples])]
        if kind == QUEUE_OF_NEAR_DUPLICATES:
            examples = self._group_by_group(examples)
        sought = text.casefold().strip()
        if sought:
            examples = np.array([row for row in examples if sought in self._searched[row]], dtype=np.intp)
        return examples

    def counts(self, settings: Sequence) -> dict[str, int | None]:
        """How many examples each kind of queue has, or None where that was not counted yet; `settings` as for `queue`."""
        counts: dict[str, int | None] = {kind: int(mask.sum()) for kind, mask in masks_of(self._session.analysis_at(*settings)).items()}
        known = self._groups is not None or len(self._session.dataset) <= MOST_COMPARED_UNASKED
        counts[QUEUE_OF_NEAR_DUPLICATES] = int(self._near_duplicates().conflict_mask.sum()) if known else None
        return counts

    def reasons(self, example: int) -> dict:
        """Why an example's label has its quality: plain numbers and words.

        Parameters
        ----------
        example : int in [0, n)

        Returns
        -------
        dict
            That of `vizzy.ranking.explain`, with ``label_quality``, ``pred_probs`` (K numbers), ``reasons``, a list
            of str, and ``near_duplicates``, a list of dicts with ``example`` and ``label``.
        """
        predictions = self._session.predictions
        explanation = ranking.explain(predictions.parts, predictions.given_label, example)
        given = int(predictions.given_label[example])
        return explanation | {
            "label_quality": float(predictions.label_quality[example]),
            "pred_probs": predictions.pred_probs[example].tolist(),
            "reasons": [
                *ranking.reasons(explanation, given, self._session.dataset.classes),
                *self._reasons_in_data(example, given, explanation["rival"]),
            ],
            "near_duplicates": self._others_of_group(example),
        }

    def _reasons_in_data(self, example, given, rival):
        if self._raw is None:
            return []
        from vizzy.features.evidence import Evidence  # not needed with embeddings or probabilities

        predictions, classes = self._session.predictions, self._session.dataset.classes
        if self._evidence is None or self._evidence[0] is not predictions:
            self._evidence = predictions, Evidence(self._raw, predictions.given_label, len(classes))
        return self._evidence[1].reasons(example, given, rival, classes)

    def export(
        self,
        what: str,
        opened: Opened,
        settings: Sequence,
        review: Review,
        evidence: dict[int, Sequence] | None = None,
        say: Translation = ENGLISH,
    ) -> tuple[str, bytes]:
        """The file that a reviewer exports.

        Parameters
        ----------
        what : str
            One of EXPORTS, or EMBEDDINGS.
        opened : vizzy.reading.Opened
        settings : (float, float, str) or (float, float, str, str)
            As for `queue`.
        review : vizzy.reading.Review
        evidence : dict, optional
            As for `vizzy.exporting.changes`.
        say : Translation, optional
            The language of the report.

        Returns
        -------
        name : str
            What to call the file.
        content : bytes

        Raises
        ------
        vizzy.dataset.DatasetError
            Where embeddings are asked for and there are none.
        """
        if what == EMBEDDINGS:
            return exporting.embeddings(opened)
        findings = self._findings(settings)
        if what == "table":
            return exporting.corrected_table(opened, findings, review)
        if what == "changes":
            return exporting.changes(opened, findings, review, evidence)
        return html_report(opened, findings, review, lambda example: self.reasons(example)["reasons"], say)

    def _findings(self, settings):
        predictions, dataset = self._session.predictions, self._session.dataset
        class_percentile, ood_percentile, threshold_mode, *ood_mode = settings
        return exporting.Findings(
            label=predictions.given_label,
            pred_probs=predictions.pred_probs,
            analysis=self._session.analysis_at(*settings),
            label_quality=predictions.label_quality,
            threshold_mode="mean" if threshold_mode == NOISE_RATE else threshold_mode,
            by_noise_rate=threshold_mode == NOISE_RATE,
            class_percentile=class_percentile,
            ood_percentile=None if "outliers" in ood_mode else ood_percentile,
            near_duplicates=self._near_duplicates(),
            accuracy=predictions.accuracy if dataset.pred_probs is None else None,
        )

    def _group_by_group(self, examples):
        """Examples with those of one group side by side, the group with the most suspect member first."""
        group = self._near_duplicates().group
        first = {}
        for place, example in enumerate(examples.tolist()):
            first.setdefault(int(group[example]), place)
        return np.array(sorted(examples.tolist(), key=lambda example: first[int(group[example])]), dtype=np.intp)

    def _others_of_group(self, example):
        """The near duplicates of an example, if they are known: list of {"example", "label"}."""
        if self._groups is None or self._groups.group[example] == near_duplicates.NO_GROUP:
            return []
        same = np.flatnonzero(self._groups.group == self._groups.group[example])
        given = self._session.predictions.given_label
        return [{"example": int(other), "label": int(given[other])} for other in same[:MOST_SHOWN] if other != example]

    def _near_duplicates(self):
        if self._groups is None:
            dataset = self._session.dataset
            self._groups = near_duplicates.find(dataset.given_label, dataset.embeddings, self._texts, self._image_hashes)
        return self._groups


def review_of(given_label: np.ndarray, changed_labels: dict[int, int], actions: dict[int, str]) -> Review:
    """The review that the page's state amounts to.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,)
    changed_labels : dict of int to int
        Example -> label, where it is no longer the given one.
    actions : dict of int to str
        Example -> what was decided; an example with another label and no action was changed by hand.

    Returns
    -------
    vizzy.reading.Review
    """
    corrected = np.array(given_label, dtype=np.intp)
    decided = [""] * len(corrected)
    for example, label in changed_labels.items():
        corrected[example] = label
        decided[example] = CHANGED
    for example, action in actions.items():
        decided[example] = action
        if action == NO_CLASS:
            corrected[example] = -1
    return Review(corrected, tuple(decided))


def state_of(review: Review, given_label: np.ndarray) -> tuple[dict[int, int], dict[int, str]]:
    """The state of the page that a review amounts to: the opposite of `review_of`.

    Parameters
    ----------
    review : vizzy.reading.Review
    given_label : np.ndarray of int, shape (n,)

    Returns
    -------
    changed_labels : dict of int to int
        As `review_of` takes them.
    actions : dict of int to str
    """
    changed_idx = np.flatnonzero((review.corrected_label != given_label) & (review.corrected_label >= 0))
    changed = {int(example): int(review.corrected_label[example]) for example in changed_idx}
    return changed, {example: action for example, action in enumerate(review.actions) if action}


def reopened(session: Session, proposal: Proposal) -> Opened:
    """A dataset folder's own table, for exporting what was found in it under the session's own classes.

    Parameters
    ----------
    session : vizzy.session.Session
    proposal : vizzy.reading.Proposal
        Of the same folder's table.

    Returns
    -------
    vizzy.reading.Opened

    Raises
    ------
    ReadingError
        Where the table cannot be read, or is another dataset's.
    """
    opened = proposal.make()
    if opened.dataset.ids != session.dataset.ids:
        raise ReadingError(sentence(
            "{table} does not hold the examples of {dataset}: is it of another version?",
            table=opened.table.name, dataset=session.dataset.name,
        ))
    return replace(opened, dataset=session.dataset)
