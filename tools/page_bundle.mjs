// Compiles modules for MicroPython, for page_bundle.py:
//
//     node page_bundle.mjs FOLDER MICROPYTHON
//
// FOLDER has mpy-cross and sources.json (path to text); it gets 0.mpy, 1.mpy, … in that order. Ends with an error, in one line,
// where a module cannot be compiled, or where the given MicroPython does not take what comes of it.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, micropython] = process.argv.slice(2);
const NAME = "compiled.py"; // mpy-cross has a file system of its own, without folders

// It was built when Node had no fetch, and reads its WebAssembly from the disk where there is none.
delete globalThis.fetch;
process.setMaxListeners(0); // each call of it adds one
const { compile } = createRequire(import.meta.url)(join(folder, "index.js"));

try {
  const sources = Object.entries(JSON.parse(readFileSync(join(folder, "sources.json"), "utf8")));
  for (const [number, [path, text]] of sources.entries()) {
    const { status, mpy, err } = await compile(NAME, text, ["-s", path]);
    if (status !== 0) throw new Error(`${path}: ${err.join(" ").replaceAll("\n", " ")}`);
    writeFileSync(join(folder, `${number}.mpy`), mpy);
  }
  await tryFirst();
  process.exit(0);
} catch (error) {
  console.error(error.message ?? String(error));
  process.exit(1);
}

/** Import a module that was compiled by this mpy-cross, as the page will. */
async function tryFirst() {
  const { status, mpy } = await compile(NAME, "ANSWER = 42\n", []);
  const { loadMicroPython } = await import(micropython);
  const python = await loadMicroPython({ stdout: () => {}, stderr: () => {} });
  python.FS.writeFile("compiled.mpy", mpy);
  if (status !== 0 || python.pyimport("compiled").ANSWER !== 42) throw new Error("MicroPython does not take it");
}
