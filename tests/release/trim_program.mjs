// Trims a small program and its script, and runs what is left: node trim_program.mjs runtime_trim.mjs. Prints what came of it as JSON.
//
// The program exports one function of its type under four names, of which a library imports one, the script mentions another
// beside the function that assigns exports, and another script a third.
const { trimmed } = await import(process.argv[2]);

const NAMES = ["by_library", "by_script", "by_other", "by_nobody"];
const name = (text) => [text.length, ...Buffer.from(text)];
const section = (id, content) => [id, content.length, ...content];
const program = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, [1, 0x60, 0, 0]),
  ...section(3, [1, 0]),
  ...section(7, [NAMES.length, ...NAMES.flatMap((one) => [...name(one), 0, 0])]),
  ...section(10, [1, 2, 0, 0x0b]),
]);
const script = `async function _createPyodideModule(Module){
var GOT={emscripten_glClear:{value:-1},other:{value:-1}};
var resolveGlobalSymbol=(name,direct)=>({sym:7});
function report(){for(var[symName,entry]of Object.entries(GOT)){if(entry.value==-1){var value=resolveGlobalSymbol(symName,true).sym;entry.value=value}}}
var ${NAMES.map((one) => `_${one}`).join(",")};function assignWasmExports(wasmExports){${NAMES.map((one) => `_${one}=Module["_${one}"]=wasmExports["${one}"];`).join("")}}
assignWasmExports(Module.exports);report();
return {Module,GOT,used:_by_script}}export default _createPyodideModule;
`;

const left = trimmed(program, script, ["Module._by_other()"], ["by_library"]);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(left.program));
const { default: create } = await import(`data:text/javascript,${encodeURIComponent(left.script)}`);
const { Module, GOT } = await create({ exports });
let refused;
try {
  trimmed(program, "another script", [], []);
} catch (error) {
  refused = error.message;
}
console.log(JSON.stringify({
  exports: Object.keys(exports),
  assigned: NAMES.filter((one) => Module[`_${one}`]),
  variables: /var ([^;]*);function assignWasmExports/.exec(left.script)[1],
  opengl: GOT.emscripten_glClear.value,
  other: GOT.other.value,
  refused,
}));
