// Changes a small module, and runs it: node shared_calls.mjs runtime_split.mjs. Prints what came of it as JSON.
//
// Its function "at" calls one of two functions through the table: the one at its second argument, with its first.
const { withSharedIndirectCalls } = await import(process.argv[2]);

const name = (text) => [text.length, ...Buffer.from(text)];
const section = (id, content) => [id, content.length, ...content];
const body = (...code) => [code.length + 2, 0, ...code, 0x0b];
const CALL = [0x20, 0, 0x20, 1, 0x11, 0, 0];
const whole = (types, functions, bodies, exported, table) => new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, types), ...section(3, functions), ...table, ...section(7, exported), ...table.length ? section(9, [1, 0, 0x41, 0, 0x0b, 2, 0, 1]) : [], ...section(10, bodies),
]);
const TYPES = [2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7f];
const BODIES = [3, ...body(0x20, 0, 0x41, 1, 0x6a), ...body(0x20, 0, 0x41, 2, 0x6c), ...body(...CALL)];
const module = whole(TYPES, [3, 0, 0, 1], BODIES, [1, ...name("at"), 0, 2], section(4, [1, 0x70, 0, 2]));
const plain = whole([1, 0x60, 1, 0x7f, 1, 0x7f], [1, 0], [1, ...body(0x20, 0)], [1, ...name("same"), 0, 0], []);

const run = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
const answers = (bytes) => [0, 1].map((place) => run(bytes).at(20, place));
const NOTHING = 0x01;
const changed = withSharedIndirectCalls(module);
const place = Buffer.from(changed).indexOf(Buffer.from(CALL)); // of the only such call
console.log(JSON.stringify({
  before: answers(module),
  after: answers(changed),
  isInLargeFunction: changed.subarray(place - 500, place).every((one) => one === NOTHING),
  same: Buffer.compare(withSharedIndirectCalls(plain), plain),
}));
