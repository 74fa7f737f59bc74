"""Malformed files in the real page: each gets the sentence it gets natively, and the page goes on as it was."""

import re

from bad_files import REFUSED
from visits import visiting

from vizzy.reading import IN_BROWSER, ReadingError, read

MOST_BYTES = 20_000_000  # what the browser's driver passes on; larger ones are tested natively
CASES = [
    case
    for case in REFUSED
    if case.files and not case.choices and sum(len(file.content) for file in case.files) < MOST_BYTES
]


def native_sentence(case):
    """What the same code says natively."""
    try:
        read(case.files, limits=IN_BROWSER).make()
    except ReadingError as error:
        return str(error)
    raise AssertionError(f"{case.title} is read")


def plain(sentence):
    """A sentence without what numpy says in brackets, which is of other limits where addresses have 32 bits."""
    return re.sub(r" \(.*\)", "", sentence)


def test_each_malformed_file_is_answered_in_the_page_as_natively(browser, site):
    different = []
    with visiting(browser, site) as visit:
        page = visit.open().train().page
        issues = visit.ids_in("#label-issues")
        page.click("#import-button")
        page.wait_for_selector("#import[open]")
        for case in CASES:
            files = [{"name": file.name, "mimeType": "", "buffer": file.content} for file in case.files]
            page.set_input_files("#import-files", files)
            page.wait_for_selector("#import-problem:not([hidden])")
            said = page.text_content("#import-problem")
            if plain(said) != plain(native_sentence(case)):
                different.append((case.title, said, native_sentence(case)))
            assert page.is_hidden("#import-open") or page.is_disabled("#import-open")
            page.evaluate("document.getElementById('import-problem').hidden = true")
        page.click("#import-close")
        visit.slide("class", 60)
        visit.slide("class", 50)
        assert visit.ids_in("#label-issues") == issues
    assert different == []
