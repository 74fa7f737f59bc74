// Runs a Python file under MicroPython with the page's modules, beside a stand-in for PyScript and for the worker:
// node stand_in_worker.mjs ROOT FILE ARGUMENT PREAMBLE. `standIn.answers` says what each exported function answers; one that is
// missing there never answers. What the file prints comes out.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { givePyScript, start } from "../cases/micropython.mjs";

const [root, file, argument, preamble] = process.argv.slice(2);
const answers = new Map();
const asked = [];
const worker = new Proxy({}, {
  get: (_, name) => (...values) => {
    asked.push(String(name));
    return answers.has(name) ? Promise.resolve(answers.get(name)) : new Promise(() => {});
  },
});
globalThis.standIn = { answers, asked, worker, failing: error => answers.set(error.on, Promise.reject(error)) };
process.on("unhandledRejection", reason => console.log("UNHANDLED", reason));

const { python, write, copy } = await start(root);
for (const folder of ["vizzy", "vizzy/page"]) copy(join(root, folder), false);
for (const name of ["client", "model"]) copy(join(root, "vizzy/page", name));
givePyScript(python, write);
write("/pyscript/workers.py", "def create_named_worker(source, name):\n    raise NotImplementedError\n");
globalThis.navigator ??= {};
globalThis.document = { querySelector: () => null, baseURI: "http://localhost/" };
python.globals.set("argument", argument);
await python.runPythonAsync("import sys\nsys.path.insert(0, '/')\n" + preamble + readFileSync(file, "utf8"));
