// What translated Python calls (see translate.py): its operators, built-in functions and types,
// and what is used of the standard library.

"use strict";

const modules = {};

// A module, made when it is asked for, beside what the page has of it by itself.
function define(name, make) {
  const own = modules[name];
  const get = () => kept(modules, name, () => ({ ...own, ...make() }));
  Object.defineProperty(modules, name, { get, configurable: true });
}

// ---- classes -------------------------------------------------------------------------------

class Thing {
  constructor(...args) {
    this.__init__?.(...args);
  }
}

class Exception extends Error {
  constructor(...args) {
    super();
    this.__init__(...args);
  }
  __init__(message = "") {
    this.message = message;
  }
}

// A named tuple, and a data class: its fields in order.
class Tuple extends Array {
  static get [Symbol.species]() {
    return Array;
  }
  _replace({ values }) {
    const { fields } = this.constructor;
    return record(this.constructor, fields.map(([name], at) => values[name] ?? this[at]));
  }
}

class Named {
  constructor(values) {
    this.values = values;
  }
}

const classes = new WeakSet();

function record(of, args) {
  const made = new of();
  of.fields.forEach(([, otherwise], at) => {
    made.push(args[at] === undefined ? otherwise?.() : args[at]);
  });
  return made;
}

// A class that is called as a function, with the names of the parameters of its methods.
function made(of, params, fields) {
  for (const [name, names] of Object.entries(params)) {
    const method = Object.getOwnPropertyDescriptor(of.prototype, name)?.value ?? of[name];
    if (typeof method === "function") method.params = names;
  }
  if (fields.length) of.fields = fields;
  for (const [at, [name]] of fields.entries()) {
    Object.defineProperty(of.prototype, name, { get() { return this[at]; }, configurable: true });
  }
  const apply = (_, self, args) => (of.fields ? record(of, args) : new of(...args));
  const callable = new Proxy(of, { apply });
  classes.add(callable);
  return callable;
}

// What is raised: an exception, or its class alone.
const error = (of) => (typeof of === "function" ? of() : of);

// The value of a property, computed once.
function kept(of, name, compute) {
  const value = compute();
  Object.defineProperty(of, name, { value, configurable: true });
  return value;
}

function attribute(of, name) {
  const value = of[name];
  if (value === undefined) throw new Error(`there is no ${name}`);
  if (typeof value !== "function" || classes.has(value) || of.constructor === Object) return value;
  return Object.assign(value.bind(of), { params: value.params });
}

// ---- calls with names ----------------------------------------------------------------------

function arranged(names, values, args) {
  if (!names) return [...args, new Named(values)];
  const all = [...args];
  for (const [name, value] of Object.entries(values)) all[names.indexOf(name)] = value;
  return all;
}

const namesOf = (of) =>
  of.fields?.map(([name]) => name) ?? of.params ?? of.prototype?.__init__?.params;
const call = (of, values, ...args) => of(...arranged(namesOf(of), values, args));
const named = (args) => (args.at(-1) instanceof Named ? args.pop().values : {});

// ---- values --------------------------------------------------------------------------------

function keyOf(value) {
  if (Array.isArray(value)) return `\0[${value.map(inner).join()}]`;
  if (value instanceof PySet) return `\0{${value.map(inner).sort().join()}}`;
  return typeof value === "boolean" ? Number(value) : value;
}

function inner(value) {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? String(keyOf(value)) : String(value);
}

// A dictionary: its keys are compared by what they hold.
class Dict {
  constructor(pairs = []) {
    this.entries = new Map();
    this.__init__(pairs);
  }
  __init__(pairs) {
    this.update(pairs);
  }
  get size() {
    return this.entries.size;
  }
  has(key) {
    return this.entries.has(keyOf(key));
  }
  get(key, otherwise = null) {
    return this.entries.get(keyOf(key))?.[1] ?? otherwise;
  }
  put(key, value) {
    const at = keyOf(key);
    this.entries.set(at, [this.entries.get(at)?.[0] ?? key, value]);
  }
  setdefault(key, value = null) {
    if (!this.has(key)) this.put(key, value);
    return this.get(key);
  }
  update(pairs) {
    for (const [key, value] of pairs instanceof Dict ? pairs.items() : pairs) this.put(key, value);
  }
  pop_(key, otherwise) {
    const value = this.get(key, otherwise);
    this.entries.delete(keyOf(key));
    return value;
  }
  items() {
    return [...this.entries.values()];
  }
  keys() {
    return new PySet(this);
  }
  values() {
    return this.items().map(([, value]) => value);
  }
  *[Symbol.iterator]() {
    for (const [key] of this.entries.values()) yield key;
  }
}

class PySet {
  constructor(items = []) {
    this.entries = new Map();
    this.update(items);
  }
  get size() {
    return this.entries.size;
  }
  has(item) {
    return this.entries.has(keyOf(item));
  }
  add(item) {
    if (!this.has(item)) this.entries.set(keyOf(item), item);
  }
  update(...all) {
    for (const item of all.flatMap((items) => [...items])) this.add(item);
  }
  issuperset(items) {
    return [...items].every((item) => this.has(item));
  }
  union(...all) {
    return new PySet([...this, ...all.flatMap((items) => [...items])]);
  }
  map(by) {
    return [...this].map((item) => by(item));
  }
  [Symbol.iterator]() {
    return this.entries.values();
  }
}

const isSet = (value) => value instanceof PySet;
const truth = (value) => Boolean(value?.size ?? value?.length ?? value);
const either = (value, other) => (truth(value) ? value : other());
const both = (value, other) => (truth(value) ? other() : value);

function eq(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => eq(item, b[at]));
  }
  if (isSet(a) && isSet(b)) return a.size === b.size && a.issuperset(b);
  return a === b;
}

const same = (a, b) => (a ?? null) === (b ?? null);

// Negative, zero or positive.
function compared(a, b) {
  if (typeof a === "number" || typeof a === "boolean") return a - b;
  if (!Array.isArray(a)) return a.compared?.(b) ?? (a < b ? -1 : Number(a > b));
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const found = eq(a[at], b[at]) ? 0 : compared(a[at], b[at]);
    if (found) return found;
  }
  return a.length - b.length;
}

const le = (a, b) => (isSet(a) ? b.issuperset(a) : compared(a, b) <= 0);
const lt = (a, b) => (isSet(a) ? a.size < b.size && le(a, b) : compared(a, b) < 0);
const ge = (a, b) => le(b, a);
const gt = (a, b) => lt(b, a);

function within(item, all) {
  if (typeof all === "string") return all.includes(item);
  return all.has ? all.has(item) : [...all].some((other) => eq(other, item));
}

const add = (a, b) => (Array.isArray(a) ? [...a, ...b] : a + b);
const sub = (a, b) => (isSet(a) ? set([...a].filter((it) => !within(it, b))) : a - b);
const band = (a, b) => set([...a].filter((it) => within(it, b)));
const pow = (a, b) => a ** b;
function bor(a, b) {
  if (a instanceof Dict) return dict([...a.items(), ...b.items()]);
  return isSet(a) ? a.union(b) : a | b;
}

const isub = sub;

function iadd(a, b) {
  if (!Array.isArray(a)) return a + b;
  a.push(...b);
  return a;
}

function ibor(a, b) {
  a.update(b);
  return a;
}

function item(of, at) {
  if (of.__getitem__) return of.__getitem__(at);
  const value = of.get && at !== undefined ? of.get(at, undefined) : of.at(at);
  if (value === undefined) throw new Exception(`there is no ${at}`);
  return value;
}

function put(of, at, value) {
  if (of instanceof Dict) of.put(at, value);
  else of[at < 0 ? of.length + at : at] = value;
}

function cut(of, low, high, step) {
  const found = of.slice(low ?? 0, high ?? undefined); // no step goes back but -1, of all
  if (step < 0) return [...found].reverse();
  return step ? found.filter((_, at) => at % step === 0) : found;
}

// ---- built-in functions --------------------------------------------------------------------

const list = (items = []) => [...items];
const tuple = list;
const set = (items) => new PySet(items);
const frozenset = set;
const dict = (pairs) => new Dict(pairs);
dict.fromkeys = (keys, value = null) => dict([...keys].map((key) => [key, value]));
const len = (of) => of.size ?? of.length;
const abs = Math.abs;
const ord = (char) => char.codePointAt(0);
const int = (text) => Number(text);
const bool = truth;
const float = (text) => Number(text);
const filter = (test, items) => [...items].filter((item) => truth(test ? test(item) : item));
function any(items) {
  for (const item of items) if (truth(item)) return true;
  return false;
}

const all = (items) => !any(map((item) => !truth(item), items));

const sum = (items) => [...items].reduce((total, item) => total + Number(item), 0);
const enumerate = (items, start = 0) => [...items].map((item, at) => [at + start, item]);
const range = (from, to) =>
  to === undefined ? [...Array(from).keys()] : range(to - from).map((at) => at + from);

function* map(by, ...all) {
  if (all.length === 1) for (const item of all[0]) yield by(item);
  else for (const items of zip(...all)) yield by(...items);
}

function zip(...all) {
  named(all);
  const columns = all.map((items) => [...items]);
  const rows = Math.min(...columns.map((column) => column.length));
  return Array.from({ length: rows }, (_, at) => columns.map((column) => column[at]));
}

function next(items, otherwise) {
  const { done, value } = items.next();
  return done ? otherwise : value;
}

function str(value) {
  if (typeof value === "string") return value;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return value.__str__?.() ?? (value instanceof Error ? value.message : String(value));
}

const formatted = (value) => value.toString(16).toUpperCase().padStart(4, "0"); // {:04X}

function sorted(items, key = null, reverse = false) {
  const keyed = [...items].map((item) => [key ? key(item) : item, item]);
  keyed.sort(([a], [b]) => (reverse ? compared(b, a) : compared(a, b)));
  return keyed.map(([, item]) => item);
}
sorted.params = ["items", "key", "reverse"];

function best(args, sign) {
  const { key = (item) => item, default: otherwise } = named(args);
  const items = args.length > 1 ? args : [...args[0]];
  if (!items.length) return otherwise;
  return items.reduce((a, b) => (sign * compared(key(b), key(a)) > 0 ? b : a));
}
const min = (...args) => best(args, -1);
const max = (...args) => best(args, 1);

const Iterable = (it) => typeof it === "object" && it !== null && Symbol.iterator in it;
const KINDS = new Map([
  [Iterable, Iterable],
  [str, (it) => typeof it === "string"],
  [int, (it) => Number.isInteger(it) || typeof it === "boolean"],
  [bool, (it) => typeof it === "boolean"],
  [float, (it) => typeof it === "number" && !Number.isInteger(it)],
  [list, Array.isArray],
]);

function isinstance(value, kinds) {
  return [kinds].flat().some((kind) => {
    return KINDS.has(kind) ? KINDS.get(kind)(value) : value instanceof kind;
  });
}

function remembered(compute) {
  const known = new Map();
  return (value) => {
    const key = keyOf(value);
    if (!known.has(key)) known.set(key, compute(value));
    return known.get(key);
  };
}

// ---- methods of strings and lists ----------------------------------------------------------

const several = (parts) => (Array.isArray(parts) ? parts : [parts]);
const STRING = {
  join: (text, parts) => [...parts].join(text),
  startswith: (text, start, at = 0) => several(start).some((it) => text.startsWith(it, at)),
  removeprefix: (text, start) => (text.startsWith(start) ? text.slice(start.length) : text),
  removesuffix: (text, end) => (end && text.endsWith(end) ? text.slice(0, -end.length) : text),
  strip: (text, chars) => (chars ? text.split(chars).filter(Boolean).join(chars) : text.trim()),
  replace_: (text, old, other) => text.replaceAll(old, other),
  split_: (text, by) => (by ? text.split(by) : text.split(/\s+/).filter(Boolean)),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  isdecimal: (text) => /^\d+$/.test(text),
  isupper: (text) => text !== text.toLowerCase() && text === text.toUpperCase(),
  isidentifier: (text) => /^[A-Za-z_]\w*$/.test(text),
  isprintable: (text) => !/[^\P{Z} ]|\p{C}/u.test(text),
  find_: (text, part, at) => text.indexOf(part, at),
  count: (text, part) => text.split(part).length - 1,
  format_: (text, ...values) =>
    text.replace(/\{(?::(\w+))?\}/g, (_, how) => (how ? formatted : str)(values.shift())),
  partition(text, by) {
    const at = text.indexOf(by);
    return at < 0 ? [text, "", ""] : [text.slice(0, at), by, text.slice(at + by.length)];
  },
};
const LIST = {
  append: (items, item) => items.push(item),
  index: (items, item) => items.findIndex((it) => eq(it, item)),
  count: (items, item) => items.filter((it) => eq(it, item)).length,
  insert: (items, at, item) => items.splice(at, 0, item),
  pop_: (items) => items.pop(),
  sort_: (items, { values: { key, reverse } } = { values: {} }) =>
    items.splice(0, items.length, ...sorted(items, key, reverse)),
};
const NUMBER = { is_integer: (number) => Number.isInteger(number) };
for (const [of, methods] of [[String, STRING], [Array, LIST], [Number, NUMBER]]) {
  for (const [name, method] of Object.entries(methods)) {
    const value = function (...args) {
      return method(Array.isArray(this) ? this : this.valueOf(), ...args);
    };
    Object.defineProperty(of.prototype, name, { value });
  }
}

// ---- the standard library ------------------------------------------------------------------

class Match {
  constructor(found) {
    this.found = found;
  }
  get lastindex() {
    return this.found.findLastIndex((text) => text !== undefined) || null;
  }
  get lastgroup() {
    return Object.entries(this.found.groups).findLast(([, text]) => text !== undefined)[0];
  }
  get(group) {
    return this.found[group] ?? this.found.groups?.[group] ?? null;
  }
  span(group = 0) {
    const { indices } = this.found;
    return indices[group] ?? indices.groups[group];
  }
  start(group) {
    return this.span(group)[0];
  }
  end(group) {
    return this.span(group)[1];
  }
}

// A regular expression as JavaScript writes it; what gives nothing back, as x*+, would not need to.
class Pattern {
  constructor(text, flags = 0) {
    const named = text.replaceAll("(?P<", "(?<").replaceAll("\\Z", "$");
    const form = named.replace(/([*+?])\+/g, "$1");
    const made = (how, of = form) => new RegExp(of, `du${how}${flags & 16 ? "s" : ""}`);
    [this.sticky, this.global, this.whole] = [made("y"), made("g"), made("", `^(?:${form})$`)];
  }
  at(of, text, at = 0) {
    of.lastIndex = at;
    const found = of.exec(text);
    return found && new Match(found);
  }
  match_(text, at) {
    return this.at(this.sticky, text, at);
  }
  search_(text, at) {
    return this.at(this.global, text, at);
  }
  fullmatch(text) {
    return this.at(this.whole, text);
  }
  *finditer(text, at = 0) {
    this.global.lastIndex = at;
    for (const found of text.matchAll(this.global)) yield new Match(found);
  }
  findall(text) {
    return text.match(this.global) ?? [];
  }
  sub(by, text) {
    const other = (...found) => by(new Match(found));
    return text.replaceAll(this.global, typeof by === "string" ? () => by : other);
  }
}

const pattern = remembered((text) => new Pattern(text));
modules.re = { DOTALL: 16, compile: (text, flags) => new Pattern(text, flags) };
for (const name of ["match_", "search_", "fullmatch", "finditer", "findall"]) {
  modules.re[name] = (of, text) => pattern(of)[name](text);
}
modules.re.escape = (text) => text.replace(/[^\w]/g, "\\$&");
modules.re.sub = (of, by, text) => pattern(of).sub(by, text);
modules["collections.abc"] = { Mapping: Dict, Iterable };
modules.os = { path: { basename: (path) => path.split("/").at(-1) } };
modules.dataclasses = { field: ({ values }) => values.default };
modules.types = { MappingProxyType: (mapping) => mapping };
modules.math = { prod: (items) => [...items].reduce((total, item) => total * item, 1) };
modules.itertools = {
  chain: (...all) => all.flatMap((items) => [...items]),
  product(...all) {
    const longer = (rows, of) => rows.flatMap((row) => [...of].map((it) => [...row, it]));
    return all.reduce(longer, [[]]);
  },
  groupby(items, key) {
    const groups = [];
    for (const item of items) {
      const of = key(item);
      if (groups.length && eq(groups.at(-1)[0], of)) groups.at(-1)[1].push(item);
      else groups.push([of, [item]]);
    }
    return groups;
  },
  combinations(items, size, from = 0) {
    if (!size) return [[]];
    return items.slice(from).flatMap((item, at) => {
      const rest = modules.itertools.combinations(items, size - 1, from + at + 1);
      return rest.map((more) => [item, ...more]);
    });
  },
};
modules.itertools.groupby.params = ["items", "key"];
modules.bisect = { bisect_right: (items, value) => items.filter((item) => item <= value).length };
// How alike two names are, as difflib counts.
function common(a, b) {
  let [size, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0, k; j < b.length; j++) {
      for (k = 0; i + k < a.length && j + k < b.length && a[i + k] === b[j + k];) k++;
      if (k > size) [size, left, right] = [k, i, j];
    }
  }
  if (!size) return 0;
  const before = common(a.slice(0, left), b.slice(0, right));
  return size + before + common(a.slice(left + size), b.slice(right + size));
}
modules.difflib = {
  get_close_matches(word, names, most, cutoff = 0.6) {
    const ratio = (name) => (2 * common(name, word)) / (name.length + word.length);
    const near = names.map((name) => [ratio(name), name]).filter(([of]) => of >= cutoff);
    return sorted(near, null, true).slice(0, most).map(([, name]) => name);
  },
};

const ASCII = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
modules.json = {
  loads: JSON.parse,
  dumps(value) {
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, ASCII);
  },
};

// What the translation itself calls.
const $ = {
  ...{ add, sub, bor, band, pow, iadd, isub, ibor, eq, lt, le, gt, ge, within, same, truth },
  ...{ both, either, item, put, cut, attribute, call, made, kept, remembered },
  ...{ str, list, dict, set, error },
};
