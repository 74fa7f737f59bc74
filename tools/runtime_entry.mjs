// The worker's way into Pyodide: `loadPyodide`, as Pyodide's own module has it, but from a snapshot.
//
// Starting Python and importing scikit-learn takes seconds, and comes to the same memory every time. So that
// memory was written down when this runtime was built (tools/runtime_slim.py), with the shared libraries that
// were loaded into it. Restoring puts every library back where it lay, then the memory over it; nothing is run.
//
// What is in snapshot.bin stands in snapshot.mjs, which reads it. Everything is asked for as soon as this module is loaded.
//
// Of the program and of the libraries in the snapshot, functions that no first visit calls are in files of their own (rest/).
// The first call of one fetches those of its module.
//
// Where restoring does not work (another engine may fill the function table otherwise), Python is started the
// ordinary way, with the packages beside this module. Both come to the same results; one is faster.

const base = new URL(".", import.meta.url);
const inNode = typeof process === "object" && Boolean(process.versions?.node);
// Options that a restored interpreter can honour; with any other, Python is started the ordinary way.
const HONOURED = new Set(["indexURL", "packages", "stdout", "stderr", "useSnapshot"]);

// Pyodide's constants lie below this.
const STATIC_MEMORY = 4 * 1024 * 1024;
// Bytes of a gzip file before and after what is compressed, where no name is kept.
const GZIP_HEADER = 10;
const GZIP_TRAILER = 8;
// The file system's number for "input or output failed".
const EIO = 29;

const core = import("./pyodide.core.mjs");
const asm = importAsm();
asm.catch(() => {});
let program = inNode ? null : compileProgram(); // a module, compiled while the snapshot comes in
let reading = inNode ? null : readInWorker();
export const { version } = await core;

const output = { stdout: null, stderr: null };
let restoring = inNode ? null : begin();

function begin() {
  const restored = restore();
  restored.catch(() => {}); // whoever asks for it is told
  return restored;
}

export async function loadPyodide(options = {}) {
  const { loadPyodide: loadPlain } = await core;
  const { useSnapshot = true, ...plainOptions } = options;
  if (useSnapshot && Object.keys(options).every((name) => HONOURED.has(name))) {
    try {
      output.stdout = options.stdout;
      output.stderr = options.stderr;
      const pyodide = await (restoring ?? begin());
      restoring = null;
      if (options.packages?.length) await pyodide.loadPackage(options.packages);
      return pyodide;
    } catch (error) {
      console.warn(`Vizzy starts Python the slow way: ${error.message ?? error}`);
    }
  }
  const wasmModule = takeProgram();
  const pyodide = await loadPlain({ createPyodideModule: createPlain, ...plainOptions, wasmModule });
  pyodide.runPython("import _vizzy_slim");
  return pyodide;
}

async function restore() {
  const wasmModule = takeProgram();
  const snapshot = takeSnapshot();
  const { loadPyodide: loadPlain } = await core;
  const description = await snapshot.description;
  const pyodide = await loadPlain({
    indexURL: inNode ? fileName("") : base.href,
    stdLibURL: inNode ? "/dev/null" : "data:,", // it is in the memory already
    stdout: (line) => (output.stdout ?? console.log)(line),
    stderr: (line) => (output.stderr ?? console.warn)(line),
    _sysExecutable: "./this.program",
    wasmModule,
    _loadSnapshot: new Uint8Array(description.snapshotLength), // in place of the record, which is not there yet
    createPyodideModule: async (settings) => {
      const { module, initialMemory } = await createModule(settings);
      link(module, description, await snapshot.libraries);
      const record = await snapshot.record;
      exclusiveOr(record, module, initialMemory, description.libraries);
      const { restoreSnapshot } = module.API;
      module.API.restoreSnapshot = () => restoreSnapshot(record);
      return module;
    },
  });
  layFiles(pyodide, description.files);
  for (const name of description.files.packages) pyodide.loadedPackages[name] = "default channel";
  pyodide.runPython("import random; random.seed(); del random");
  pyodide.restored = true;
  return pyodide;
}

// ---- reading the snapshot

/** Promises of a snapshot's parts, which its worker tells one after the other. */
function readInWorker() {
  const worker = new Worker(new URL("snapshot.mjs", base), { type: "module", name: "snapshot" });
  const parts = promisedParts();
  worker.onmessage = ({ data }) => {
    if (data.error) parts.fail(new Error(data.error));
    else parts.resolve(data);
    if (data.error || data.record) worker.terminate();
  };
  worker.onerror = () => parts.fail(new Error("snapshot.mjs could not be run"));
  return parts;
}

/** The same under Node, without a worker. */
function readHere() {
  const parts = promisedParts();
  const read = async () => {
    const { readSnapshot } = await import("./snapshot.mjs");
    await readSnapshot(await unpack("snapshot.bin"), (part) => parts.resolve(part));
  };
  read().catch((error) => parts.fail(error));
  return parts;
}

/** A promise of each part, and what settles them. */
function promisedParts() {
  const settle = {};
  const parts = {};
  for (const name of ["description", "libraries", "record"]) {
    parts[name] = new Promise((resolve, reject) => Object.assign(settle, { [name]: { resolve, reject } }));
    parts[name].catch(() => {}); // whoever asks for it is told
  }
  const resolve = (told) => Object.entries(told).forEach(([name, part]) => settle[name].resolve(part));
  const fail = (error) => Object.values(settle).forEach(({ reject }) => reject(error));
  return { ...parts, resolve, fail };
}

/** The parts of the snapshot; a start that failed may have been for want of them, and the next one gets them anew. */
function takeSnapshot() {
  const taken = reading ?? (inNode ? readHere() : readInWorker());
  reading = null;
  return taken;
}

/** Pyodide's own WebAssembly, compiled while it comes in. */
function compileProgram() {
  const compiling = WebAssembly.compileStreaming(fetchProgram("pyodide.asm.wasm.bin"));
  compiling.catch(() => {}); // whoever asks for it is told
  return compiling;
}

/** A response of WebAssembly: as sw.js has kept it, or unpacked. */
async function fetchProgram(name) {
  const response = await fetched(name);
  if (response.headers.get("Content-Type") === "application/wasm") return response;
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": "application/wasm" } });
}

/** The same; a start that failed may have been for want of it, and the next one gets it anew. */
function takeProgram() {
  const compiling = program ?? compileProgram();
  program = null;
  return compiling;
}

/** The program around it, a module that is told where it comes from. */
async function importAsm() {
  const packed = await new Response(await unpack("pyodide.asm.mjs.bin")).text();
  const program = packed.replaceAll("import.meta.url", JSON.stringify(new URL("pyodide.asm.mjs", base).href));
  if (inNode) return import(`data:text/javascript,${encodeURIComponent(program)}`);
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function unpack(name) {
  return (await openFile(name)).pipeThrough(new DecompressionStream("gzip"));
}

async function openFile(name) {
  return (await fetched(name)).body;
}

/** The response of a file, or what is like one under Node. */
async function fetched(name) {
  if (inNode) {
    const { createReadStream } = await import("node:fs");
    const { Readable } = await import("node:stream");
    return new Response(Readable.toWeb(createReadStream(fileName(name))));
  }
  const response = await fetch(new URL(name, base));
  if (!response.ok) throw new Error(`${name} could not be loaded (status ${response.status})`);
  return response;
}

function fileName(name) {
  return decodeURIComponent(new URL(name, base).pathname);
}

// ---- putting the libraries back

/** Start Emscripten's module. */
export async function createPlain(settings) {
  const { instantiateWasm } = settings;
  settings.instantiateWasm = (imports, receive) =>
    instantiateWasm(imports, (instance, compiled) => {
      attachRest("pyodide", instance.exports, imports);
      receive(instance, compiled);
    });
  const module = await (await asm).default(settings);
  module.API.on_fatal = endWorker;
  return module;
}

/** End this worker once its Python can go on no more: the page, which would wait for answers, sees that at once. */
function endWorker() {
  if (!inNode) self.close();
}

/** Start Emscripten's module, keeping a copy of its memory as it is before anything has run. */
export async function createModule(settings) {
  const { instantiateWasm } = settings;
  let initialMemory;
  settings.instantiateWasm = (imports, receive) =>
    instantiateWasm(imports, (instance, compiled) => {
      initialMemory = new Uint8Array(instance.exports.memory.buffer.slice(0, STATIC_MEMORY));
      receive(instance, compiled);
    });
  return { module: await createPlain(settings), initialMemory };
}

/**
 * Combine a record of memory with what WebAssembly itself puts there: constants of the program and of libraries.
 * So they need not be in the record too. Doing it twice gives the record back.
 */
export function exclusiveOr(record, module, initialMemory, libraries) {
  const [, start] = new Uint32Array(record.buffer, record.byteOffset, 2);
  const combine = (from, target, length) => {
    const whole = length & ~3; // by words, which is several times as fast
    const [words, others] = [record, from].map((bytes, i) => wordsOf(bytes, i ? 0 : start + target, whole));
    if (words && others) for (let i = 0; i < words.length; i++) words[i] ^= others[i];
    for (let i = words && others ? whole : 0; i < length; i++) record[start + target + i] ^= from[i];
  };
  combine(initialMemory, 0, initialMemory.length);
  for (const { memoryBase, memorySize } of libraries) {
    combine(module.HEAPU8.subarray(memoryBase, memoryBase + memorySize), memoryBase, memorySize);
  }
}

/** Some bytes as words, or null where they do not lie so. */
function wordsOf(bytes, at, length) {
  const offset = bytes.byteOffset + at;
  return offset % 4 ? null : new Uint32Array(bytes.buffer, offset, length / 4);
}

export function link(module, description, compiled) {
  const { firstSlot, tableLength, memoryLength, libraries, slots } = description;
  if (module.wasmTable.length > firstSlot) {
    throw new Error(`the function table is filled up to ${module.wasmTable.length} here, beyond ${firstSlot}`);
  }
  module.growMemory(memoryLength);
  module.wasmTable.grow(tableLength - module.wasmTable.length);
  const linker = new Linker(module);
  const scopes = libraries.map((library, index) => linker.load(library, compiled[index]));
  for (const [address, index, name] of slots) {
    setTableEntry(module, address, index < 0 ? linker.main[name] : scopes[index][name]);
  }
}

function setTableEntry(module, address, value) {
  try {
    module.setWasmTableEntry(address, value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    module.setWasmTableEntry(address, module.convertJsFunctionToWasm(value, value.sig));
  }
}

/** Instantiates libraries at the addresses they had, which makes all relocation unnecessary. */
class Linker {
  constructor(module) {
    this.module = module;
    this.main = module.LDSO.loadedLibsByName.__main__.exports;
    this.byFileName = new Map();
  }

  load({ name, handle, memoryBase, tableBase, got }, compiled) {
    const own = {};
    const imported = WebAssembly.Module.imports(compiled);
    const environment = this.environment(compiled, imported, own, memoryBase, tableBase);
    const addresses = addressesOf(imported, got);
    const imports = { env: environment, wasi_snapshot_preview1: environment, "GOT.mem": addresses, "GOT.func": addresses };
    const { exports } = new WebAssembly.Instance(compiled, imports);
    attachRest(restName(name), exports, imports);
    Object.assign(own, this.module.relocateExports(exports, memoryBase));
    this.byFileName.set(name.slice(name.lastIndexOf("/") + 1), own);
    this.module.newDSO(name, handle, own).global = false;
    return own;
  }

  /** What a library imports by name: functions of the main program, of libraries it needs, or late ones. */
  environment(compiled, imported, own, memoryBase, tableBase) {
    const { main, module, byFileName } = this;
    const needed = module.getDylinkMetadata(compiled).neededDynlibs.map((file) => byFileName.get(file) ?? {});
    const resolve = (name) => needed.find((scope) => name in scope)?.[name] ?? own[name];
    const imports = { __memory_base: memoryBase, __table_base: tableBase };
    for (const { name, module: from, kind } of imported) {
      if (from.startsWith("GOT.") || name in imports) continue;
      if (name in main && !main[name].stub) imports[name] = main[name];
      else if (kind === "function") imports[name] = resolve(name) ?? late(name, resolve);
      else throw new Error(`${name} cannot be linked`);
    }
    return imports;
  }
}

/** A function that is looked for when it is called: a library may import what it exports itself. */
function late(name, resolve) {
  let found;
  return (...values) => (found ??= resolve(name))(...values);
}

function addressesOf(imported, values) {
  const names = imported.filter(({ module: from }) => from.startsWith("GOT."));
  const entry = ({ name }, index) => [name, new WebAssembly.Global({ value: "i32", mutable: true }, values[index])];
  return Object.fromEntries(names.map(entry));
}

// ---- functions that a first visit does not call: see runtime_split.mjs

// (module (import "e" "f" (func)) (export "f" (func 0))): a function of JavaScript that a table takes.
const CALLABLE = new Uint8Array(
  [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x65, 1, 0x66, 0, 0, 7, 5, 1, 1, 0x66, 0, 0],
);
let inflate; // once it is needed

/** What the file of a library's rest is called: for site-packages/scipy.libs/libopenblas.so, scipy.libs.libopenblas. */
export function restName(path) {
  return path.replace(/^.*\/site-packages\//, "").replace(/\.cpython.*|\.so$/, "").replaceAll("/", ".");
}

/** Have the functions that are not in a module loaded when one of them is called. */
function attachRest(name, exports, imports) {
  const table = exports.$rest;
  if (!table) return;
  const load = () => {
    const place = new Proxy({}, { get: (_, number) => table.get(Number(number)) });
    const compiled = new WebAssembly.Module(inflated(neededNow(`rest/${name}.bin`)));
    new WebAssembly.Instance(compiled, { ...imports, $own: exports, $place: place });
  };
  table.set(0, new WebAssembly.Instance(new WebAssembly.Module(CALLABLE), { e: { f: load } }).exports.f);
}

/** A file without which Python can neither go on nor say so, as Pyodide's own handling of errors may need it too. */
function neededNow(name) {
  try {
    return fetchNow(name);
  } catch (error) {
    endWorker();
    throw error;
  }
}

/** The content of a gzip file, at once: the browser's own way would take turns of the event loop. */
function inflated(packed) {
  inflate ??= new Function("module", `${new TextDecoder().decode(neededNow("inflate.js"))}\nreturn module.exports;`)({});
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4, true);
  return inflate(packed.subarray(GZIP_HEADER, packed.length - GZIP_TRAILER), new Uint8Array(size));
}

// ---- the files

/** Show every file of the packages and the standard library; the archive it lies in is got at its first read. */
function layFiles({ FS }, { archives, standardLibrary }) {
  FS.unlink(standardLibrary.path); // laid there empty, since it was not to be got yet
  layFile(FS, standardLibrary.path, standardLibrary.size, () => fetchNow(standardLibrary.archive));
  const folders = new Set();
  for (const { archive, root, entries } of archives) {
    let whole;
    for (const [name, offset, size] of entries) {
      const folder = `${root}/${name.slice(0, name.lastIndexOf("/"))}`;
      if (!folders.has(folder)) FS.mkdirTree(folder);
      folders.add(folder);
      layFile(FS, `${root}/${name}`, size, () => (whole ??= fetchNow(archive)).subarray(offset, offset + size));
    }
  }
}

function layFile(FS, path, size, getContents) {
  const node = FS.create(path);
  const operations = node.stream_ops;
  node.usedBytes = size;
  node.stream_ops = {
    ...operations,
    open(stream) {
      try {
        node.contents = getContents();
      } catch (error) {
        console.error(error);
        throw new FS.ErrnoError(EIO); // Python says so, and goes on
      }
      node.stream_ops = stream.stream_ops = operations;
    },
  };
}

/** A file's content at once: a worker may wait, and Python cannot import otherwise. */
function fetchNow(name) {
  if (inNode) return new Uint8Array(process.getBuiltinModule("node:fs").readFileSync(fileName(name)));
  const request = new XMLHttpRequest();
  request.open("GET", new URL(name, base), false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${name} could not be loaded (status ${request.status})`);
  return new Uint8Array(request.response);
}
