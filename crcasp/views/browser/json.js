// Patients as JSON: read with the place of each member, and written.

"use strict";

const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

// Reads a document into nodes: {at, kind, value}, of an object with pairs, of a list with items.
class Document {
  constructor(text, at) {
    Object.assign(this, { text, at, start: at });
  }

  fault(message, at = this.at) {
    return new Refusal(
      `this is not valid JSON (${message}); correct it here, or write ASP facts.`,
      at,
      true,
    );
  }

  blank() {
    this.at = after(/[ \t\n\r]*/y, this.text, this.at);
    return this.text[this.at];
  }

  whole() {
    const node = this.value(0);
    if (this.blank() !== undefined) throw this.fault("Extra data");
    return node;
  }

  value(depth) {
    const { at, text } = this,
      char = text[at];
    if (depth > 900)
      throw new Refusal(
        "this JSON is nested too deeply for a patient; remove the inner levels.",
        this.start,
        true,
      );
    if (char === "{") return { at, kind: "object", pairs: this.members(depth) };
    if (char === "[") return { at, kind: "list", items: this.items(depth) };
    if (char === '"') return { at, kind: "text", value: this.string() };
    for (const [word, value] of [
      ["null", null],
      ["true", true],
      ["false", false],
      ["NaN", NaN],
      ["Infinity", Infinity],
      ["-Infinity", -Infinity],
    ]) {
      if (text.startsWith(word, at)) {
        this.at += word.length;
        return { at, kind: "word", value, shown: word };
      }
    }
    NUMBER.lastIndex = at;
    const found = NUMBER.exec(text);
    if (!found) throw this.fault("Expecting value");
    this.at += found[0].length;
    const value = Number(found[0]);
    const exact = found[2] === undefined && found[3] === undefined;
    return {
      at,
      kind: exact || Number.isInteger(value) ? "number" : "word",
      value,
      shown: String(value),
    };
  }

  string() {
    const begin = this.at;
    let said = "";
    for (this.at++; ; this.at++) {
      const char = this.text[this.at];
      if (char === undefined) throw this.fault("Unterminated string starting at", begin);
      if (char === '"') break;
      if (char < " ") throw this.fault("Invalid control character at");
      if (char !== "\\") said += char;
      else {
        const escape = this.text[++this.at],
          code = this.text.slice(this.at + 1, this.at + 5);
        if (escape === undefined) throw this.fault("Unterminated string starting at", begin);
        if (escape === "u" && /^[0-9A-Fa-f]{4}$/.test(code)) {
          said += String.fromCharCode(parseInt(code, 16));
          this.at += 4;
        } else if (escape === "u") throw this.fault("Invalid \\uXXXX escape", this.at);
        else if (!(escape in ESCAPES)) throw this.fault("Invalid \\escape", this.at - 1);
        else said += ESCAPES[escape];
      }
    }
    this.at++;
    return said;
  }

  members(depth) {
    const pairs = [],
      name = "Expecting property name enclosed in double quotes";
    this.at++;
    for (let char = this.blank(); char !== "}" || pairs.length; char = this.blank()) {
      if (char !== '"') throw this.fault(name);
      const keyAt = this.at,
        key = this.string();
      if (this.blank() !== ":") throw this.fault("Expecting ':' delimiter");
      this.at++;
      this.blank();
      pairs.push({ key, keyAt, node: this.value(depth + 1) });
      if (!this.more("}")) return pairs;
    }
    this.at++;
    return pairs;
  }

  items(depth) {
    const items = [];
    this.at++;
    if (this.blank() === "]") {
      this.at++;
      return items;
    }
    do {
      this.blank();
      items.push(this.value(depth + 1));
    } while (this.more("]"));
    return items;
  }

  more(end) {
    // after a member: whether another one follows
    const char = this.blank();
    if (char !== "," && char !== end) throw this.fault("Expecting ',' delimiter");
    this.at++;
    return char === ",";
  }
}

// ---- a patient --------------------------------------------------------------------------

function kind(node) {
  if (node.kind === "object") return "an object";
  if (node.kind === "list") return "a list";
  return node.kind === "word" ? node.shown : show(node.value);
}

const content = (node) => ({
  content: ["text", "number"].includes(node.kind) ? node.value : odd(kind(node)),
  at: node.at,
});
const given = (node) => node.kind !== "word" || node.value !== null;

// The members of an object by key, the last of those given twice; unknown keys are refused.
function members(node, known, collector, unknownKey) {
  const found = new Map(node.pairs.map((pair) => [pair.key, pair]));
  for (const [key, pairs] of grouped(node.pairs.map((pair) => [pair.key, pair]))) {
    if (pairs.length > 1)
      collector.refuse(
        `the key ${show(key)} is given twice in one object; keep one of them.`,
        pairs.at(-1).keyAt,
      );
  }
  for (const { key, keyAt } of found.values())
    if (!known.includes(key)) collector.refuse(unknownKey(key), keyAt);
  return found;
}

function list(node, label, collector) {
  if (node.kind !== "list") {
    const short = node.kind === "text" && node.value.length <= LIMIT.shown;
    const hint = short ? `; write [${quoted(node.value)}].` : ".";
    collector.refuse(`${label} must be a list, not ${kind(node)}${hint}`, node.at);
    return [];
  }
  const seen = new Set();
  return node.items.slice(0, LIMIT.facts + 1).map((item, index) => {
    const value = { ...content(item), label: `${label}[${index}]` };
    if (!isOdd(value.content)) {
      if (seen.has(value.content))
        collector.refuse(`${value.label} is ${show(value.content)} again; give it once.`, item.at);
      seen.add(value.content);
    }
    return value;
  });
}

function readJson(text, start, collector) {
  const patient = new Document(text, start).whole();
  if (patient.kind !== "object")
    throw new Refusal(
      `a patient must be one object of keys and values, not ${kind(patient)}.`,
      start,
      true,
    );
  const { ofLine, limits, findings } = data;
  const known = [...findings, "history", ...limits];
  const found = members(patient, known, collector, (key) =>
    ofLine.includes(key)
      ? `${key} belongs to a line of history; write it as in "history": [{"${key}": ...}].`
      : unknown(key, known),
  );
  const each = (predicate, line, values) => {
    for (const { at, content, label } of values) {
      collector.add(predicate, [...line, [{ content, at }]], at, label, false);
    }
  };
  for (const { key, node } of found.values()) {
    if (!known.includes(key) || !given(node)) continue;
    if (key === "history") readHistory(node, collector, each);
    else
      each(
        key,
        [],
        limits.includes(key) ? list(node, key, collector) : [{ ...content(node), label: key }],
      );
  }
}

function readHistory(history, collector, each) {
  const most = data.lines;
  if (history.kind !== "list") {
    collector.refuse(
      `history must be a list of lines of treatment, not ${kind(history)}.`,
      history.at,
    );
    return;
  }
  if (history.items.length > most) {
    collector.refuse(
      `history must have at most ${most} lines, not ${history.items.length}.`,
      history.at,
    );
    return;
  }
  history.items.forEach((entry, index) => {
    const label = `history[${index}]`,
      { ofLine } = data;
    if (!given(entry) || (entry.kind === "list" && !entry.items.length))
      entry = { at: entry.at, kind: "object", pairs: [] };
    if (entry.kind !== "object") {
      collector.refuse(
        `${label} must be an object with the keys ${choices(ofLine)}, not ${kind(entry)}.`,
        entry.at,
      );
      return;
    }
    const found = members(entry, ofLine, collector, (key) => `${label}.${unknown(key, ofLine)}`);
    const line = [[{ content: index + 1, at: entry.at }]];
    const [received, stopped, toxic] = ofLine.map((key) => found.get(key)?.node);
    if (!received || !given(received) || (received.kind === "list" && !received.items.length)) {
      const at = received ? received.at : entry.at;
      collector.refuse(
        `${label}.${ofLine[0]} must name at least one therapy; write ${choices(data.unnamed)} ` +
          "for what is not known by name, or remove the line.",
        at,
      );
    } else each(ofLine[0], line, list(received, `${label}.${ofLine[0]}`, collector));
    if (stopped && given(stopped))
      each(ofLine[1], line, [{ ...content(stopped), label: `${label}.${ofLine[1]}` }]);
    if (toxic && given(toxic))
      each(ofLine[2], line, list(toxic, `${label}.${ofLine[2]}`, collector));
  });
}

// ---- facts in order, and as files -------------------------------------------------------

// Findings as in the form, then the lines of therapy, then the limits.
function ordered(facts) {
  const keys = [...data.form, "", ...data.limits];
  const place = (fact) => {
    const predicate = called(fact);
    const args = parts(fact);
    const at = args.map((value, of) => data.signatures[predicate][of].map(String).indexOf(value));
    if (args.length < 2) return [keys.indexOf(predicate), ...at];
    return [keys.indexOf(""), at[0], data.ofLine.indexOf(predicate), at[1]];
  };
  const key = (fact) =>
    place(fact)
      .map((at) => String(at).padStart(6, "0"))
      .join();
  return [...facts].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const asFacts = (facts) =>
  ordered(facts)
    .map((fact) => `${fact}.\n`)
    .join("");

function asJson(facts) {
  const patient = {},
    [received, stopped] = data.ofLine;
  for (const fact of ordered(facts)) {
    const predicate = called(fact),
      args = parts(fact);
    if (args.length > 1) {
      const line = ((patient.history ??= [])[args[0] - 1] ??= { [received]: [] });
      if (predicate === stopped) line[predicate] = args[1];
      else (line[predicate] ??= []).push(args[1]);
    } else if (data.limits.includes(predicate)) (patient[predicate] ??= []).push(args[0]);
    else
      patient[predicate] = data.signatures[predicate][0].find((value) => String(value) === args[0]);
  }
  return `${JSON.stringify(patient, null, 1)}\n`;
}
