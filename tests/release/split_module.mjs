// Splits a small module and runs it: node split_module.mjs runtime_split.mjs. Prints what came of it as JSON.
//
// The module has a mutable global and four functions of an i32: "start" calls 1; 1 sets the global, calls 2 and 3; 2 doubles;
// 3 adds one. 1 and 3 are padded with instructions that do nothing, as those are that are worth leaving out.
const { instrumented, split } = await import(process.argv[2]);

const padding = Array(200).fill(0x01);
const body = (...code) => [0, ...code, 0x0b];
const bodies = [
  body(0x20, 0, 0x10, 1),
  body(...padding, 0x20, 0, 0x24, 0, 0x20, 0, 0x10, 2, 0x10, 3),
  body(0x20, 0, 0x41, 2, 0x6c),
  body(...padding, 0x20, 0, 0x41, 1, 0x6a),
];
const leb = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7]);
const section = (id, content) => [id, ...leb(content.length), ...content];
const name = (text) => [text.length, ...Buffer.from(text)];
const module = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7f]),
  ...section(3, [4, 0, 0, 0, 0]),
  ...section(6, [1, 0x7f, 1, 0x41, 0, 0x0b]),
  ...section(7, [2, ...name("start"), 0, 0, ...name("seen"), 3, 0]),
  ...section(10, [4, ...bodies.flatMap((one) => [...leb(one.length), ...one])]),
]);

const exportsOf = (bytes, imports = {}) => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
const called = (number) => {
  const { start, $called: table } = exportsOf(instrumented(module));
  for (let entry = 0; entry < table.length; entry++) table.set(entry, true);
  start(number);
  return [...Array(table.length).keys()].filter((entry) => table.get(entry) === null);
};

const { first, rest } = split(module, [0], /^none$/);
const parts = exportsOf(first);
const table = parts.$rest;
let loads = 0;
const callable = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x65, 1, 0x66, 0, 0, 7, 5, 1, 1, 0x66, 0, 0]);
const load = () => {
  loads++;
  exportsOf(rest, { $own: parts, $place: new Proxy({}, { get: (_, place) => table.get(Number(place)) }) });
};
table.set(0, exportsOf(callable, { e: { f: load } }).f);
const before = loads;
const answers = [parts.start(5), parts.start(6)];
console.log(JSON.stringify({
  whole: exportsOf(module).start(5),
  called: called(5),
  before,
  answers,
  loads,
  seen: parts.seen.value,
  shorter: first.length < module.length - 300,
  all: split(module, [0, 1, 2, 3], /^none$/).rest,
  kept: split(module, [], /^start$/).first.length === first.length,
}));
