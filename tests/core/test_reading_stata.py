"""Stata's tables, of each version, against what pandas reads."""

import io
from dataclasses import replace

import numpy as np
import pytest
from brought_files import GIVEN, given_labels, opened

from vizzy import reading
from vizzy.reading import InputFile
from vizzy.reading.formats import in_form_of, read_table
from vizzy.reading.limits import NATIVE

pandas = pytest.importorskip("pandas")


def written(version, order="<", rows=30, **columns):
    frame = pandas.DataFrame({
        "id": np.arange(rows, dtype="i2"),
        "label": pandas.Categorical(GIVEN[:rows]),
        "text": [f"a text {'x' * row}" for row in range(rows)],
        "share": np.where(np.arange(rows) % 5 == 0, np.nan, np.arange(rows) / 7),
        "size": np.linspace(0, 1, rows).astype("f4"),
        **columns,
    })  # fmt: skip
    out = io.BytesIO()
    options = {"convert_strl": [name for name in columns if name == "story"]} if version > 115 else {}
    frame.to_stata(out, version=version, write_index=False, byteorder=order, **options)
    return InputFile("data.dta", out.getvalue()), frame


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [114, 117, 118, 119])
def test_a_table_of_stata_s_is_read_with_the_texts_that_its_numbers_stand_for(version, order):
    long = {} if version < 117 else {"story": ["y" * 3000 + str(row) if row % 3 else "" for row in range(30)]}
    file, frame = written(version, order, **long)
    table = read_table(file)
    assert table.column("id") == [str(row) for row in range(30)]
    assert table.column("label") == GIVEN
    for name in ("text", *long):
        assert table.column(name) == frame[name].tolist()
    assert [cell == "" for cell in table.column("share")] == [row % 5 == 0 for row in range(30)]
    np.testing.assert_allclose([float(cell or "nan") for cell in table.column("share")], frame["share"])
    np.testing.assert_array_equal(np.array(table.column("size"), dtype="f4"), frame["size"])


def test_a_dataset_of_stata_s_has_its_labels_and_comes_back_as_csv():
    one = opened(written(118)[0])
    assert given_labels(one) == GIVEN
    with pytest.raises(reading.ReadingError, match="is read but not written"):
        in_form_of(one.table, ".dta")


@pytest.mark.parametrize("version", [114, 118])
def test_a_table_of_stata_s_that_is_cut_off_damaged_or_too_large_gets_a_sentence(version):
    file, _ = written(version)
    for content in (file.content[:200], file.content[: len(file.content) // 3], b"\x6c" + file.content[1:]):
        with pytest.raises(reading.ReadingError, match="data.dta (cannot be read|was not read|holds)"):
            reading.read([InputFile("data.dta", content)])
    with pytest.raises(reading.ReadingError, match="data.dta holds more than the 10 rows"):
        read_table(file, limits=replace(NATIVE, rows=10))


@pytest.mark.parametrize("version", [114, 118])
def test_a_table_of_stata_s_with_a_wrong_byte_is_read_or_gets_a_sentence(version):
    content = written(version, rows=3)[0].content
    for place in range(0, len(content), 11):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        try:
            read_table(InputFile("data.dta", bytes(damaged)))
        except reading.ReadingError as error:
            assert "data.dta" in str(error)
