"""What a first visit fetches, and what is fetched once it is needed."""

from urllib.parse import urlsplit

from visits import visiting

LATE = ("/runtime/pyodide/rest/", "/runtime/pyodide/late.zip", "/runtime/pyodide/python_stdlib.zip", "/runtime/wheels/", "/runtime/onnx/", "/runtime/texts/")


def late_requests(visit):
    paths = [urlsplit(url).path for url in visit.requests]
    return [path for path in paths if any(late in path for late in LATE)]


def test_until_its_results_a_first_visit_fetches_nothing_that_only_later_work_needs(browser, site):
    with visiting(browser, site, service_workers="block") as visit:
        visit.open().train()
        visit.slide("class", 70)
        visit.page.check("#mean-mode")
        assert visit.page.locator("#label-issues [data-example]").count() > 0
        assert late_requests(visit) == []
        visit.page.click("#labs")
        visit.page.click("#lab-tab-models")
        visit.page.click(".lab-holder:not([hidden]) .runner button:not([hidden]) >> nth=0")
        visit.page.wait_for_selector(".models tr")
        assert any("/rest/" in path for path in late_requests(visit))
