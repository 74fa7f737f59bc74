"""Files that hold several tables: databases and web pages, and what pandas writes into spreadsheets."""

import json
import sqlite3
from dataclasses import replace

import pytest
from brought_files import CLASSES, GIVEN, given_labels, opened, probabilities, workbook

from vizzy import reading
from vizzy.reading import InputFile
from vizzy.reading.formats import in_form_of
from vizzy.reading.limits import NATIVE

ROWS = [
    [f"r{row}", label, *(f"{value:.4f}" for value in values)] for row, (label, values) in enumerate(zip(GIVEN, probabilities(), strict=True))
]
COLUMNS = ["id", "label", *(f"p_{name}" for name in CLASSES)]


def database(tmp_path, *statements, rows=ROWS, log=False):
    """A file in which the rows are a table called messages, and what some statements make of it."""
    path = tmp_path / "data.db"
    with sqlite3.connect(path) as connection:
        if log:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE messages (id TEXT, label TEXT, p_cat REAL, p_dog REAL, p_fox REAL)")
        connection.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", rows)
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return InputFile("data.db", path.read_bytes())


def page(rows, before="", after=""):
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<!DOCTYPE html><html><body>{before}<table>{cells}</table>{after}</body></html>"


def assert_read(one):
    assert given_labels(one) == GIVEN
    assert one.dataset.pred_probs.shape == (30, 3)


def refusal(*files, **options):
    with pytest.raises(reading.ReadingError) as caught:
        reading.read(list(files), **options)
    return str(caught.value)


@pytest.mark.parametrize("log", [False, True], ids=["alone", "with a log beside it"])
def test_the_table_of_a_database_is_read_without_its_views(tmp_path, log):
    endless = "CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS label FROM n"
    one = opened(database(tmp_path, endless, log=log))
    assert_read(one)


def test_of_the_tables_of_a_database_the_one_with_labels_is_read_and_another_can_be_chosen(tmp_path):
    file = database(tmp_path, "CREATE TABLE versions (name TEXT, class TEXT)", "INSERT INTO versions VALUES ('a', 'x'), ('b', 'y'), ('c', 'x')")
    one = opened(file)
    assert_read(one)
    assert "Of the tables in data.db, 'messages', 'versions', 'messages' was read." in map(str, one.notes)
    assert one.table.form.sheets == ("messages", "versions")
    assert given_labels(opened(file, sheet="versions")) == ["x", "y", "x"]


def test_labels_in_one_table_of_a_database_and_texts_in_another_are_joined(tmp_path):
    path = tmp_path / "data.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE texts (id TEXT, text TEXT)")
        connection.execute("CREATE TABLE labels (id TEXT, label TEXT)")
        connection.executemany("INSERT INTO texts VALUES (?, ?)", [(f"r{row}", f"a text about {label}s, the {row}th") for row, label in enumerate(GIVEN)])
        connection.executemany("INSERT INTO labels VALUES (?, ?)", [(f"r{row}", label) for row, label in reversed(list(enumerate(GIVEN)))])
    connection.close()
    one = opened(InputFile("data.sqlite", path.read_bytes()))
    assert given_labels(one) == GIVEN[::-1]
    assert one.texts[0] == "a text about foxs, the 29th"


def test_bytes_in_a_database_are_left_out_and_said_so(tmp_path):
    one = opened(database(tmp_path, "ALTER TABLE messages ADD COLUMN picture BLOB", "UPDATE messages SET picture = x'ff00'"))
    assert_read(one)
    assert "'picture' of the table 'messages' in data.db hold bytes: left out." in map(str, one.notes)


def test_a_database_that_is_damaged_empty_or_too_large_gets_a_sentence(tmp_path):
    file = database(tmp_path)
    assert "cannot be read as a database of SQLite's" in refusal(replace(file, content=file.content[:5000]))
    assert "data.db holds more than the 10 rows" in refusal(file, limits=replace(NATIVE, rows=10))
    (tmp_path / "data.db").unlink()
    assert "a database without a table that has rows" in refusal(database(tmp_path, rows=[]))


@pytest.mark.parametrize("name", ["data.html", "data.xls", "data.csv"])
def test_the_table_of_a_web_page_is_read_whatever_its_name(name):
    assert_read(opened(InputFile(name, page([COLUMNS, *ROWS], before="<table><tr><td>Menu</td></tr></table>").encode())))


def test_cells_of_several_rows_count_for_each_and_entities_and_scripts_are_no_text():
    rows = "".join(
        f"<tr><td rowspan=2>{label}</td><td>a &lt;b&gt; {row}<br>c<script>no</script></td></tr><tr><td>d &amp; e</td></tr>" for row, label in enumerate(GIVEN[:12])
    )
    one = opened(InputFile("data.html", f"<table><thead><tr><th>label<th>text</thead>{rows}</table>".encode()))
    assert given_labels(one) == [label for label in GIVEN[:12] for _ in range(2)]
    assert one.texts[:2] == ("a <b> 0 c", "d & e")


def test_the_letters_and_numbers_that_google_sheets_writes_around_its_cells_are_no_part_of_the_table():
    numbered = [["", "A", "B", "C", "D", "E"], *([number, *row] for number, row in enumerate([COLUMNS, *ROWS], start=1))]
    one = opened(InputFile("Sheet1.html", page(numbered).encode()))
    assert_read(one)
    assert one.table.columns == tuple(COLUMNS)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_web_page_is_read_in_the_encoding_that_it_declares(encoding):
    rows = [["label", "text"], *([f"f\u00fc{label}", f"sch\u00f6n {row}"] for row, label in enumerate(GIVEN))]
    one = opened(InputFile("data.html", page(rows, before=f'<meta charset="{encoding}">').encode(encoding)))
    assert one.dataset.classes == ("f\u00fccat", "f\u00fcdog", "f\u00fcfox")


def test_a_web_page_beside_a_table_is_a_note_and_one_without_rows_gets_a_sentence():
    table = InputFile("data.csv", "\n".join(",".join(row) for row in [COLUMNS, *ROWS]).encode())
    proposal = reading.read([table, InputFile("about.html", page([["what", "why"], ["a", "b"], ["c", "d"]]).encode())])
    assert proposal.problem is None and any("about.html was not read" in str(note) for note in proposal.notes)
    assert "a web page without a table that has rows" in refusal(InputFile("data.html", page([["label"]]).encode()))


@pytest.mark.parametrize("make", [lambda rows: workbook({"Sheet1": rows}), lambda rows: page(rows).encode()], ids=["xlsx", "html"])
def test_a_header_without_a_name_for_the_index_is_a_header(make):
    pytest.importorskip("python_calamine")
    rows = [["", *COLUMNS], *([str(number), *row] for number, row in enumerate(ROWS))]
    content = make(rows)
    assert_read(opened(InputFile("data.xlsx" if content.startswith(b"PK") else "data.html", content)))


def test_what_is_read_but_not_written_says_so(tmp_path):
    for suffix in (".db", ".html"):
        with pytest.raises(reading.ReadingError, match="is read but not written: name a file that ends in .csv"):
            in_form_of(opened(database(tmp_path)).table, suffix)
        (tmp_path / "data.db").unlink()


RASA = """version: "3.1"
nlu:
- intent: greet  # politely
  examples: |
    - hey
    - hello [Anna](name)
- synonym: warm
  examples: |
    - hot
- intent: ask/weather
  examples:
  - text: |
      is it [hot]{"entity": "temperature", "value": "warm"}?
    metadata:
      sentiment: neutral
  - text: "rain: today"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
"""


def test_a_chatbot_s_examples_are_read_with_their_intents_and_without_marks_of_entities():
    one = opened(InputFile("nlu.yml", RASA.encode()))
    assert list(zip(given_labels(one), one.texts, one.table.lines, strict=True)) == [
        ("greet", "hey", 5), ("greet", "hello Anna", 6), ("ask/weather", "is it hot?", 13), ("ask/weather", "rain: today", 16),
    ]  # fmt: skip
    markdown = "## intent:greet\n- hey\n- hello [Anna](name)\n## synonym:warm\n- hot\n## intent:bye\n- see you\n- ciao\n"
    one = opened(InputFile("nlu.md", markdown.encode()))
    assert list(zip(given_labels(one), one.texts, strict=True)) == [("greet", "hey"), ("greet", "hello Anna"), ("bye", "see you"), ("bye", "ciao")]


def test_intents_in_several_files_are_one_table_and_the_chatbot_s_own_description_is_named():
    more = "nlu:\n- intent: thanks\n  examples: |\n    - thank you\n    - many thanks\n"
    files = [InputFile("nlu/a.yml", RASA.encode()), InputFile("nlu/b.yml", more.encode()), InputFile("domain.yml", b"intents:\n- greet\n")]
    one = opened(*files)
    assert one.dataset.classes == ("ask/weather", "greet", "thanks")
    assert any("domain.yml was not read" in str(note) for note in one.notes)


@pytest.mark.parametrize(
    "value",
    [
        lambda rows: {"rasa_nlu_data": {"common_examples": rows, "regex_features": [], "entity_synonyms": []}},
        lambda rows: {"luis_schema_version": "7.0.0", "intents": [{"name": "greet"}], "entities": [], "utterances": rows},
    ],
    ids=["rasa", "luis"],
)
def test_intents_in_json_are_read(value):
    rows = [{"text": text, "intent": intent, "entities": []} for text, intent in [("hey", "greet"), ("hello", "greet"), ("ciao", "bye"), ("bye", "bye")]]
    assert given_labels(opened(InputFile("nlu.json", json.dumps(value(rows)).encode()))) == ["greet", "greet", "bye", "bye"]
