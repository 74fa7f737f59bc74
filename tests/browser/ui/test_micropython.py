"""The page's pure modules under the interpreter that runs them: their unit tests, once more, in MicroPython."""

import pytest
from visits import ROOT

TESTS = ["state", "catalogue", "geometry", "words", "address", "history", "lessons", "tutorial_steps", "plotting", "lab_words"]
MODULES = ["__init__.py", *(f"page/{name}.py" for name in ("__init__", *TESTS))]

RUN = """
async ([modules, test, source]) => {
  const { loadMicroPython } = await import("/runtime/micropython/micropython.mjs");
  const said = [];
  const python = await loadMicroPython({ stdout: line => said.push(line), linebuffer: true });
  python.FS.mkdir("/vizzy");
  python.FS.mkdir("/vizzy/page");
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


@pytest.mark.parametrize("name", TESTS)
def test_the_unit_tests_pass_under_micropython(browser, site, name):
    source = (ROOT / f"tests/page/test_{name}.py").read_text(encoding="utf-8")
    modules = {module: (ROOT / "vizzy" / module).read_text(encoding="utf-8") for module in MODULES}
    page = browser.new_page()
    page.goto(site + "tests/")  # any page of the origin that runs no script of its own
    said = page.evaluate(RUN, [modules, name, source])
    page.close()
    assert "FAILED" not in said, said
    assert said.count("passed test_") == source.count("\ndef test_")
