// Reads snapshot.bin, in a worker of its own: unpacking takes longer than all else that the start of Python waits for, and
// has another processor here.
//
// snapshot.bin, compressed with gzip (sw.js keeps it unpacked): the length of a description (4 bytes), the description (JSON), the shared libraries,
// and those parts of Pyodide's record of the memory that are not zero throughout, which is little more than half of it.

const KEPT_UNPACKED = "application/x-snapshot"; // by sw.js, which says so
const inNode = typeof process === "object" && Boolean(process.versions?.node);

/** Read a snapshot, unpacked, and tell its parts one after the other: the description, the libraries as modules, the record as bytes. */
export async function readSnapshot(content, tell) {
  const reader = new Reader(content.getReader());
  const description = await readDescription(reader);
  tell({ description });
  tell({ libraries: await readLibraries(reader, description.libraries) });
  tell({ record: await readRecord(reader, description) });
}

/** Reads so many bytes of a stream at a time. */
class Reader {
  constructor(source) {
    this.source = source;
    this.chunk = new Uint8Array(0);
  }

  read(length) {
    return this.fill(new Uint8Array(length));
  }

  async fill(bytes) {
    const { length } = bytes;
    let filled = 0;
    while (filled < length) {
      if (!this.chunk.length) {
        const { done, value } = await this.source.read();
        if (done) throw new Error("snapshot.bin is too short");
        this.chunk = value;
      }
      const taken = this.chunk.subarray(0, length - filled);
      bytes.set(taken, filled);
      filled += taken.length;
      this.chunk = this.chunk.subarray(taken.length);
    }
    return bytes;
  }
}

async function readDescription(reader) {
  const [length] = new Uint32Array((await reader.read(4)).buffer);
  return JSON.parse(new TextDecoder().decode(await reader.read(length)));
}

/** Begin to compile each library as soon as its bytes are there. */
async function readLibraries(reader, libraries) {
  const compiling = [];
  for (const { size } of libraries) compiling.push(WebAssembly.compile(await reader.read(size)));
  return Promise.all(compiling);
}

/** The record, which is zero where no part of it is told. */
async function readRecord(reader, { snapshotLength, filled }) {
  const record = new Uint8Array(snapshotLength);
  for (const [start, end] of filled) await reader.fill(record.subarray(start, end));
  return record;
}

/** As a worker: fetch the snapshot at once, and tell whoever started it, who is also told of what goes wrong. */
async function serve() {
  try {
    const response = await fetch(new URL("snapshot.bin", import.meta.url));
    if (!response.ok) throw new Error(`snapshot.bin could not be loaded (status ${response.status})`);
    const isUnpacked = response.headers.get("Content-Type") === KEPT_UNPACKED;
    const content = isUnpacked ? response.body : response.body.pipeThrough(new DecompressionStream("gzip"));
    await readSnapshot(content, (part) => postMessage(part, part.record ? [part.record.buffer] : []));
  } catch (error) {
    postMessage({ error: String(error.message ?? error) });
  }
}

if (!inNode && self.name === "snapshot") serve();
