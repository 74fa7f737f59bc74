// The part of building a slim runtime that needs JavaScript: starts Pyodide under Node and has it take the steps
// of runtime_inside.py. Called by runtime_slim.py:
//
//     node runtime_node.mjs STEP CONFIG.json
//
// CONFIG holds `pyodide` (a folder of a Pyodide), `mounts` (folder inside -> folder of the host), `wheels` (files
// to unpack), `sitePackages` (the folder to unpack them into), `named` (the step's arguments) and `result` (the file to
// write the step's result to, as JSON).

import nodeCrypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";

import { instrumented, split, withExports } from "./runtime_split.mjs";
import { importedNames, trimmed } from "./runtime_trim.mjs";

const FIXED_SEED = "0";
const FIXED_START = Date.UTC(2020, 0, 1);
const WASM_MAGIC = 0x6d736100;
// Where in Emscripten's struct dso, counted in words, these stand.
const MEMORY_BASE = 3;
const FILE_DATA = 7;
// Libraries' functions begin in the function table at a multiple of the second, at least so far behind what Pyodide itself
// fills: engines differ in the last few.
const SPARE_SLOTS = 100;
const SLOT_STEP = 400;
const PAGE = 4096; // bytes of a snapshot that are left out if all are zero
// Functions that JavaScript calls to hand values over; which, depends on the engine.
const BRIDGE = /^_*(js2python|python2js|pyproxy|JsProxy|JsRef|Jsv|JsArray|hiwire|PyEM|pyodide)/i;
// What a library exports for Emscripten, for Python's import and for threadpoolctl, beside what other libraries import of it.
const OWN_EXPORTS = /^(PyInit_|_*wasm_|_*start|_*stop|_*em|_initialize$|__dso|(scipy_)?openblas_)/;
let firstSlot;

/** Make all that differs from run to run the same: the clock, and what is drawn at random. */
function beReproducible() {
  const RealDate = Date;
  let ticks = 0;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length ? given : [FIXED_START + ticks++]));
    }
    static now() {
      return FIXED_START + ticks++;
    }
  };
  performance.now = () => ticks++;
  let state = 1;
  const fill = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (state = (state * 1103515245 + 12345) % 2147483648) >>> 16;
    return array;
  };
  globalThis.crypto.getRandomValues = fill;
  nodeCrypto.randomFillSync = fill;
}

const CORE = "pyodide.core.mjs";
const PROGRAM = "pyodide.asm.wasm.bin";

/** The program of a slim runtime, compiled, where there is one. */
function compiledProgram(config) {
  const file = path.join(config.pyodide, PROGRAM);
  return fs.existsSync(file) ? WebAssembly.compile(zlib.gunzipSync(fs.readFileSync(file))) : undefined;
}

async function start(config, options = {}) {
  const at = (name) => pathToFileURL(path.join(config.pyodide, name)).href;
  const { loadPyodide } = await import(at(fs.existsSync(path.join(config.pyodide, CORE)) ? CORE : "pyodide.mjs"));
  return loadPyodide({
    indexURL: config.pyodide,
    env: { PYTHONHASHSEED: FIXED_SEED, ...config.env },
    _sysExecutable: "./this.program",
    wasmModule: compiledProgram(config),
    ...options,
  });
}

function furnish(pyodide, config) {
  for (const wheel of config.wheels) {
    pyodide.unpackArchive(new Uint8Array(fs.readFileSync(wheel)), "wheel", { extractDir: config.sitePackages });
  }
  for (const [inside, outside] of Object.entries(config.mounts)) pyodide.mountNodeFS(inside, outside);
}

function take(pyodide, step, named = {}) {
  const code =
    `import sys, json; sys.dont_write_bytecode = True; sys.path.append("/mnt/tools")\n` +
    `import runtime_inside; json.dumps(runtime_inside.${step}(**json.loads(named)))`;
  return JSON.parse(pyodide.runPython(code, { globals: pyodide.toPy({ named: JSON.stringify(named) }) }));
}

/** Take a step that is Python alone. */
async function run(step, config) {
  const pyodide = await start(config);
  furnish(pyodide, config);
  return take(pyodide, step, config.named);
}

/** Import everything, then write down the interpreter's memory and how its libraries were linked. */
async function snapshot(config) {
  beReproducible();
  const pyodide = await start(config, {
    _makeSnapshot: true,
    createPyodideModule: async (settings) => {
      const { createPlain } = await import(pathToFileURL(path.join(config.pyodide, "pyodide.mjs")).href);
      const module = await createPlain(settings);
      firstSlot = Math.ceil((module.wasmTable.length + SPARE_SLOTS) / SLOT_STEP) * SLOT_STEP;
      module.wasmTable.grow(firstSlot - module.wasmTable.length);
      return module;
    },
  });
  layStoredFiles(pyodide.FS, config);
  copySources(pyodide.FS, config);
  const module = pyodide._module;
  dropLibraryFilesInPassing(module);
  // What other libraries need is loaded before them, so that each has a handle that says where it lies.
  for (const library of config.needed) await pyodide._api.loadDynlib(library);
  pyodide.runPython("import _vizzy_slim");
  const { digest } = take(pyodide, "freeze");
  removeSources(pyodide.FS, config);
  for (const handle of handles(module)) dropLibraryFile(module, handle);
  clearFreeMemory(module);
  const links = describeLinks(module);
  const memory = memoryOf(pyodide);
  const contents = links.libraries.map(({ name }) => pyodide.FS.readFile(name));
  for (const library of links.libraries) library.got = library.got.map(({ value }) => value);
  const description = { ...links, memoryLength: memory.length, snapshotLength: memory.record.length };
  await takeOutConstants(config, description, contents, memory.record);
  const file = snapshotFile({ ...description, files: config.files }, contents, memory.record);
  fs.writeFileSync(config.snapshot, file);
  return { digest };
}

/** Write the files of archives that compress nothing, without their content passing through Python's memory. */
function layStoredFiles(FS, config) {
  for (const { archive, root, entries } of config.files.archives) {
    const whole = new Uint8Array(fs.readFileSync(path.join(config.pyodide, archive)));
    for (const [name, offset, size] of entries) {
      FS.mkdirTree(path.dirname(`${root}/${name}`));
      FS.writeFile(`${root}/${name}`, whole.slice(offset, offset + size));
    }
  }
}

/** Copy the Python sources of the host's folders, for mounted files would bring their times and numbers along. */
function copySources(FS, config) {
  for (const [inside, outside] of Object.entries(config.mounts)) {
    FS.mkdirTree(inside);
    for (const name of fs.readdirSync(outside, { recursive: true }).sort()) {
      if (!name.endsWith(".py") || (inside === "/mnt/tools" && !name.startsWith("runtime_"))) continue;
      FS.mkdirTree(path.dirname(`${inside}/${name}`));
      FS.writeFile(`${inside}/${name}`, fs.readFileSync(path.join(outside, name)));
    }
  }
}

function removeSources(FS, config) {
  const remove = (place) => {
    if (!FS.isDir(FS.stat(place).mode)) return FS.unlink(place);
    for (const name of FS.readdir(place).slice(2)) remove(`${place}/${name}`);
    FS.rmdir(place);
  };
  for (const inside of Object.keys(config.mounts)) remove(inside);
}

/** Free the copy of its file that every library keeps in memory, for threads that are not there. */
function dropLibraryFile(module, handle) {
  const [data, size] = handleFields(module, handle).subarray(FILE_DATA, FILE_DATA + 2);
  if (!data) return;
  if (module.HEAPU32[data >>> 2] !== WASM_MAGIC) throw new Error("a library's file is not where it was expected");
  module._free(data);
  handleFields(module, handle).fill(0, FILE_DATA, FILE_DATA + 2);
}

/** Drop the file of each library as soon as the next one is loaded, so that its memory is used again. */
function dropLibraryFilesInPassing(module) {
  module.LDSO.loadedLibsByHandle = new Proxy(module.LDSO.loadedLibsByHandle, {
    set(target, handle, dso) {
      for (const loaded of handles(module)) dropLibraryFile(module, loaded);
      target[handle] = dso;
      return true;
    },
  });
}

/** Overwrite memory that is free with zeros: it holds remains that would only be compressed and sent. */
function clearFreeMemory(module) {
  const held = [];
  for (let size = 1 << 19; size >= 32; size >>= 1) {
    for (;;) {
      const top = module._sbrk(0);
      const block = module._malloc(size);
      if (!block) break;
      module.HEAPU8.fill(0, block, block + size);
      held.push(block);
      if (module._sbrk(0) !== top) break;
    }
  }
  for (const block of held) module._free(block);
}

/** Where each shared library was put, and what stands in the function table between them. */
function describeLinks(module) {
  const libraries = handles(module).map((handle) => {
    const { name, exports } = module.LDSO.loadedLibsByHandle[handle];
    const fields = handleFields(module, handle);
    const [memoryBase, memorySize, tableBase, tableSize] = fields.subarray(MEMORY_BASE, MEMORY_BASE + 4);
    return { name, handle, memoryBase, memorySize, tableBase, tableSize, exports };
  });
  checkComplete(module, libraries);
  libraries.sort((a, b) => a.tableBase - b.tableBase);
  for (const library of libraries) library.got = gotValues(module, library);
  const slots = tableSlots(module, libraries);
  for (const library of libraries) delete library.exports;
  return { firstSlot, tableLength: module.wasmTable.length, libraries, slots };
}

/** The addresses of what Emscripten keeps of each library (struct dso, in words). */
function handles(module) {
  const all = Object.entries(module.LDSO.loadedLibsByHandle).filter(([, { name }]) => name !== "__main__");
  return all.map(([handle]) => Number(handle));
}

function handleFields(module, handle) {
  return module.HEAPU32.subarray(handle >>> 2, (handle >>> 2) + 9);
}

function checkComplete(module, libraries) {
  const names = Object.keys(module.LDSO.loadedLibsByName).filter((name) => name !== "__main__");
  if (names.length !== libraries.length) throw new Error("a shared library was loaded that has no handle");
  for (const name of names) {
    const { global, exports } = module.LDSO.loadedLibsByName[name];
    if (global) throw new Error(`${name} was loaded for all to link to, which a snapshot does not restore`);
    if (Object.keys(exports).some((key) => key.startsWith("__em_") || key.startsWith("__start_em_"))) {
      throw new Error(`${name} holds JavaScript, which a snapshot does not restore`);
    }
  }
  if (module.freeTableIndexes.length) throw new Error("the function table has holes");
}

/** The values of a library's imported addresses, in the order in which it imports them. */
function gotValues(module, library) {
  const binary = new WebAssembly.Module(module.FS.readFile(library.name));
  return WebAssembly.Module.imports(binary)
    .filter(({ module: from }) => from.startsWith("GOT."))
    .map(({ module: from, name }) => {
      const { value } = module.GOT[name];
      if (value === -1) throw new Error(`${library.name} imports ${name}, whose address is not known`);
      return { isFunction: from === "GOT.func", value };
    });
}

/** The functions that stand in the table outside all libraries' own stretches, as far as anything points there. */
function tableSlots(module, libraries) {
  const own = new Uint8Array(module.wasmTable.length).fill(1, 0, firstSlot);
  for (const { tableBase, tableSize } of libraries) own.fill(1, tableBase, tableBase + tableSize);
  const wanted = new Set();
  for (const { got } of libraries) {
    for (const { isFunction, value } of got) if (isFunction && !own[value]) wanted.add(value);
  }
  const slots = [];
  const scopes = [[-1, module.LDSO.loadedLibsByName.__main__.exports]];
  libraries.forEach(({ exports }, index) => scopes.push([index, exports]));
  for (const [index, exports] of scopes) {
    for (const [name, value] of Object.entries(exports)) {
      const address = typeof value === "function" && module.getFunctionAddress(value);
      if (address && wanted.delete(address)) slots.push([address, index, name]);
    }
  }
  if (wanted.size) throw new Error(`${wanted.size} functions in the table cannot be told apart`);
  return slots.sort((a, b) => a[0] - b[0]);
}

/** What restoring needs of the memory: Pyodide's own record of it, without the zeros at the end. */
function memoryOf(pyodide) {
  const whole = pyodide.makeMemorySnapshot({
    serializer(object) {
      throw new Error(`the snapshot would hold a JavaScript object: ${String(object).slice(0, 80)}`);
    },
  });
  let end = whole.length;
  while (end > 0 && whole[end - 1] === 0) end--;
  return { record: whole.slice(0, Math.ceil(end / 16) * 16), length: pyodide._module.HEAPU8.length };
}

/** Start once more, as a page will, to see what WebAssembly puts into memory by itself; that need not be kept. */
async function takeOutConstants(config, description, contents, record) {
  const entry = await import(pathToFileURL(path.join(config.pyodide, "pyodide.mjs")).href);
  const compiled = await Promise.all(contents.map((content) => WebAssembly.compile(content)));
  const whole = record.slice();
  await start(config, {
    stdLibURL: "/dev/null",
    _loadSnapshot: whole,
    createPyodideModule: async (settings) => {
      const { module, initialMemory } = await entry.createModule(settings);
      entry.link(module, description, compiled);
      entry.exclusiveOr(record, module, initialMemory, description.libraries);
      return module;
    },
  });
}

/** Take out of the program and its script what no library imports and no script mentions. */
async function trim(config) {
  const read = (file) => new Uint8Array(fs.readFileSync(file));
  const imported = [...new Set(config.libraries.flatMap((file) => importedNames(read(file))))].sort();
  const others = config.others.map((file) => fs.readFileSync(file, "utf8"));
  const { program, script } = trimmed(read(config.program), fs.readFileSync(config.script, "utf8"), others, imported);
  fs.writeFileSync(config.trimmedProgram, program);
  fs.writeFileSync(config.trimmedScript, script);
  return { imported };
}

/** One file, uncompressed, as runtime_snapshot.mjs reads it. */
function snapshotFile(description, contents, record) {
  const libraries = description.libraries.map((library, index) => ({ ...library, size: contents[index].length }));
  const filled = filledParts(record);
  const json = new TextEncoder().encode(JSON.stringify({ ...description, libraries, filled }));
  const length = new Uint8Array(new Uint32Array([json.length]).buffer);
  return Buffer.concat([length, json, ...contents, ...filled.map(([start, end]) => record.subarray(start, end))]);
}

/** Where a record is not zero throughout, by pages: list of [start, end]. */
function filledParts(record) {
  const parts = [];
  for (let start = 0; start < record.length; start += PAGE) {
    const end = Math.min(start + PAGE, record.length);
    if (record.subarray(start, end).every((byte) => byte === 0)) continue;
    if (parts.at(-1)?.[1] === start) parts.at(-1)[1] = end;
    else parts.push([start, end]);
  }
  return parts;
}

/** Take out of the program and of the snapshot's libraries what a first visit does not call: files of their own, `rest`. */
async function splitCode(config) {
  const { description, contents, record } = readSnapshot(fs.readFileSync(config.snapshot));
  const program = zlib.gunzipSync(fs.readFileSync(path.join(config.pyodide, PROGRAM)));
  const { restName } = await import(pathToFileURL(path.join(config.pyodide, "pyodide.mjs")).href);
  const names = ["pyodide", ...description.libraries.map(({ name }) => restName(name))];
  const asked = new Set([...config.imported, ...description.slots.map(([, , name]) => name)]);
  const isAsked = (name) => asked.has(name) || OWN_EXPORTS.test(name);
  const parts = [program, ...contents.map((content) => withExports(content, isAsked))];
  const called = await calledFunctions(config, parts.map(instrumented), (libraries) => snapshotFile(description, libraries, record));
  const [first, ...libraries] = parts.map((part, index) => splitPart(part, called[index], path.join(config.rest, names[index])));
  fs.writeFileSync(config.program, first);
  fs.writeFileSync(config.snapshot, snapshotFile(description, libraries, record));
  return {};
}

function splitPart(whole, called, file) {
  const { first, rest } = split(whole, called, BRIDGE);
  if (rest) fs.writeFileSync(file, rest);
  return first;
}

/** The program's and each library's functions that a first visit calls, when they are noted. */
async function calledFunctions(config, parts, snapshotOf) {
  beReproducible();
  for (const name of fs.readdirSync(config.pyodide)) fs.symlinkSync(path.join(config.pyodide, name), path.join(config.noting, name));
  const replace = (name, content) => {
    fs.rmSync(path.join(config.noting, name), { force: true });
    fs.writeFileSync(path.join(config.noting, name), content);
  };
  const [program, ...libraries] = parts;
  replace(PROGRAM, zlib.gzipSync(program, { level: 1 }));
  replace("snapshot.bin", zlib.gzipSync(snapshotOf(libraries), { level: 1 }));
  replace("pyodide.mjs", fs.readFileSync(path.join(config.pyodide, "pyodide.mjs"))); // looks for the others beside itself
  const tables = noteInstances();
  const { loadPyodide } = await import(pathToFileURL(path.join(config.noting, "pyodide.mjs")).href);
  const pyodide = await loadPyodide({ indexURL: `${config.noting}/` });
  if (!pyodide.restored) throw new Error("the snapshot could not be restored to see what a first visit calls");
  await visit(pyodide, config);
  return tables.slice(0, parts.length).map((table) => [...Array(table.length).keys()].filter((number) => table.get(number) === null));
}

/** The tables of functions that are called, in the order in which modules are instantiated. */
function noteInstances() {
  const tables = [];
  const note = (instance) => {
    const table = instance.exports.$called;
    for (let number = 0; number < table?.length; number++) table.set(number, true);
    if (table) tables.push(table);
  };
  const { instantiate, Instance } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const instance = await instantiate(...given);
    note(instance);
    return instance;
  };
  WebAssembly.Instance = class extends Instance {
    constructor(...given) {
      super(...given);
      note(this);
    }
  };
  return tables;
}

/** What PyScript's Python package finds in a worker, as far as it matters while it is imported. */
const POLYSCRIPT = {
  config: { sync_main_only: true },
  js_modules: {},
  xworker: { sync: {} },
  target: "",
  workers: {},
  ffi: { assign: Object.assign, direct() {}, gather() {}, query() {} },
  storage() {},
  lazy_py_modules() {},
  IDBMap: class {},
};

// Python of the kinds that PyScript runs before a worker's own, and after it.
const BEFORE_WORKER = `import js;from pyodide.ffi import to_js;o=js.Object.fromEntries;js.make_proxy=lambda r:to_js(r,dict_converter=o)`;
const AFTER_WORKER = `import js as _names
_names._names = "__export__" in locals() and __export__ or []
del _names
from polyscript import xworker as _xworker
_xworker.sync.train = train
del _xworker`;

/** Python that writes sources as PyScript writes those of its package. */
function writingSources(folder) {
  const lines = fs.readdirSync(folder, { recursive: true }).sort().filter((name) => name.endsWith(".py")).flatMap((name) => [
    `_path = _Path("./entered/${name}")`,
    `_path.write_text(${JSON.stringify(fs.readFileSync(path.join(folder, name), "utf8"))},encoding="utf-8")`,
  ]);
  const before = ["import os as _os", "from pathlib import Path as _Path", "_path = None", '_path = _Path("./entered")'];
  const make = ['if not _os.path.exists("./entered"):', "    _path.mkdir(parents=True, exist_ok=True)"];
  return [...before, ...make, ...lines, "import pyscript as _pyscript", ...["_Path", "_path", "_os", "_pyscript"].map((name) => `del ${name}`), "\n"].join("\n");
}

/** What PyScript and the page make the worker do until its first results, and with them. */
async function visit(pyodide, config) {
  await pyodide.loadPackage(config.packages, { messageCallback() {} });
  furnish(pyodide, config);
  const files = {};
  globalThis.fetch = async (name) => new Response(files[name]);
  globalThis.XMLHttpRequest = undefined;
  const run = (code) => pyodide.runPythonAsync(code, { globals: pyodide.globals, filename: "worker.py" });
  await run('import sys\nsys.dont_write_bytecode = True\nsys.path += ["/mnt/tools", "/mnt/app", "/mnt"]');
  pyodide.registerJsModule("polyscript", POLYSCRIPT);
  pyodide.runPython(BEFORE_WORKER, { globals: pyodide.toPy({}) });
  Reflect.ownKeys(globalThis.make_proxy);
  await run("import pyscript\nfrom pyscript import *");
  const visitor = pyodide.pyimport("runtime_exercise");
  for (const folder of ["/mnt/pyscript", "/mnt/app"]) visitor.compile_as_entered(folder);
  visitor.fail_readably();
  Object.assign(files, visitor.shipped_dataset().toJs({ dict_converter: Object.fromEntries }));
  const worker = fs.readFileSync(path.join(config.mounts["/mnt/app"], "vizzy/worker.py"), "utf8");
  await run(writingSources(config.mounts["/mnt/pyscript"]));
  await run(worker);
  pyodide.runPython(AFTER_WORKER);
  [...globalThis._names];
  visitor.talk_to_javascript(pyodide.toPy({ plain: { list: [1, null] } }), [1, "two", null], (given) => given);
  for (const [name, ...values] of visitor.calls().toJs()) {
    let answer = pyodide.globals.get(name)(...values);
    if (answer?.then) answer = await answer;
    answer?.destroy?.();
  }
}

function readSnapshot(file) {
  const length = file.readUInt32LE(0);
  const description = JSON.parse(file.subarray(4, 4 + length).toString());
  let at = 4 + length;
  const contents = description.libraries.map(({ size }) => new Uint8Array(file.subarray(at, (at += size))));
  const record = new Uint8Array(description.snapshotLength);
  for (const [start, end] of description.filled) record.set(file.subarray(at, (at += end - start)), start);
  return { description, contents, record };
}

/** Start the finished runtime as a page does, and take a step in it. */
async function verify(config) {
  const { loadPyodide } = await import(pathToFileURL(path.join(config.pyodide, "pyodide.mjs")).href);
  const pyodide = await loadPyodide({ indexURL: config.pyodide, useSnapshot: config.useSnapshot });
  await pyodide.loadPackage(config.packages, { messageCallback() {} });
  furnish(pyodide, config);
  return { ...take(pyodide, "reference"), restored: pyodide.restored === true };
}

const [step, configFile] = process.argv.slice(2);
const config = JSON.parse(fs.readFileSync(configFile));
try {
  const result = await ({ trim, snapshot, splitCode, verify }[step]?.(config) ?? run(step, config));
  fs.writeFileSync(config.result, JSON.stringify(result));
  process.exit(0);
} catch (error) {
  fs.writeSync(2, `${error.stack ?? error}\n`);
  process.exit(1);
}
