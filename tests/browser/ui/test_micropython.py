"""The page's pure modules under the interpreter that runs them: their unit tests, once more, in MicroPython."""

import pytest
from visits import ROOT

# The tests, by the module that they are of.
TESTED = {
    "state": "model/state",
    "dataset_index": "model/dataset_index",
    "geometry": "ui/geometry",
    "explanation_text": "model/explanation_text",
    "url": "model/url",
    "history": "model/history",
    "theory": "guide/theory",
    "tutorial_steps": "guide/tutorial_steps",
    "plotting": "labs/plotting",
    "lab_text": "labs/lab_text",
}
FOLDERS = ("page", "page/model", "page/ui", "page/guide", "page/labs")
MODULES = ["__init__.py", *(f"{folder}/__init__.py" for folder in FOLDERS), "page/model/events.py"]
MODULES += [f"page/{module}.py" for module in TESTED.values()]

RUN = """
async ([modules, folders, source]) => {
  const { loadMicroPython } = await import("/runtime/micropython/micropython.mjs");
  const said = [];
  const python = await loadMicroPython({ stdout: line => said.push(line), linebuffer: true });
  for (const folder of ["", ...folders]) python.FS.mkdir("/vizzy/" + folder);
  for (const [name, text] of Object.entries(modules)) python.FS.writeFile("/vizzy/" + name, text);
  python.FS.writeFile("/subject.py", source);
  python.runPython(`
import sys
sys.path.insert(0, "/")
import subject
for name in sorted(dir(subject)):
    if name.startswith("test_"):
        try:
            getattr(subject, name)()
            print("passed", name)
        except Exception as error:
            sys.print_exception(error)
            print("FAILED", name, repr(error))
`);
  return said.join("\\n");
}
"""


@pytest.mark.parametrize("name", TESTED)
def test_the_unit_tests_pass_under_micropython(browser, site, name):
    source = (ROOT / f"tests/page/test_{name}.py").read_text(encoding="utf-8")
    modules = {module: (ROOT / "vizzy" / module).read_text(encoding="utf-8") for module in MODULES}
    page = browser.new_page()
    page.goto(site + "tests/")  # any page of the origin that runs no script of its own
    said = page.evaluate(RUN, [modules, FOLDERS, source])
    page.close()
    assert "FAILED" not in said, said
    assert said.count("passed test_") == source.count("\ndef test_")
