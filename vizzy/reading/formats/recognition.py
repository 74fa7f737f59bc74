"""Which format a file is of, by what it holds; its suffix counts only where that does not tell.

Texts that come without any mark of their format are recognised by the modules that read them.
"""

import re

from vizzy.reading.files import InputFile
from vizzy.reading.suffixes import COLUMNAR_SUFFIXES, SPREADSHEET_SUFFIXES, STATA_SUFFIXES
from vizzy.reading.formats.rasa import is_rasa

# What a file of a library's format begins with; an .ods and an .xlsx are zips, and known by what they hold.
PARQUET_START, ARROW_START, XLS_START, ZIP_START = b"PAR1", b"ARROW1", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
ARROW_STREAM_START = b"\xff\xff\xff\xff"
SQLITE_START = b"SQLite format 3\0"
STATA_START, OLD_STATA_STARTS = b"<stata_dta>", (b"\x71", b"\x72", b"\x73")
# What a web page begins with, behind what may stand before that, and what it must hold.
_PAGE_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:!doctype html|html|table|head|meta|style|body|div)\b", re.IGNORECASE | re.DOTALL
)
_TABLE_IN_PAGE = re.compile(rb"<table[\s>]", re.IGNORECASE)
IN_SPREADSHEETS = (b"xl/workbook", b"application/vnd.oasis.opendocument.spreadsheet", b"xl/")
RASA_SUFFIXES = (".yml", ".yaml", ".md")


def is_columnar(file: InputFile) -> bool:
    """Whether a file is of columns: Parquet, Feather, or a stream of Arrow's batches."""
    return file.content.startswith((PARQUET_START, ARROW_START)) or _is_arrow_stream(file)


def _is_arrow_stream(file: InputFile) -> bool:
    """Whether a file is a stream of Arrow's batches, such as Hugging Face's datasets keep, by name and beginning."""
    return file.suffix in COLUMNAR_SUFFIXES and file.content.startswith(ARROW_STREAM_START)


def has_sheets(file: InputFile) -> bool:
    """Whether a file holds several tables: a spreadsheet, a database or a web page with a table, by what it holds."""
    return is_spreadsheet(file) or is_database(file) or is_web_page(file)


def is_spreadsheet(file: InputFile) -> bool:
    """Whether a file is a workbook, by what it holds, or a zip that is named like one."""
    if file.content.startswith(XLS_START):
        return True
    named = file.suffix in SPREADSHEET_SUFFIXES
    return file.content.startswith(ZIP_START) and (named or any(sign in file.content for sign in IN_SPREADSHEETS))


def is_database(file: InputFile) -> bool:
    """Whether a file is a database of SQLite's, by what it begins with."""
    return file.content.startswith(SQLITE_START)


def is_stata(file: InputFile) -> bool:
    """Whether a file is Stata's, by its name and what it begins with."""
    return file.content.startswith(STATA_START) or file.suffix in STATA_SUFFIXES and file.content.startswith(OLD_STATA_STARTS)


def is_web_page(file: InputFile) -> bool:
    """Whether a file is a web page with a table, by what it holds."""
    return bool(_PAGE_START.match(file.content)) and bool(_TABLE_IN_PAGE.search(file.content))


def has_intents(file: InputFile) -> bool:
    """Whether a file is a chatbot's training data, by its name and what it holds."""
    return file.suffix in RASA_SUFFIXES and is_rasa(file.content.decode("utf-8", "replace"))
