"""Other models beside the page's own: their accuracy, their calibration, and what they flag."""

from vizzy.page.labs import parts, sentences
from vizzy.page.labs.line_chart import LineChart
from vizzy.page.labs.tables import table
from vizzy.page.labs.plotting import percent
from vizzy.page.labs.sentences import recall_of
from vizzy.page.language import _, decimal
from vizzy.page.ui import dom

KINDS = {"svm": "f1", "logistic": "recall", "neighbours": "precision"}
FOLDS = (3, 5, 10)
MOST_TRIED = 6
FEWEST_IN_A_PART = 4  # predictions, for a point of the calibration curve: of fewer the share is chance
PAGE_OWN = ("svm", 5, 0)  # model, folds, seed


class ModelsLab:
    """A list of what was tried, and the calibration curves of the latest of each model."""

    NAME, TITLE = "models", _("Models")
    QUESTION = _("Would another model see it differently?")
    WORDS = _(
        "Folds: the data is split into this many parts, and each is predicted by a model trained on the others. "
        "Seed: another number splits differently. Calibration: are 80 % of the predictions made with 80 % right?"
    )
    NEEDS_PREDICTIONS = True

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._tried = []
        self._depends = None
        model, self._model = parts.choice(_("Model"), [(name, title) for name, title, _short in sentences.MODELS], "logistic")
        folds, self._folds = parts.choice(_("Folds"), [(count, str(count)) for count in FOLDS], 5)
        seed, self._seed = parts.number_field(_("Seed"), 0, 0, 9999)
        fields = dom.element("div", "row")
        fields.append(model, folds, seed)
        self._runner = parts.Runner(experiments, _("Train and compare"), self._run)
        self._table = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": _("Models")})
        self._chart = LineChart(_("Calibration"), _("probability of the most probable class"), _("share that agrees"))
        self._results = dom.element("div")
        self._results.append(
            self._table,
            parts.group(
                _("Calibration"),
                dom.element("p", "aside", _("Do eight in ten of the predictions made with about 0.8 agree with the label? On the dotted line they do.")),
                self._chart.node,
            ),
        )
        dom.show(self._results, False)
        self._hint = dom.element(
            "p",
            "aside",
            _("The page keeps its own model; this one is trained beside it, on the same labels. Accuracy is how many of them "
            "it predicts, out of sample."),
        )
        self.node = dom.element("div", "models-lab")
        self.node.append(fields, self._runner.node, self._hint, self._results)

    def follow(self, state, _analysis):
        """Another training of the page's: what was compared with the last one no longer holds."""
        if self._app.dataset.brings_pred_probs:
            self._runner.enable(False)
            self._hint.textContent = _("These probabilities came with the data: without embeddings there is nothing to train on.")
            return
        if self._depends != self._app.training.count:
            self._depends = self._app.training.count
            self._tried = []
            dom.show(self._results, False)

    def resized(self):
        """The chart has another room."""
        self._chart.resized()

    async def _run(self):
        choice = (self._model.value, int(self._folds.value), parts.whole_number(self._seed, 0, 9999))
        wanted = [choice]
        if PAGE_OWN not in [tried[0] for tried in self._tried] and choice != PAGE_OWN:
            wanted.insert(0, PAGE_OWN)
        for one in wanted:
            answer = await self._runner.ask(
                "models.try_model",
                {"settings": self._app.state.analysis_settings, "model": one[0], "n_folds": one[1], "seed": one[2]},
            )
            if answer is None:
                return
            self._tried = [tried for tried in self._tried if tried[0] != one] + [(one, answer)]
        if len(self._tried) > MOST_TRIED:
            self._tried = [self._tried[0]] + self._tried[1 - MOST_TRIED :]
        self._show()

    def _show(self):
        known = self._tried[0][1]["tally"] is not None
        answers = [answer for _choice, answer in self._tried]
        rows = [[_("accuracy")] + [percent(answer["accuracy"]) for answer in answers]]
        if known:
            rows.append([_("accuracy on true labels")] + [percent(answer["true_accuracy"]) for answer in answers])
        rows.append([_("calibration error")] + [decimal(answer["calibration"]["error"]) for answer in answers])
        counts = (("label_issues", _("label issues")), ("shared", _("of them also the page’s")), ("out_of_distribution", _("out of distribution")))
        rows += [[words] + [str(answer[key]) for answer in answers] for key, words in counts]
        if known:
            shares = (("precision", _("precision")), ("recall", recall_of(answers[0]["tally"])), ("f1", "F1"))
            rows += [[words] + [percent(answer["tally"][key]) for answer in answers] for key, words in shares]
        head = [""] + [_name(choice) for choice, _answer in self._tried]
        self._table.replaceChildren(table(_("The models compared"), head, rows, "numbers models"))
        dom.show(self._results, True)
        self._chart.show(self._curves(), (0, 1), (0, 1))

    def _latest_of_each(self):
        for name, _title, _short in sentences.MODELS:
            answers = [answer for choice, answer in self._tried if choice[0] == name]
            if answers:
                yield name, answers[-1]

    def _curves(self):
        lines = [{"name": "", "kind": "ideal", "points": [(0, 0), (1, 1)]}]
        for model, answer in self._latest_of_each():
            curve = answer["calibration"]
            points = [
                (x, y)
                for x, y, count in zip(curve["confidence"], curve["accuracy"], curve["count"])
                if count >= FEWEST_IN_A_PART
            ]
            lines.append({"name": _short(model), "kind": KINDS[model], "points": points})
        return lines


def _name(choice):
    model, folds, seed = choice
    if choice == PAGE_OWN:
        return _("The page's own: SVM, {} folds, seed {}").format(folds, seed)
    return _("{}, {} folds, seed {}").format(_short(model), folds, seed)


def _short(model):
    return [short for name, _title, short in sentences.MODELS if name == model][0]
