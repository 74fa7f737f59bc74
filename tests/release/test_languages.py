"""Every text of the page stands in the catalogue, and every language has all of them."""

import ast
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))

import languages

MODULES = [ROOT / "main.py", *sorted((ROOT / "vizzy/page").rglob("*.py"))]
LANGUAGES = languages.language_names(ROOT)
MESSAGES = languages.messages(ROOT)

PROSE = re.compile(r"[A-Za-z’']{2,}[,:;.…]? +\S")  # two words
TEXT = re.compile(r"[A-Za-z]{2,}")
# Whose texts nobody sees: what is looked for in the document, looks, the console.
UNSEEN_CALLS = {"querySelector", "querySelectorAll", "closest", "matches", "matchMedia", "setProperty", "print", "svg"}
UNSEEN_TARGETS = {"className"}
CLASS_PLACES = {"element": 1, "button": 1, "table": 3, "_text": 3}  # which argument is the class
# Where a text goes that somebody sees: a call and its place there, an attribute of an element, a property.
SHOWN_CALLS = {"element": 2, "button": 0, "note": 0, "fail": 0, "say": 0, "_say": 0, "_complain": 0, "WorkerError": 0}
SHOWN_CALLS |= {"choice": 0, "number_field": 0, "group": 0, "Runner": 1}  # of the labs
SHOWN_ATTRIBUTES = {"aria-label", "title", "placeholder", "data-empty", "aria-valuetext", "aria-description", "alt"}
SHOWN_TARGETS = {"textContent", "title", "placeholder"}
MARKED = {"_", "counted"}
# Not for the visitor: code that is shown as such, names, and what only a defect can say.
NO_TEXTS = {
    "vizzy/page/client/connection.py": {"out of memory", "fatally failed"},  # as Python says it
    "vizzy/page/labs/editor.py": {'ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'},
    "vizzy/page/guide/theory_dialog.py": {"Confident Learning"},  # a paper's title
    "vizzy/page/importing/preview.py": {"texts and measurements"},  # as the worker calls it
    "vizzy/page/model/url.py": {" above class="},  # a part of the address
    "vizzy/page/site/late_loading.py": {"{}: status {}"},  # into the console
    "vizzy/page/ui/thumbnails.py": {' { background-image: url("'},  # a style sheet
}


def docstrings(tree):
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    return {body[0].value for body in bodies if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)}


def called(node):
    return getattr(node.func, "attr", None) or getattr(node.func, "id", None) if isinstance(node, ast.Call) else None


def strings(node, without=()):
    """The text constants in an expression, but those in what is marked as a text or is left out."""
    if called(node) in MARKED or node in without:
        return []
    if isinstance(node, ast.Constant):
        return [node] if isinstance(node.value, str) else []
    return [found for child in ast.iter_child_nodes(node) for found in strings(child, without)]


def unseen(tree):
    """The parts of a module that nobody sees."""
    for node in ast.walk(tree):
        if called(node) in UNSEEN_CALLS:
            yield node
        elif called(node) in CLASS_PLACES:
            yield from node.args[CLASS_PLACES[called(node)] :][:1]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", None) in UNSEEN_TARGETS:
            yield node.value
        elif isinstance(node, ast.Compare | ast.Subscript):
            yield from [*getattr(node, "comparators", ()), *([node.slice] if isinstance(node, ast.Subscript) else [])]
        elif isinstance(node, ast.Dict):
            yield from [key for key in node.keys if key]


def shown(tree):
    """The expressions that go where somebody sees them."""
    for node in ast.walk(tree):
        place = SHOWN_CALLS.get(called(node))
        if place is not None and len(node.args) > place:
            yield node.args[place]
        if called(node) == "setAttribute" and getattr(node.args[0], "value", None) in SHOWN_ATTRIBUTES:
            yield node.args[1]
        if isinstance(node, ast.Dict):
            yield from [value for key, value in zip(node.keys, node.values, strict=True) if getattr(key, "value", None) in SHOWN_ATTRIBUTES]
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", None) in SHOWN_TARGETS:
            yield node.value


def unmarked(source, is_model=False):
    """The texts that a module shows, or that read like some, and does not mark: they would stay English."""
    tree = ast.parse(source)
    without = {*docstrings(tree), *unseen(tree)}
    if is_model:  # what it raises is for whoever calls it wrongly
        without |= {node for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    prose = [node for node in strings(tree, without) if PROSE.search(node.value) and "\n" not in node.value]
    texts = [node for part in shown(tree) for node in strings(part, without) if TEXT.search(node.value)]
    return {node.value for node in [*prose, *texts] if not is_technical(node.value)}


def is_technical(text):
    """A selector, a class, CSS, an attribute's value: nothing that is said."""
    return bool(re.search(r'\[[\w-]+[=\]]|[:(]\s*[\d.]+|^[a-z-]+$|px|var\(|=', text))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_marks_every_text_that_it_shows(path):
    name = path.relative_to(ROOT).as_posix()
    found = unmarked(path.read_text(encoding="utf-8"), is_model="/model/" in name)
    assert found <= NO_TEXTS.get(name, set()), "write _(…) around these, see vizzy/page/language.py"


@pytest.mark.parametrize(
    "line",
    [
        'dom.element("p", "aside", "Nothing yet")',
        'node.textContent = "Reading " + name',
        'node.setAttribute("aria-label", "Close")',
        'dom.button("Close", "quiet", {"title": _("Close")})',
        'dom.element("span", "", _("Close"), {"title": "Close it"})',
        'HINT = "Point at an image to see it."',
        'app.note("Gone." if lost else _("Here."))',
        'raise ValueError("The address names no folder.")',
    ],
)
def test_a_text_that_is_not_marked_would_be_found(line):
    assert unmarked(line)


@pytest.mark.parametrize("line", ['node = dom.element("p", "row wide", _("Close"))', 'print("not kept for now")', 'x.closest("td, th a")'])
def test_what_nobody_reads_is_no_text(line):
    assert not unmarked(line)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_where_texts_are_marked_the_mark_is_no_variable(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assigned = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name | ast.arg) and is_bound_mark(node)]
    assert "_" not in imports or not assigned, "call what is not used something else: _ is the function that translates"


def is_bound_mark(node):
    return node.arg == "_" if isinstance(node, ast.arg) else node.id == "_" and isinstance(node.ctx, ast.Store)


# --- what the worker says --------------------------------------------------------------------------------

# For whoever calls a function wrongly, or caught before anybody reads it; what holds no text for a person.
UNSAID_ERRORS = {"ValueError", "TypeError", "LookupError", "AttributeError", "TimeoutError", "RuleError"}
SAID = {"sentence", "counted"}
WORDS_OF_WORKER = re.compile(r"[A-Za-z]{2,}[,:;.…]? +[A-Za-z{]")
# What a programmer reads: of numpy's arrays, and of an edited rule.
WITHOUT_SENTENCES = ("main.py", "confident.py", "rule_editor.py")
OF_WORKER = [
    path
    for path in (ROOT / name for names in languages.sources(ROOT) for name in names)
    if path.suffix == ".py" and "/page/" not in path.as_posix() and path.name not in WITHOUT_SENTENCES
]
NO_SENTENCES = {
    "vizzy/vocabulary.py": {"label issue", "out of distribution", "no class", "label issues", "near duplicates"},  # names
    # What exported tables hold, which other programs read.
    "vizzy/exporting.py": {"suggested label accepted", "given label kept", "another label", "no class", ", labels differ", "group {}", "json lines"},
    "vizzy/estimate.py": {"support vector machine", "approximate support vector machine", "logistic regression"},  # names
    "vizzy/reading/arrays.py": {"predicted probabilities", "perceptual hashes of images"},  # roles, as the page has them
    "vizzy/reading/columns/role_names.py": {"label, one column a class", "true label", "alternative text", "predicted probability"},
    "vizzy/reading/encodings.py": {"Shift JIS", "GB 18030", "ISO 8859-2", "Mac Roman", "Mac Cyrillic", "code page 850", "code page 852", "code page 866"},
    "vizzy/reading/preview.py": {"predicted probabilities", "python -m vizzy find "},
    "vizzy/reading/missing_labels.py": {"no label", "not annotated", "not labeled", "not labelled", "to do"}
    | {"not available", "not applicable", "not sure", "don't know", "keine angabe"},
    "vizzy/reading/label_checks.py": {"python -m vizzy find"},
    "vizzy/reading/probability_classes.py": {"--class {}"},  # an option of the command
    "vizzy/training.py": {"class {}"},  # without names of classes, so never in the page
    "vizzy/features/measurements.py": {"{} is missing", "{} is something rare"},  # names of features
    "vizzy/reading/label_cells.py": {"not {}"},  # a class
    "vizzy/reading/limits.py": {"python -m vizzy find {}"},
    "vizzy/reading/tables.py": {"json lines"},
    "vizzy/reading/formats/columnar.py": {"pip install pyarrow"},
    "vizzy/reading/formats/hdf5.py": {"pip install h5py"},
    "vizzy/reading/formats/databases.py": {"SELECT name, sql FROM sqlite_master WHERE type = 'table'", "PRAGMA trusted_schema = OFF"},
    "vizzy/reading/formats/spreadsheets.py": {"pip install python-calamine"},
}


def unmarked_by_worker(source):
    """The texts of a module of the worker that read like some and are no `sentence`: they would stay English."""
    tree = ast.parse(source)
    without = docstrings(tree) | {part for node in ast.walk(tree) for part in unsaid_parts(node)}
    found = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node in without:
            continue
        text = text_of_literal(node)
        if text is None:
            waiting += ast.iter_child_nodes(node)
        elif WORDS_OF_WORKER.search(re.sub(r"<[^>]*>", " ", text)) and "<!DOCTYPE" not in text:
            found.add(text)
    return found


def unsaid_parts(node):
    """The parts of a node that nobody reads, or that are marked."""
    if called(node) in SAID:
        yield from [part for part in node.args if text_of_literal(part) is not None]
    elif isinstance(node, ast.Raise) and node.exc and (called(node.exc) in UNSAID_ERRORS):
        yield node
    elif called(node) == "split" or called(node) == "compile":
        yield node  # a list of words, a regular expression
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\\[a-zA-Z.]|\|", node.value):
        yield node  # a part of a regular expression


def text_of_literal(node):
    """A text constant, or an f-string with {} for its values."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@pytest.mark.parametrize("path", OF_WORKER, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_the_worker_says_are_sentences_that_can_be_translated(path):
    found = unmarked_by_worker(path.read_text(encoding="utf-8"))
    assert found <= NO_SENTENCES.get(path.relative_to(ROOT).as_posix(), set()), "write sentence(…), see vizzy/sentences.py"


@pytest.mark.parametrize(
    "line",
    [
        'raise ReadingError(f"{name} is empty.")',
        'notes.append("Labels have spaces.")',
        'note = sentence("{file} is empty.", file=f"the file {name}")',
        'raise ReadingError(sentence("{file} is empty: ", file=name) + "Save it again.")',
        'REASON = "an id of the row"',
    ],
)
def test_a_sentence_of_the_worker_that_is_not_marked_would_be_found(line):
    assert unmarked_by_worker(line)


def test_what_a_sentence_is_made_of_is_a_literal_or_a_role():
    """Else tools/languages.py would not find it."""
    for path in OF_WORKER:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if called(node) in SAID]
        texts = [part for node in calls for part in (node.args[1:] if called(node) == "counted" else node.args[:1])]
        computed = [ast.unparse(part) for part in texts if not isinstance(part, ast.Constant)]
        assert set(computed) <= {"role"}, path


# --- the languages there are -------------------------------------------------------------------------------


def test_there_are_german_and_chinese_and_the_menu_offers_what_there_is():
    there = set(LANGUAGES)
    page = (ROOT / "index.html").read_text(encoding="utf-8")
    menu = re.search(r'<select id="language".*?</select>', page, re.DOTALL)[0]
    assert there >= {"de", "zh-Hans"}
    assert set(re.findall(r'value="([\w-]+)"', menu)) == there | {"en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_the_same_values_and_nothing_else(language):
    catalogue = languages.read(ROOT, language)
    assert list(languages.faults(catalogue, MESSAGES)) == [], "python tools/languages.py --update enters and removes texts"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_in_the_order_of_the_sources_a_text_a_line(language):
    texts = tuple(path.read_text(encoding="utf-8") for path in languages.paths_of(ROOT, language))
    assert texts == languages.file_texts(languages.updated(languages.read(ROOT, language), MESSAGES), MESSAGES)


def test_what_only_a_feature_says_is_no_part_of_the_start():
    start, late = (json.loads(path.read_text(encoding="utf-8")) for path in languages.paths_of(ROOT, "de"))
    assert "Train the model" in start
    assert "The features are {columns}." not in start
    assert not set(start) & set(late)


GERMAN = {"": dict(languages.FORMAT)}


@pytest.mark.parametrize(
    ("english", "translation", "complaint"),
    [
        ("{} of {}", "{1} von {0}", None),
        ("{} of {}", "{} von allen", "the values are"),
        ("Press <1>Train</1>.", "<1>Training</1> drücken.", None),
        ("Press <1>Train</1>.", "Training drücken.", "numbered elements differ"),
        ("given {given|%s}", "gegeben {given|%s}", None),
        ("given {given|%s}", "gegeben %s", "the values are"),
        ("a *term*", "ein Begriff", "marked terms differ"),
        ("{} left", "{ left", "braces are wrong"),
    ],
)
def test_a_translation_has_the_values_and_marks_of_its_text(english, translation, complaint):
    found = languages.disagreement(languages.Message(english, None, "x.py"), translation)
    assert found is None if complaint is None else complaint in found


def test_a_form_for_one_may_leave_the_number_out():
    assert languages.disagreement(languages.Message("{} label", "{} labels", "x.py"), "ein Label") is None


def test_what_is_new_is_missed_and_entered_and_what_is_gone_is_removed():
    found = {text: languages.Message(text, None, "x.py") for text in ("one", "two")} | {
        "{} row": languages.Message("{} row", "{} rows", "x.py")
    }
    catalogue = {"": GERMAN[""], "gone": "weg", "two": "zwei"}
    assert [fault.split(" (")[0] for fault in languages.faults(catalogue, found)] == [
        "lacks “one”",
        "lacks “{} row|one”",
        "lacks “{} row|other”",
        "has “gone”, which the page no longer says",
    ]
    assert languages.updated(catalogue, found) == {"": GERMAN[""], "one": "", "two": "zwei", "{} row|one": "", "{} row|other": ""}


def test_markup_is_read_as_the_page_translates_it():
    markup = """<p title="A hint"><svg></svg> Press <b>Train</b>, or <kbd>T</kbd>.</p><h2><span>1</span> Data</h2>
        <p>Count <output>–</output></p><p translate="no">Vizzy</p><p><button>Go</button> <button>Stay</button></p>"""
    assert list(languages.element_messages(parsed(markup))) == ["A hint", "Press <1>Train</1>, or <2>T</2>.", "Data", "Count", "Go", "Stay"]


def parsed(markup):
    builder = languages.TreeBuilder()
    builder.feed(markup)
    return builder.root


def test_the_roles_of_columns_and_arrays_have_words():
    from vizzy.reading.arrays import ARRAY_ROLES
    from vizzy.reading.columns import COLUMN_ROLES

    assert {*COLUMN_ROLES, *ARRAY_ROLES} <= set(MESSAGES)
