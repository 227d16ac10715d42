// A worker that answers: clingo behind the unedited glue of the package clingo-wasm, and above it
// the same Python as in the command, translated. The page stays alive meanwhile, and can end it.

"use strict";

const ROWS = 2 ** 16; // of a table of choices
const MOST = 2 ** 27; // characters of one answer, far beyond any that a page could show

let data = null;
let clingo = null;
let [lines, size, errors] = [[], 0, []];

function started(module) {
  return Module({
    print(line) {
      size += line.length;
      if (size > MOST) throw new Error("the answer is too long");
      lines.push(line);
    },
    printErr: (line) => errors.push(line),
    instantiateWasm(imports, done) {
      // the page has no address that the glue could ask
      WebAssembly.instantiate(module, imports).then(done);
    },
  });
}

// What clingo prints.
function ask(program, options) {
  [lines, errors, size] = [[], [], 0];
  const status = clingo.ccall("run", "number", ["string", "string"], [program, options]);
  if (![0, 10, 20, 30].includes(status)) throw new Error(`clingo says: ${errors.join(" ")}`);
  return lines;
}

// ---- terms, each of which there is once ----------------------------------------------------

class Term {
  constructor(text, name, parts, type) {
    const string = type === SymbolType.String ? JSON.parse(text) : null;
    Object.assign(this, { text, name, type, string, arguments: parts, number: Number(text) });
  }
  toString() {
    return this.text;
  }
  // As clingo orders them: numbers, names, strings, then by their arguments.
  compared(other) {
    const place = ({ text, name, type, arguments: parts }) => [
      [2, 3, 1][type],
      ...(type === 0 ? [parts.length, name, parts] : [type === 2 ? Number(text) : text]),
    ];
    return compared(place(this), place(other));
  }
}
const SymbolType = { Function: 0, String: 1, Number: 2 };

const parse_term = remembered((text) => {
  if (text[0] === '"') return new Term(text, "", [], SymbolType.String);
  if (/^-?\d/.test(text)) return new Term(text, "", [], SymbolType.Number);
  const [name] = text.split("(", 1);
  const inside = text.slice(name.length + 1, -1);
  const parts = [];
  for (let at = 0, from = 0, depth = 0; at <= inside.length && inside; at++) {
    const char = inside[at] ?? ",";
    if (char === '"') for (at++; inside[at] !== '"'; at++) at += inside[at] === "\\";
    else if ((char === "," && !depth) || at === inside.length) {
      parts.push(parse_term(inside.slice(from, at)));
      from = at + 1;
    } else depth += (char === "(") - (char === ")");
  }
  return new Term(text, name, parts, SymbolType.Function);
});

modules.clingo = {
  SymbolType,
  Symbol: Term,
  parse_term,
  Number: (number) => parse_term(String(number)),
  Function: (name, parts = []) =>
    parse_term(parts.length ? `${name}(${parts.map(str).join()})` : name),
};

// ---- a ground program, as clingo prints it in its format aspif -----------------------------

const output = (text, literal) =>
  `4 ${new TextEncoder().encode(text).length} ${text} 1 ${literal}`;
const held = (literal) => output(`a(${literal})`, literal);
const numbers = (found) => new Set(found.map((text) => Number(text.slice(2, -1))));

class Control {
  constructor(text) {
    const { grouped } = modules["crcasp.program.terms"];
    const found = ask(text, `--mode=gringo ${data.options}`);
    [this.lines, this.atoms, this.symbolic_atoms] = [[], [], this];
    for (const line of found) {
      const [, atom, literals] = /^4 \d+ (.*\)) \d+((?: -?\d+)*)$/.exec(line) ?? [];
      const literal = Number(literals);
      if (atom) this.atoms.push({ symbol: parse_term(atom), literal, is_fact: !literals });
      else if (/^[1235-9]/.test(line)) this.lines.push(line);
    }
    const signature = ({ symbol }) => [symbol.name, symbol.arguments.length];
    this.named = grouped(this.atoms.map((atom) => [signature(atom), atom]));
    const rules = this.lines.filter((line) => line.startsWith("1 ")).map((line) => {
      const [, choice, count, ...rest] = line.split(" ").map((it) => Math.abs(it));
      const [heads, sum] = [rest.slice(0, count), rest[count]]; // a sum has a bound, and weights
      const body = rest.slice(count + 2 + sum).filter((_, at) => !sum || at % 2 === 0);
      return { choice, heads, body };
    });
    const pairs = rules.flatMap(({ heads, body }) => heads.map((head) => [head, body]));
    this.bodies = grouped(pairs);
    this.choices = new Set(rules.flatMap(({ heads, choice }) => (choice ? heads : [])));
    this.ties = rules.filter(({ heads }) => !heads.length).map(({ body }) => this.reached(body));
    const all = rules.flatMap(({ heads, body }) => [...heads, ...body]);
    all.push(...this.atoms.map(({ literal }) => literal)); // of what is given from outside
    this.last = all.reduce((last, atom) => Math.max(last, atom), 1) + 1; // what is a fact
    this.lines.push(`1 0 1 ${this.last} 0 0`);
    for (const atom of this.atoms) if (atom.is_fact) atom.literal = this.last;
    // The choices that an atom depends on, with all that constraints tie them to.
    this.behind = remembered((atom) => this.chosen(this.reached([atom])));
    // What some atoms may be together.
    this.rows = remembered((atoms) => {
      const rows = this.solve([], atoms.map(held), `${ROWS} --project=show`).map(numbers);
      if (rows.length === ROWS) throw new Error("Too much is open to say what would change it.");
      return rows;
    });
  }
  reached(atoms) {
    const found = new Set(atoms); // grows while it is gone through
    for (const of of found) this.bodies.get(of, []).flat().forEach((atom) => found.add(atom));
    return found;
  }
  chosen(found) {
    const tied = (tie) => [...tie].some((of) => this.choices.has(of) && found.has(of));
    let { ties } = this;
    for (let more = ties.filter(tied); more.length; more = ties.filter(tied)) {
      for (const tie of more) tie.forEach((of) => found.add(of));
      ties = ties.filter((tie) => !more.includes(tie));
    }
    return [...found].filter((of) => this.choices.has(of));
  }
  by_signature(name, arity) {
    return this.named.get([name, arity], []);
  }
  // The models, each as the terms of those outputs that hold.
  solve(assumed, outputs, options, more = []) {
    const bound = assumed.map((literal) => `1 0 0 0 1 ${-literal}`);
    const text = ["asp 1 0 0", ...this.lines, ...more, ...bound, ...outputs, "0", ""].join("\n");
    const found = ask(text, `--mode=clasp --outf=2 --opt-mode=ignore ${options}`);
    return (JSON.parse(found.join("\n")).Call[0].Witnesses ?? []).map(({ Value }) => Value);
  }
}

class Solver extends Thing {
  __init__(control) {
    Object.assign(this, { control, guards: [] });
  }
  literals(name, arity) {
    return dict(this.control.by_signature(name, arity).map((it) => [it.symbol, it.literal]));
  }
  facts(name, arity) {
    const facts = this.control.by_signature(name, arity).filter(({ is_fact }) => is_fact);
    return facts.map(({ symbol }) => modules["crcasp.program.terms"].row(symbol));
  }
  table() {
    return null;
  }
  // Those of some literals that hold in a model, undefined if there is none.
  one(assumed, literals = []) {
    const rows = this.table(assumed);
    if (rows) return rows.find((row) => assumed.every((it) => row.has(Math.abs(it)) === it > 0));
    const found = this.control.solve(assumed, literals.map(held), "1", this.guards).at(-1);
    return found && numbers(found);
  }
  satisfiable(assumed = []) {
    return this.one(assumed) !== undefined;
  }
  core(assumed) {
    return this.satisfiable(assumed) ? null : assumed;
  }
  literals_in_model(assumed, literals) {
    const held = this.one(assumed, literals);
    return held === undefined ? null : literals.map((it) => (held.has(it) ? it : -it));
  }
  guard() {
    this.guards.push(`5 ${++this.control.last} 0`);
    return this.control.last;
  }
  exclude(literals) {
    this.guards.push(`1 0 0 0 ${literals.length} ${literals.join(" ")}`);
  }
  models(assumed = []) {
    return this.shown(assumed, "0").map((model) => ({ symbols: () => model }));
  }
  // The models, each as the atoms that hold.
  shown(assumed, options) {
    const [facts, open] = [true, false].map((own) =>
      this.control.atoms.filter(({ is_fact }) => is_fact === own));
    const outputs = open.map(({ symbol, literal }) => output(symbol.text, literal));
    const found = this.control.solve(assumed, outputs, options);
    return found.map((model) => [...facts.map(({ symbol }) => symbol), ...model.map(parse_term)]);
  }
}

class Completions extends Solver {
  __init__(program, facts, ...extra) {
    const names = ["check/patient.lp", ...extra];
    super.__init__(program.control(...names, new Named({ facts: stated(facts) })));
    Object.assign(this, { program, assumed: [] });
  }
  // What choices and other atoms may be together, as far as the choices go behind these.
  table(literals) {
    const all = literals.map(Math.abs).flatMap((it) => [it, ...this.control.behind(it)]);
    return this.control.rows([...new Set(all)].sort((a, b) => a - b));
  }
  core(assumed) {
    const { choices } = this.control;
    const goals = assumed.filter((it) => !choices.has(Math.abs(it)));
    const behind = new Set(goals.flatMap((it) => [it, ...this.control.behind(Math.abs(it))]));
    const near = assumed.filter((it) => behind.has(it) || behind.has(-it));
    const found = [near, assumed].find((some) => !this.satisfiable(some));
    return found ?? null;
  }
  assuming(literals) {
    const { control, program, guards, assumed } = this;
    const same = { control, program, guards, assumed: [...assumed, ...literals] };
    return Object.assign(Object.create(Completions.prototype), same);
  }
  consequences(mode) {
    const found = this.shown(this.assumed, `0 --quiet=1 --enum-mode=${mode}`).at(-1);
    if (!found) throw this.program.without_answer();
    return found;
  }
  get certain() {
    return kept(this, "certain", () => this.consequences("cautious"));
  }
  get possible() {
    return kept(this, "possible", () => this.consequences("brave"));
  }
  // Which findings decide whether a therapy is eligible, as decides(T, F): two completions that
  // differ in one unknown finding alone, as lp/missing/missing.lp has it.
  get missing() {
    const { control } = this;
    const values = control.by_signature("turns_out", 2);
    const decides = [];
    for (const { symbol, literal, is_fact } of control.by_signature("eligible", 1)) {
      const rows = is_fact ? [] : this.table([literal]);
      for (const finding of new Set(values.map(({ symbol: of }) => of.arguments[0]))) {
        const mine = values.filter(({ symbol: of }) => of.arguments[0] === finding);
        const own = new Set([literal, ...mine.map((of) => of.literal)]);
        const outcomes = new Map(); // of the rest of a row
        for (const row of rows) {
          const rest = [...row].filter((it) => !own.has(it)).join();
          outcomes.set(rest, (outcomes.get(rest) ?? new Set()).add(row.has(literal)));
        }
        const differs = [...outcomes.values()].some(({ size }) => size > 1);
        if (differs) decides.push(parse_term(`decides(${symbol.arguments[0]},${finding})`));
      }
    }
    return kept(this, "missing", () => modules["crcasp.program.completions"].Atoms(decides));
  }
}
modules["crcasp.program.solver"] = { Solver: made(Solver, {}, []) };
modules["crcasp.program.completions"] = { Completions: made(Completions, {}, []) };
const stated = (facts) => [...facts].map((fact) => `${fact}.`).join(" ");

// ---- what is asked of it -------------------------------------------------------------------

const program = {
  control(...names) {
    const { facts } = named(names);
    const texts = ["verdicts", "shown", ...names].map((name) => data.texts[name]);
    return new Control([...texts, facts].join("\n"));
  },
  // The program of the sets, which shows what it reads as well.
  grounded(files, messages, facts) {
    const { OF_VERDICTS } = modules["crcasp.program.sets"];
    const shows = OF_VERDICTS.map(([name, arity]) => `#show ${name}/${arity}.`);
    return new Control([data.texts.sets, ...shows, facts].join("\n"));
  },
  without_answer: () => new Exception(data.none),
};
// The completions of the last patient are kept.
const engine = {
  completions(facts, ...extra) {
    const key = [stated(facts), ...extra].join();
    if (this.key !== key) {
      this.last = modules["crcasp.program.completions"].Completions(program, facts, ...extra);
    }
    this.key = key;
    return this.last;
  },
};
modules["crcasp.program.engine"] = { engine: () => engine };

// What the program says of itself.
function begin() {
  const said = modules["crcasp.program.solver"].Solver(new Control(data.texts.verdicts));
  Object.assign(program, data, { known_constants: () => data.defaults });
  engine.constrained = data.constrained;
  engine.table = modules["crcasp.program.table"].Table.of(said, program, data.unsourced);
  engine.vocabulary = modules["crcasp.program.vocabulary"].Vocabulary.of(said);
}

// Documents as plain objects, each with its kind.
function plain(value) {
  if (!Array.isArray(value)) return value;
  const all = [...value].map(plain);
  if (!(value instanceof Tuple)) return all;
  const fields = value.constructor.fields.map(([name], at) => [name, all[at]]);
  return { kind: value.constructor.name, ...Object.fromEntries(fields) };
}

const QUESTIONS = {
  read(text) {
    const { read_text } = modules["crcasp.facts.sources"];
    const { facts, faults } = read_text(text, "", engine.vocabulary);
    return { facts: [...facts].map(String), faults: plain(faults) };
  },
  answer(facts) {
    const { InputError } = modules["crcasp.errors"];
    try {
      const of = patient(facts);
      const advice = modules["crcasp.questions.recommend"].advise(of, true);
      const document = plain(modules["crcasp.views.advice"].advice_document(advice));
      const may = of.completions().facts("may_name", 2).map((row) => row.join());
      return { document, may };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { issues: error.faults.map(({ message }) => message) };
    }
  },
  explain(facts, therapy) {
    const found = modules["crcasp.questions.explain"].explained(patient(facts), therapy);
    return plain(modules["crcasp.views.explanation"].explanation_document(found));
  },
};

function patient(facts) {
  const { Place } = modules["crcasp.errors"];
  const given = dict(facts.map((fact, at) => [parse_term(fact), Place("", null, at)]));
  return modules["crcasp.questions.patient"].Patient({ facts: given, faults: [] }, program);
}

onmessage = async ({ data: { module, given, question, args } }) => {
  if (module) {
    data = given;
    clingo = started(module);
    return;
  }
  try {
    clingo = await clingo;
    if (!engine.table) begin();
    postMessage({ found: QUESTIONS[question](...args) });
  } catch (error) {
    postMessage({ error: String(error.message ?? error) });
  }
};
