// MicroPython under Node, as the page runs it, and what its file system is given.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
};

// The interpreter, whose prints come out; `write(path, content)` and `copy(folder)` give it a file and a folder of modules of `root`,
// `copy(folder, false)` without the folders in it.
export async function start(root) {
  const { loadMicroPython } = await import(pathToFileURL(join(root, "runtime/micropython/micropython.mjs")));
  const python = await loadMicroPython({ stdout: line => console.log(line), linebuffer: true });
  const write = (path, content) => python.FS.writeFile(path, content);
  function copy(folder, withFolders = true) {
    python.FS.mkdir("/" + relative(root, folder));
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && withFolders && entry.name !== "__pycache__") copy(path);
      else if (entry.name.endsWith(".py")) write("/" + relative(root, path), readFileSync(path));
    }
  }
  return { python, write, copy };
}

// What of PyScript the page's modules import.
export function givePyScript(python, write) {
  python.FS.mkdir("/pyscript");
  write("/pyscript/__init__.py", "workers = {}\n");
  write("/pyscript/ffi.py", "from jsffi import create_proxy, to_js\n");
}
