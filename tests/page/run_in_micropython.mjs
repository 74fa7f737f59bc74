// Runs the tests of some files under MicroPython, as the page does its modules:
// node run_in_micropython.mjs [--dom=MODULE] ROOT FILE...; a line "passed FILE NAME" or "FAILED FILE NAME ERROR" for each test.
// With a DOM, the page's index.html is there anew for each test, and so is what PyScript gives; a test may be asynchronous.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { givePyScript, start } from "../cases/micropython.mjs";

const options = process.argv.slice(2).filter(one => one.startsWith("--"));
const [root, ...files] = process.argv.slice(2).filter(one => !one.startsWith("--"));
const { python, write, copy } = await start(root);

// What linkedom leaves out: it lays nothing out, has no style sheets and opens no dialogs.
class Sheet {
  replaceSync(text) { this.text = text; }
}
const MISSING = {
  offsetWidth: { value: 120 },
  offsetHeight: { value: 90 },
  open: { get() { return this.hasAttribute("open"); } },
  showModal: { value() { this.setAttribute("open", ""); } },
  close: { value() { this.removeAttribute("open"); } },
};

async function takeDom(module) {
  const { parseHTML } = await import(pathToFileURL(module));
  const { document, Event, HTMLElement } = parseHTML(readFileSync(join(root, "index.html"), "utf8"));
  Object.defineProperties(document, { baseURI: { value: "http://localhost/" }, adoptedStyleSheets: { value: [] } });
  Object.defineProperties(HTMLElement.prototype, MISSING);
  Object.assign(globalThis, { document, Event, CSSStyleSheet: Sheet });
  const [head, body] = [document.head, document.body].map(one => one.innerHTML);
  globalThis.newDocument = () => { // the modules keep the document that they were imported with
    document.head.innerHTML = head;
    document.body.innerHTML = body;
    for (const name of document.documentElement.getAttributeNames()) document.documentElement.removeAttribute(name);
  };
  globalThis.window = globalThis;
  globalThis.getComputedStyle = () => ({ fontSize: "16px", getPropertyValue: () => "2rem" });
  globalThis.matchMedia = () => ({ matches: false });
  globalThis.CSS = { escape: text => text };
  globalThis.newDocument();
  givePyScript(python, write);
}

copy(join(root, "vizzy"), false); // among them what the page shares with the worker
copy(join(root, "vizzy/page"));
for (const file of files) write("/" + basename(file), readFileSync(file));
python.globals.set("names", files.map(file => basename(file, ".py")).join(" "));
python.globals.set("has_dom", options.length > 0);
for (const option of options) await takeDom(option.replace("--dom=", ""));
await python.runPythonAsync(`
import sys
sys.path.insert(0, "/")

async def run_all():
    for file in names.split():
        module = __import__(file)
        for name in sorted(dir(module)):
            if name.startswith("test_"):
                try:
                    if has_dom:
                        import js
                        js.newDocument()
                    ending = getattr(module, name)()
                    if ending is not None:
                        await ending
                    print("passed", file, name)
                except Exception as error:
                    sys.print_exception(error)
                    print("FAILED", file, name, repr(error))

await run_all()
`);
