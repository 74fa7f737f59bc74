// Runs the tests of some files under MicroPython, as the page does its modules:
// node run_in_micropython.mjs ROOT FILE...; a line "passed FILE NAME" or "FAILED FILE NAME ERROR" for each test.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

const [root, ...files] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(join(root, "runtime/micropython/micropython.mjs")));
const python = await loadMicroPython({ stdout: line => console.log(line), linebuffer: true });

function copy(folder) {
  python.FS.mkdir("/" + relative(root, folder));
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "__pycache__") copy(path);
    else if (entry.name.endsWith(".py")) python.FS.writeFile("/" + relative(root, path), readFileSync(path));
  }
}

python.FS.mkdir("/vizzy");
for (const name of ["__init__.py", "vocabulary.py"]) python.FS.writeFile("/vizzy/" + name, readFileSync(join(root, "vizzy", name)));
copy(join(root, "vizzy/page"));
for (const file of files) python.FS.writeFile("/" + basename(file), readFileSync(file));
python.globals.set("names", files.map(file => basename(file, ".py")).join(" "));
python.runPython(`
import sys
sys.path.insert(0, "/")
for file in names.split():
    module = __import__(file)
    for name in sorted(dir(module)):
        if name.startswith("test_"):
            try:
                getattr(module, name)()
                print("passed", file, name)
            except Exception as error:
                sys.print_exception(error)
                print("FAILED", file, name, repr(error))
`);
