// The solver as the page asks it, the ground program, and its atoms as words.

"use strict";

const data = JSON.parse(document.getElementById("data").textContent);

const solver = {
  last: Promise.resolve(),

  async start() {
    const packed = atob(document.getElementById("wasm").textContent);
    const bytes = Uint8Array.from(packed, (char) => char.charCodeAt(0));
    const body = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const headers = { "content-type": "application/wasm" };
    this.module = await WebAssembly.compileStreaming(new Response(body, { headers }));
    this.restart();
  },

  restart() {
    this.worker?.terminate();
    const address = URL.createObjectURL(new Blob([data.worker], { type: "text/javascript" }));
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.worker.postMessage({ module: this.module });
  },

  // What clingo prints, one question at a time.
  ask(program, options) {
    const run = () => new Promise((resolve, reject) => this.run(program, options, resolve, reject));
    this.last = this.last.then(run, run);
    return this.last;
  },

  run(program, options, resolve, reject) {
    const end = (why) => {
      clearTimeout(timer);
      this.restart();
      reject(new Error(why));
    };
    const late = `No answer within ${data.seconds} seconds: the solver was ended.`;
    const timer = setTimeout(end, data.seconds * 1000, late);
    this.worker.onerror = (event) => end(event.message);
    this.worker.onmessage = ({ data: { text, error } }) => {
      if (error) return end(`clingo says: ${error}`);
      clearTimeout(timer);
      return resolve(text);
    };
    this.worker.postMessage({ program, options });
  },
};

const stated = (atoms) => atoms.map((atom) => `${atom}.`).join(" ");

// The models of a program, each as its atoms; where `options` ask for consequences, the last.
async function models(program, options) {
  const answer = JSON.parse(await solver.ask(program, `--outf=2 --opt-mode=ignore ${options}`));
  return (answer.Call[0].Witnesses ?? []).map((witness) => witness.Value);
}

// ---- the ground program, as clingo prints it in its format aspif -----------------------------

const output = (atom, ...literals) =>
  `4 ${new Blob([atom]).size} ${atom} ${literals.length} ${literals.join(" ")}`;

class Ground {
  static async of(facts) {
    const program = `${data.program}\n${stated(facts)}`;
    return new Ground(await solver.ask(program, `--mode=gringo ${data.constants}`));
  }

  // Shown atoms are facts, or depend on literals.
  constructor(text) {
    [this.facts, this.shown, this.lines] = [[], new Map(), []];
    for (const line of text.split("\n")) {
      const [, atom, literals] = /^4 \d+ (.*\)) \d+((?: -?\d+)*)$/.exec(line) ?? [];
      if (literals) this.shown.set(atom, literals.trim().split(" ").map(Number));
      else if (atom) this.facts.push(atom);
      else if (/^[1235-9]/.test(line)) this.lines.push(line);
    }
  }

  // Its models, of the shown atoms with these outputs alone.
  models(options, outputs, more = []) {
    const text = ["asp 1 0 0", ...this.lines, ...more, ...outputs, "0", ""].join("\n");
    return models(text, `--mode=clasp ${options}`);
  }

  async consequences(mode) {
    const outputs = [...this.shown].map(([atom, literals]) => output(atom, ...literals));
    return (await this.models(`0 --quiet=1 --enum-mode=${mode}`, outputs)).at(-1);
  }

  // Each rule as numbers, with the places of its heads, and of the literals in its body.
  get rules() {
    return this.lines.filter((line) => line.startsWith("1 ")).map((line) => {
      const rule = line.split(" ").map(Number);
      const [count, sum] = [rule[2], rule[3 + rule[2]]]; // a sum has a bound, and weights
      const places = [...rule.keys()];
      const body = places.slice(5 + count + sum).filter((_, at) => !sum || at % 2 === 0);
      return { rule, heads: places.slice(3, 3 + count), body };
    });
  }

  // Which unknown findings decide whether a therapy is eligible, as decides(T, F): two
  // completions that differ in one finding alone, as lp/missing/missing.lp has it. The rules
  // are there a second time, with atoms of their own.
  async missing() {
    const { rules } = this;
    const last = rules.reduce((most, { rule }) => Math.max(most, ...rule.map(Math.abs)), 0);
    const other = (literal) => literal + Math.sign(literal) * last;
    const more = rules.map(({ rule, heads, body }) => {
      for (const at of [...heads, ...body]) rule[at] = other(rule[at]);
      return rule.join(" ");
    });
    const unknown = new Atoms(this.facts).raw.unknown ?? [];
    const probes = new Map(unknown.map(([finding], at) => [finding, 2 * last + 1 + at]));
    const all = [...probes.values()];
    more.push(`1 1 ${all.length} ${all.join(" ")} 0 0`, `1 0 0 0 ${all.length} -${all.join(" -")}`);
    more.push(`1 0 0 1 2 ${all.length} ${all.join(" 1 ")} 1`); // exactly one of them
    const outputs = [];
    for (const [atom, [literal]] of this.shown) {
      const [of, unlike] = [parts(atom)[0], `${literal} ${-other(literal)}`];
      const probe = called(atom) === "is" && probes.get(of);
      if (probe) more.push(`1 0 0 0 3 -${probe} ${unlike}`);
      if (probe) more.push(`1 0 0 0 3 ${probe} ${literal} ${other(literal)}`);
      for (const [finding, at] of called(atom) === "eligible" ? probes : []) {
        outputs.push(output(`decides(${of},${finding})`, at, literal, -other(literal)));
      }
    }
    return (await this.models("0 --quiet=1 --enum-mode=brave", outputs, more)).at(-1) ?? [];
  }

  // The atoms that a shown atom depends on, with all that constraints tie them to.
  behind(atom) {
    const all = this.rules.map(({ rule, heads, body }) => {
      const atoms = (places) => places.map((at) => Math.abs(rule[at]));
      return { choice: rule[1], heads: atoms(heads), body: atoms(body) };
    });
    const bodies = grouped(all.flatMap(({ heads, body }) => heads.map((head) => [head, body])));
    const reached = (atoms) => {
      const found = new Set(atoms); // grows while it is gone through
      for (const of of found) (bodies.get(of) ?? []).flat().forEach((atom) => found.add(atom));
      return found;
    };
    const chosen = new Set(all.flatMap(({ choice, heads }) => (choice ? heads : [])));
    let ties = all.filter(({ heads }) => !heads.length).map(({ body }) => [...reached(body)]);
    const found = reached(this.shown.get(atom) ?? []);
    const tied = (tie) => tie.some((of) => chosen.has(of) && found.has(of));
    for (let more = ties.filter(tied); more.length; more = ties.filter(tied)) {
      more.flat().forEach((of) => found.add(of));
      ties = ties.filter((tie) => !more.includes(tie));
    }
    return found;
  }
}

// ---- atoms ----------------------------------------------------------------------------

const { compare: natural } = new Intl.Collator("en", { numeric: true });
const compare = (a, b) => (a < b ? -1 : Number(a > b));

const distinct = (items) => [...new Set(items)].sort(natural);

// The arguments of a term, as clingo writes them.
function parts(term) {
  const found = [];
  let from = term.indexOf("(") + 1;
  for (let at = from, depth = 0; from && at < term.length; at++) {
    const char = term[at];
    if (char === '"') {
      while (term[++at] !== '"') if (term[at] === "\\") at++;
    } else if (char === "(") {
      depth++;
    } else if (depth && char === ")") {
      depth--;
    } else if (!depth && (char === "," || char === ")")) {
      found.push(term.slice(from, at));
      from = at + 1;
    }
  }
  return found;
}

const called = (term) => term.split("(", 1)[0];

// A term as results write it: a string bare, with(r, p) as r+p.
function word(term) {
  if (term[0] === '"') {
    return term.slice(1, -1).replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char));
  }
  if (term.startsWith("with(")) return parts(term).map(word).join("+");
  const bound = data.bounds[called(term)];
  return bound ? bound.replace("{}", parts(term)[0]) : term;
}

const term = (therapy) =>
  therapy.includes("+") ? `with(${therapy.replaceAll("+", ",")})` : therapy;

// Atoms by predicate.
class Atoms {
  constructor(atoms) {
    this.raw = {};
    for (const atom of atoms) (this.raw[called(atom)] ??= []).push(parts(atom));
    this.words = {};
  }

  // The arguments of a predicate, of those atoms that begin with some.
  rows(predicate, ...first) {
    const all = (this.words[predicate] ??= (this.raw[predicate] ?? []).map((row) => row.map(word)));
    return first.length ? all.filter((row) => first.every((item, at) => row[at] === item)) : all;
  }

  // The last of them, each once, in natural order.
  of(predicate, ...first) {
    return distinct(this.rows(predicate, ...first).map((row) => row.at(-1)));
  }

  has(predicate, ...first) {
    return this.rows(predicate, ...first).length > 0;
  }

  value(finding) {
    return this.of("is", finding)[0] ?? null;
  }
}

// ---- words ----------------------------------------------------------------------------

function spoken(text) {
  if (text === null) return "unknown";
  if (Object.hasOwn(data.labels, text)) return data.labels[text];
  if (text.includes("+")) return text.split("+").map(spoken).join(" + ");
  const outer = called(text);
  if (outer !== text && Object.hasOwn(data.labels, outer)) {
    return data.labels[outer].replace("{}", spoken(text.slice(outer.length + 1, -1)));
  }
  return text.replaceAll("_", " ");
}

function listed(names, joint = "and") {
  const last = names.slice(-1).join();
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${joint} ${last}`;
}

const names = (all, joint) => listed(all.map(spoken), joint);

function grouped(pairs) {
  const groups = new Map();
  for (const [key, item] of pairs) {
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}
