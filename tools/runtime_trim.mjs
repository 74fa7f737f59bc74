// What of Pyodide's program no shipped library asks for, taken out while the runtime is built; and what makes V8 compile its
// functions again and again.
//
// The program exports 8,600 names, for whatever library may come to be linked to it, and Emscripten's script names most of
// them: at every start that is read, a function is made of each, put into the function table and given an address. A seventh
// of them are enough for the libraries that are shipped.

import { withExports, withSharedIndirectCalls } from "./runtime_split.mjs";

const ASSIGNING = "function assignWasmExports(wasmExports){";
const ASSIGNED_NAME = /wasmExports\["([^"]+)"\]/;
const FACTORY = ["async function _createPyodideModule(", "export default _createPyodideModule;"];
const NEEDS_ADDRESS = 'if(entry.value==-1){var value=resolveGlobalSymbol(';
const OPENGL = "emscripten_gl";

/** The names that WebAssembly imports. */
export function importedNames(bytes) {
  return WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name);
}

/**
 * Take out of the program what is not asked for.
 *
 * @param program Its WebAssembly.
 * @param script Emscripten's script around it.
 * @param others Other scripts that use it.
 * @param imported The names that libraries import.
 * @returns The same, `program` and `script`, with less in it.
 */
export function trimmed(program, script, others, imported) {
  const { before, declared, statements, after } = assignments(script);
  const mentioned = new Set([before, after, ...others].join(" ").match(/[\w$]+/g));
  const asked = new Set([...imported, ...importedNames(program)]);
  const isAsked = (name) => asked.has(name) || mentioned.has(name) || mentioned.has(`_${name}`);
  const kept = statements.filter((statement) => isAsked(nameOf(statement)));
  const used = new Set(kept.join(" ").match(/[\w$]+/g));
  const variables = declared.filter((name) => used.has(name) || mentioned.has(name));
  const whole = `${before}var ${variables.join(",")};${ASSIGNING}${kept.join(";")}}${after}`;
  return {
    program: withSharedIndirectCalls(withExports(program, isAsked)),
    script: compiledOnce(withoutOpenGl(whole)),
  };
}

/** The script in parts: around the function that gives each export a variable of its own, and what is in it. */
function assignments(script) {
  const start = only(script, ASSIGNING);
  const end = script.indexOf("}", start);
  const declared = script.lastIndexOf("var ", start);
  return {
    before: script.slice(0, declared),
    declared: script.slice(declared + "var ".length, start - 1).split(","),
    statements: script.slice(start + ASSIGNING.length, end).split(";").filter(Boolean),
    after: script.slice(end + 1),
  };
}

function nameOf(statement) {
  const found = ASSIGNED_NAME.exec(statement);
  if (!found) throw new Error(`Emscripten's script assigns an export otherwise than expected: ${statement.slice(0, 80)}`);
  return found[1];
}

function only(script, part) {
  const at = script.indexOf(part);
  if (at < 0 || script.includes(part, at + 1)) throw new Error(`Emscripten's script has no single ${part}; is it another version?`);
  return at;
}

/** OpenGL's functions get no addresses, for which each would be a module of its own: a worker has nothing to draw on. */
function withoutOpenGl(script) {
  const at = only(script, NEEDS_ADDRESS);
  const skipping = `if(entry.value==-1){if(symName.startsWith("${OPENGL}")){entry.value=0;continue}`;
  return script.slice(0, at) + skipping + script.slice(at + "if(entry.value==-1){".length);
}

/** In parentheses, by which engines know that a function is called at once: else they read it twice. */
function compiledOnce(script) {
  const [first, last] = FACTORY.map((part) => only(script, part));
  const inside = script.slice(first, last);
  return `${script.slice(0, first)}export default (${inside})${script.slice(last + FACTORY[1].length)};\n`;
}
