// Splitting a WebAssembly module in two: the functions that a first visit calls, and the rest.
//
// `instrumented` makes a module that notes which of its functions are called. `split` takes those and makes:
//
// - the first part: the module as it was, but for the bodies of all other functions. In their place stand stubs, which
//   call through a table of its own; an empty entry means that the rest is not loaded, and the stub calls the loader first.
// - the rest: the other functions, which fill that table. It imports the memory, tables, globals and functions of the
//   first part, and is loaded when one of them is called.
//
// Indexes of functions, types, globals and tables stay what they were, so the bodies that stay need no change. What loads
// the rest is in runtime_entry.mjs.
//
// Why not Binaryen's wasm-split, which is made for just that: tried at version 108, it splits side modules too, but
// - it imports a function of JavaScript for each function that is split off (13,200 for the program, 3,900 for OpenBLAS), where
//   stubs here need none. Under Node that makes instantiating the program 2.3 times as slow (0.05 s to 0.12 s, and as much
//   again to make the imports), at each start;
// - it lets the shared function table grow by as many places, so every library would lie elsewhere than in the snapshot;
// - npm's binaryen, which the set-up could get on any system, has nine tools, and not this one.

const SECTION = { custom: 0, type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, start: 8, element: 9, code: 10, data: 11, count: 12, tag: 13 };
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
const KINDS = ["function", "table", "memory", "global", "tag"];
const [I32, FUNCREF, EXTERNREF, FUNCTION_TYPE, END] = [0x7f, 0x70, 0x6f, 0x60, 0x0b];
const [NOTHING, CALL, CALL_INDIRECT] = [0x01, 0x10, 0x11];
const LARGEST_INLINED = 500; // bytes of a body, by V8
const SMALLEST = 100; // bytes of a body: for a smaller one a stub gains nothing
// Instructions that name a function or a global.
const MENTIONS = { 0x10: "function", 0x12: "function", 0x23: "global", 0x24: "global", 0xd2: "reference" };
const LOADER = 0; // its place in the table
const KEPT_SECTIONS = ["dylink.0"]; // of the custom ones; names are of no use to anyone

class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }
  byte() {
    return this.bytes[this.at++];
  }
  unsigned() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  skipNumber() {
    while (this.byte() >= 0x80);
  }
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  name() {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
  /** `count` entries, each as its bytes, read by `skip`. */
  entries(skip) {
    return Array.from({ length: this.unsigned() }, () => {
      const began = this.at;
      const found = skip();
      return { ...found, bytes: this.bytes.subarray(began, this.at) };
    });
  }
}

// ---- reading a module

function parse(bytes) {
  const reader = new Reader(bytes, 8);
  const sections = new Map();
  const customs = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const size = reader.unsigned();
    const section = new Reader(bytes, reader.at, reader.at + size);
    if (id === SECTION.custom) {
      if (KEPT_SECTIONS.includes(section.name())) customs.push(bytes.subarray(reader.at, reader.at + size));
    } else sections.set(id, section);
    reader.at += size;
  }
  const at = (id) => (sections.has(id) ? new Reader(bytes, sections.get(id).at) : new Reader(new Uint8Array([0])));
  const raw = (id) => sections.has(id) ? bytes.subarray(sections.get(id).at, sections.get(id).end) : null;
  const rest = new Map(ORDER.filter((id) => sections.has(id)).map((id) => [id, raw(id)]));
  const types = readTypes(at(SECTION.type));
  const imports = readImports(at(SECTION.import));
  const own = readDefinitions(at);
  const spaces = Object.fromEntries(KINDS.map((kind) => [kind, [...imports.filter((one) => one.kind === kind), ...own[kind]]]));
  return { customs, rest, types, imports, spaces, bodies: readBodies(at(SECTION.code)), exports: readExports(at(SECTION.export)), elements: readElements(at(SECTION.element)), start: rest.has(SECTION.start) ? at(SECTION.start).unsigned() : null };
}

function readTypes(reader) {
  return reader.entries(() => {
    if (reader.byte() !== FUNCTION_TYPE) throw new Error("a type that is not a function's cannot be split");
    const parameters = reader.unsigned();
    reader.take(parameters);
    const results = reader.unsigned();
    reader.take(results);
    return { parameters, isPlain: parameters + results === 0 };
  });
}

function skipLimits(reader) {
  const flags = reader.byte();
  reader.skipNumber();
  if (flags & 1) reader.skipNumber();
}

function skipDescription(reader, kind) {
  if (kind === "function") return { type: reader.unsigned() };
  if (kind === "global") reader.take(2);
  else if (kind === "tag") (reader.byte(), reader.skipNumber());
  else {
    if (kind === "table") reader.byte();
    skipLimits(reader);
  }
  return {};
}

function readImports(reader) {
  return reader.entries(() => {
    const [module, name] = [reader.name(), reader.name()];
    const kind = KINDS[reader.byte()];
    const began = reader.at;
    const found = skipDescription(reader, kind);
    return { module, name, kind, isImported: true, description: reader.bytes.slice(began, reader.at), ...found };
  });
}

/** What the module itself defines, with the description under which another can import it. */
function readDefinitions(at) {
  const described = (reader, kind, skipMore = () => {}) =>
    reader.entries(() => {
      const began = reader.at;
      const found = skipDescription(reader, kind);
      const description = reader.bytes.slice(began, reader.at);
      skipMore(reader);
      return { kind, description, ...found };
    });
  return {
    function: described(at(SECTION.function), "function"),
    table: described(at(SECTION.table), "table"),
    memory: described(at(SECTION.memory), "memory"),
    global: described(at(SECTION.global), "global", skipExpression),
    tag: described(at(SECTION.tag), "tag"),
  };
}

function readExports(reader) {
  return reader.entries(() => ({ name: reader.name(), kind: KINDS[reader.byte()], index: reader.unsigned() }));
}

function readElements(reader) {
  return reader.entries(() => {
    const flags = reader.unsigned();
    if (flags & 4) throw new Error("element segments of expressions cannot be split");
    if (!(flags & 1)) {
      if (flags & 2) reader.skipNumber();
      skipExpression(reader);
    }
    if (flags & 3) reader.byte();
    return { functions: Array.from({ length: reader.unsigned() }, () => reader.unsigned()) };
  });
}

function readBodies(reader) {
  return Array.from({ length: reader.unsigned() }, () => {
    const size = reader.unsigned();
    const body = reader.take(size);
    return { bytes: body, uses: usesOf(body) };
  });
}

function skipExpression(reader) {
  while (reader.bytes[reader.at] !== END) skipInstruction(reader);
  reader.at++;
}

/** The functions and globals that a body mentions: where the number stands, and which it is. */
function usesOf(body) {
  const reader = new Reader(body);
  for (let groups = reader.unsigned(); groups > 0; groups--) (reader.skipNumber(), reader.byte());
  const start = reader.at;
  const mentions = [];
  while (reader.at < body.length) {
    const kind = MENTIONS[body[reader.at]];
    if (kind) {
      reader.at++;
      const at = reader.at;
      const index = reader.unsigned();
      mentions.push({ at, end: reader.at, index, kind });
    } else skipInstruction(reader);
  }
  return { start, mentions };
}

function skipInstruction(reader) {
  const opcode = reader.byte();
  const numbers = (count) => {
    while (count-- > 0) reader.skipNumber();
  };
  if (opcode >= 0x45 && opcode <= 0xc4) return;
  if (opcode >= 0x28 && opcode <= 0x3e) return numbers(2);
  if (opcode >= 0x20 && opcode <= 0x26) return numbers(1);
  switch (opcode) {
    case 0x00: case 0x01: case 0x05: case 0x0a: case 0x0b: case 0x0f: case 0x19: case 0x1a: case 0x1b: case 0xd1:
      return;
    case 0x02: case 0x03: case 0x04: case 0x06: case 0x07: case 0x08: case 0x09: case 0x0c: case 0x0d: case 0x10: case 0x12:
    case 0x18: case 0x3f: case 0x40: case 0x41: case 0x42: case 0xd0: case 0xd2:
      return numbers(1);
    case 0x11: case 0x13:
      return numbers(2);
    case 0x0e:
      return numbers(reader.unsigned() + 1);
    case 0x1c:
      return void reader.take(reader.unsigned());
    case 0x1f:
      numbers(1);
      for (let catches = reader.unsigned(); catches > 0; catches--) numbers(reader.byte() < 2 ? 2 : 1);
      return;
    case 0x43:
      return void reader.take(4);
    case 0x44:
      return void reader.take(8);
    case 0xfc:
      return numbers([0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1][reader.unsigned()]);
    case 0xfd:
      return skipVectorInstruction(reader, numbers);
    default:
      throw new Error(`the instruction 0x${opcode.toString(16)} is not known`);
  }
}

function skipVectorInstruction(reader, numbers) {
  const opcode = reader.unsigned();
  if (opcode <= 11 || opcode === 92 || opcode === 93) numbers(2);
  else if (opcode <= 13) reader.take(16);
  else if (opcode >= 21 && opcode <= 34) reader.byte();
  else if (opcode >= 84 && opcode <= 91) (numbers(2), reader.byte());
}

// ---- writing a module

function unsigned(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** A signed number that is not negative. */
function signed(value) {
  const bytes = [];
  for (; value >= 0x40; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function text(name) {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function list(items) {
  return joined([unsigned(items.length), ...items]);
}

function written(customs, sections) {
  const pieces = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];
  const add = (id, content) => pieces.push([id], unsigned(content.length), content);
  for (const custom of customs) add(SECTION.custom, custom);
  for (const id of ORDER) if (sections.get(id)) add(id, sections.get(id));
  return joined(pieces);
}

function withLength(body) {
  return joined([unsigned(body.length), body]);
}

function exported(name, kind, index) {
  return [...text(name), KINDS.indexOf(kind), ...unsigned(index)];
}

function element(table, offset, functions) {
  return [2, ...unsigned(table), 0x41, ...signed(offset), END, 0, ...list(functions.map(unsigned))];
}

function tableOf(type, size) {
  return [type, 0, ...unsigned(size)];
}

/** A definition's section with one more entry. */
function withOneMore(module, kind, entry) {
  return list([...module.spaces[kind].filter((one) => !one.isImported).map((one) => one.bytes), entry]);
}

// ---- leaving exports out

/** The module without the exports whose names `keeps` refuses. */
export function withExports(bytes, keeps) {
  const reader = new Reader(bytes, 8);
  const pieces = [bytes.subarray(0, 8)];
  while (reader.at < bytes.length) {
    const began = reader.at;
    const id = reader.byte();
    const size = reader.unsigned();
    const content = new Reader(bytes, reader.at, reader.at + size);
    reader.take(size);
    if (id !== SECTION.export) pieces.push(bytes.subarray(began, reader.at));
    else {
      const kept = list(readExports(content).filter(({ name }) => keeps(name)).map((one) => one.bytes));
      pieces.push([id], unsigned(kept.length), kept);
    }
  }
  return joined(pieces);
}

// ---- calls through the function table

/**
 * The module, in which all calls through the function table are made by added functions, one for each type.
 *
 * V8 compiles a call through the table for the functions that it has led to so far, and all of the calling function anew once it
 * leads to another one. To Python's evaluation loop, the largest function, that happens several times in a first visit, and each
 * time takes a tenth of a second of a processor. The added functions are large enough not to be inlined, and else do nothing.
 */
export function withSharedIndirectCalls(bytes) {
  const module = parse(bytes);
  const first = module.spaces.function.length;
  const numbers = new Map(); // of the added functions, by the type that they call
  const numberOf = (type) => numbers.get(type) ?? numbers.set(type, first + numbers.size).get(type);
  const bodies = module.bodies.map(({ bytes: body, uses }) => withCallsBy(numberOf, body, uses));
  const called = [...numbers.keys()].map((type) => ({ type, ...module.types[type] }));
  const types = [...module.types.map((one) => one.bytes), ...called.map((one) => typeOfSharedCall(one.bytes))];
  const functions = [...module.spaces.function.filter((one) => !one.isImported).map((one) => one.bytes), ...called.map((_, number) => unsigned(module.types.length + number))];
  const sections = new Map(module.rest);
  if (called.length) {
    sections.set(SECTION.type, list(types));
    sections.set(SECTION.function, list(functions));
    sections.set(SECTION.code, list([...bodies, ...called.map(sharedCall)].map(withLength)));
  }
  return written(module.customs, sections);
}

/** A body with calls of added functions in place of those through the table. */
function withCallsBy(numberOf, body, { start }) {
  const reader = new Reader(body, start);
  const pieces = [];
  let copied = 0;
  while (reader.at < body.length) {
    const at = reader.at;
    if (body[at] !== CALL_INDIRECT) skipInstruction(reader);
    else {
      reader.byte();
      const [type, table] = [reader.unsigned(), reader.unsigned()];
      if (table !== 0) continue;
      pieces.push(body.subarray(copied, at), [CALL, ...unsigned(numberOf(type))]);
      copied = reader.at;
    }
  }
  return joined([...pieces, body.subarray(copied)]);
}

/** The type of an added function, which is given the place in the table after the arguments. */
function typeOfSharedCall(type) {
  const reader = new Reader(type, 1);
  const parameters = reader.take(reader.unsigned());
  return joined([[FUNCTION_TYPE], unsigned(parameters.length + 1), parameters, [I32], type.subarray(reader.at)]);
}

/** An added function's body. */
function sharedCall({ type, parameters }) {
  const given = Array.from({ length: parameters + 1 }, (_, number) => [0x20, ...unsigned(number)]).flat();
  return new Uint8Array([0, ...Array(LARGEST_INLINED).fill(NOTHING), ...given, CALL_INDIRECT, ...unsigned(type), 0, END]);
}

// ---- noting which functions are called

/**
 * The module, which sets an entry of the table "$called" to null when a function is called: that of its number among
 * those that it defines.
 */
export function instrumented(bytes) {
  const module = parse(bytes);
  const table = module.spaces.table.length;
  const sections = new Map(module.rest);
  sections.set(SECTION.table, withOneMore(module, "table", tableOf(EXTERNREF, module.bodies.length)));
  sections.set(SECTION.export, list([...module.exports.map((one) => one.bytes), exported("$called", "table", table)]));
  const marked = module.bodies.map(({ bytes: body, uses }, number) => {
    const mark = [0x41, ...signed(number), 0xd0, EXTERNREF, 0x26, ...unsigned(table)];
    return withLength(joined([body.subarray(0, uses.start), mark, body.subarray(uses.start)]));
  });
  sections.set(SECTION.code, list(marked));
  return written(module.customs, sections);
}

// ---- splitting

/**
 * Split a module.
 *
 * @param bytes The module.
 * @param called Numbers, among the functions that it defines, of those that are to be in the first part.
 * @param kept A regular expression: functions that are exported under such names are in the first part, too.
 * @returns The two parts, `first` and `rest`; `rest` is null, and `first` the module, where nothing is gained.
 */
export function split(bytes, called, kept) {
  const module = parse(bytes);
  const imported = module.imports.filter(({ kind }) => kind === "function").length;
  const stays = new Set(called.map((number) => imported + number));
  for (const { kind, name, index } of module.exports) if (kind === "function" && kept.test(name)) stays.add(index);
  module.bodies.forEach(({ bytes: body }, number) => {
    if (body.length < SMALLEST) stays.add(imported + number);
  });
  if (module.start !== null) stays.add(module.start); // runs before there is a loader
  const isCold = (index) => index >= imported && !stays.has(index);
  const cold = module.bodies.map((_, number) => imported + number).filter(isCold);
  if (!cold.length) return { first: bytes, rest: null };
  const plan = planOf(module, imported, isCold, cold);
  return { first: firstPart(module, imported, isCold, plan), rest: restPart(module, imported, cold, plan) };
}

/**
 * Which functions need a stub, which functions and globals of the first part the rest needs, and where in the table each
 * function has its place.
 */
function planOf(module, imported, isCold, cold) {
  const mentions = (index, kind) => module.bodies[index - imported].uses.mentions.filter((one) => one.kind === kind).map((one) => one.index);
  const reached = new Set(module.exports.filter(({ kind }) => kind === "function").map(({ index }) => index));
  for (const { functions } of module.elements) functions.forEach((index) => reached.add(index));
  if (module.start !== null) reached.add(module.start);
  module.bodies.forEach((_, number) => {
    const index = imported + number;
    if (!isCold(index)) for (const other of [...mentions(index, "function"), ...mentions(index, "reference")]) reached.add(other);
  });
  if (cold.some((index) => mentions(index, "reference").length)) throw new Error("a function whose address is taken by one that is left out cannot be split");
  const sorted = (indexes) => [...new Set(indexes)].sort((a, b) => a - b);
  const stubbed = cold.filter((index) => reached.has(index));
  const functions = sorted(cold.flatMap((index) => mentions(index, "function").filter((other) => !isCold(other))));
  const globals = sorted(cold.flatMap((index) => mentions(index, "global")));
  const places = new Map([...stubbed, ...functions].map((index, number) => [index, LOADER + 1 + number]));
  const plain = module.types.findIndex(({ isPlain }) => isPlain);
  return { stubbed, functions, globals, places, table: module.spaces.table.length, plain: plain < 0 ? module.types.length : plain };
}

function typesOf(module, plan) {
  const types = module.types.map((one) => one.bytes);
  return list(plan.plain < types.length ? types : [...types, [FUNCTION_TYPE, 0, 0]]);
}

function firstPart(module, imported, isCold, plan) {
  const sections = new Map(module.rest);
  const size = plan.places.size + 1;
  sections.set(SECTION.type, typesOf(module, plan));
  sections.set(SECTION.table, withOneMore(module, "table", tableOf(FUNCREF, size)));
  sections.set(SECTION.export, list([...module.exports.map((one) => one.bytes), ...exportsForRest(module, plan)]));
  const elements = module.elements.map((one) => one.bytes);
  if (plan.functions.length) elements.push(element(plan.table, plan.places.get(plan.functions[0]), plan.functions));
  if (elements.length) sections.set(SECTION.element, list(elements));
  const stubbed = new Set(plan.stubbed);
  const bodies = module.bodies.map(({ bytes: body }, number) => {
    const index = imported + number;
    if (!isCold(index)) return withLength(body);
    return withLength(stubbed.has(index) ? stub(module, index, plan) : [0, 0x00, END]);
  });
  sections.set(SECTION.code, list(bodies));
  return written(module.customs, sections);
}

function exportsForRest(module, plan) {
  const own = sharedWithRest(module, plan).filter(({ one }) => !one.isImported);
  return [...own.map(({ kind, index }) => exported(ownName(kind, index), kind, index)), exported("$rest", "table", plan.table)];
}

/** What of the first part the rest imports beside functions, in the order of its indexes there. */
function sharedWithRest(module, plan) {
  return ["table", "memory", "global", "tag"].flatMap((kind) => {
    const shared = module.spaces[kind].map((one, index) => ({ kind, index, one }));
    return kind === "global" ? shared.filter(({ index }) => plan.globals.includes(index)) : shared;
  });
}

function ownName(kind, index) {
  return `$${kind}${index}`;
}

/** Calls the loader where its place in the table is empty, then what stands there, with the same arguments. */
function stub(module, index, plan) {
  const { type } = module.spaces.function[index];
  const place = [0x41, ...signed(plan.places.get(index))];
  const table = unsigned(plan.table);
  const load = [0x41, ...signed(LOADER), 0x11, ...unsigned(plan.plain), ...table];
  const parameters = Array.from({ length: module.types[type].parameters }, (_, number) => [0x20, ...unsigned(number)]).flat();
  return [0, ...place, 0x25, ...table, 0xd1, 0x04, 0x40, ...load, END, ...parameters, ...place, 0x11, ...unsigned(type), ...table, END];
}

function restPart(module, imported, cold, plan) {
  const indexes = {
    function: new Map([...plan.functions, ...cold].map((index, number) => [index, number])),
    global: new Map(plan.globals.map((index, number) => [index, number])),
  };
  const sections = new Map();
  sections.set(SECTION.type, typesOf(module, plan));
  sections.set(SECTION.import, list(importsOfRest(module, plan)));
  sections.set(SECTION.function, list(cold.map((index) => unsigned(module.spaces.function[index].type))));
  if (plan.stubbed.length) {
    const functions = plan.stubbed.map((index) => indexes.function.get(index));
    sections.set(SECTION.element, list([element(plan.table, plan.places.get(plan.stubbed[0]), functions)]));
  }
  sections.set(SECTION.code, list(cold.map((index) => withLength(rewritten(module.bodies[index - imported], indexes)))));
  return written([], sections);
}

function importsOfRest(module, plan) {
  const functions = plan.functions.map((index) => [
    ...text("$place"), ...text(String(plan.places.get(index))), KINDS.indexOf("function"), ...unsigned(module.spaces.function[index].type),
  ]);
  const shared = sharedWithRest(module, plan).map(({ kind, index, one }) => {
    const from = one.isImported ? [...text(one.module), ...text(one.name)] : [...text("$own"), ...text(ownName(kind, index))];
    return [...from, KINDS.indexOf(kind), ...one.description];
  });
  const table = [...text("$own"), ...text("$rest"), KINDS.indexOf("table"), ...tableOf(FUNCREF, plan.places.size + 1)];
  return [...functions, ...shared.slice(0, plan.table), table, ...shared.slice(plan.table)];
}

/** A body that calls functions and uses globals by other numbers. */
function rewritten({ bytes, uses }, indexes) {
  const pieces = [];
  let at = 0;
  for (const { at: start, end, index, kind } of uses.mentions) {
    pieces.push(bytes.subarray(at, start), unsigned(indexes[kind].get(index)));
    at = end;
  }
  return joined([...pieces, bytes.subarray(at)]);
}
