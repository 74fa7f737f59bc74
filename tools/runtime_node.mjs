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

/** The WebAssembly of a slim runtime, where there is one. */
function compressedWasm(config) {
  const file = path.join(config.pyodide, "pyodide.asm.wasm.bin");
  if (!fs.existsSync(file)) return undefined;
  return new Response(zlib.gunzipSync(fs.readFileSync(file)), { headers: { "Content-Type": "application/wasm" } });
}

async function start(config, options = {}) {
  const at = (name) => pathToFileURL(path.join(config.pyodide, name)).href;
  const { loadPyodide } = await import(at(fs.existsSync(path.join(config.pyodide, CORE)) ? CORE : "pyodide.mjs"));
  return loadPyodide({
    indexURL: config.pyodide,
    env: { PYTHONHASHSEED: FIXED_SEED, ...config.env },
    _sysExecutable: "./this.program",
    wasmResponse: compressedWasm(config),
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
  links.libraries.forEach((library, index) => {
    library.size = contents[index].length;
    library.got = library.got.map(({ value }) => value);
  });
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

/** One file, uncompressed: the length of the description, the description, the libraries, the record of memory. */
function snapshotFile(description, contents, record) {
  const json = new TextEncoder().encode(JSON.stringify(description));
  const length = new Uint8Array(new Uint32Array([json.length]).buffer);
  return Buffer.concat([length, json, ...contents, record]);
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
  const result = await ({ snapshot, verify }[step]?.(config) ?? run(step, config));
  fs.writeFileSync(config.result, JSON.stringify(result));
  process.exit(0);
} catch (error) {
  fs.writeSync(2, `${error.stack ?? error}\n`);
  process.exit(1);
}
