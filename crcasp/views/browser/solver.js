// The solver as the page asks it, and its atoms as words.

"use strict";

const data = JSON.parse(document.getElementById("data").textContent);

const PATIENCE = 500; // milliseconds that an answer waits for an explanation

// ---- asking ---------------------------------------------------------------------------

const solver = {
  worker: null,
  module: null,
  last: Promise.resolve(),
  waiting: null, // the question that may wait, while it runs

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

  // The models of the program with files of lp/ beside it and facts, one question at a time.
  // A question that may wait is given up for one that may not, if it takes long.
  ask(files, facts, options = "0", waits = false) {
    const texts = [data.program, ...files.map((name) => data.files[name]), data.overlays, facts];
    const program = texts.join("\n");
    if (!waits && this.waiting && performance.now() - this.waiting.since > PATIENCE) {
      this.waiting.end("It was given up for the next answer.");
    }
    this.last = this.last.catch(() => {}).then(() => this.run(program, options, waits));
    return this.last;
  },

  run(program, options, waits) {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting = null;
      };
      const end = (why) => {
        done();
        this.restart();
        reject(new Error(why));
      };
      const late = `No answer within ${data.seconds} seconds: the solver was ended.`;
      const timer = setTimeout(() => end(late), data.seconds * 1000);
      this.waiting = waits ? { end, since: performance.now() } : null;
      this.worker.onerror = (event) => end(event.message);
      this.worker.onmessage = ({ data: answer }) => {
        if (answer.error !== undefined) return end(`clingo says: ${answer.error}`);
        done();
        return resolve(answer.models);
      };
      this.worker.postMessage({ program, options: `${data.options} ${options}` });
    });
  },
};

// ---- atoms ----------------------------------------------------------------------------

const { compare: natural } = new Intl.Collator("en", { numeric: true });

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

const term = (therapy) => (therapy.includes("+") ? `with(${therapy.replace("+", ",")})` : therapy);

// The atoms of a model, by predicate.
class Atoms {
  constructor(model) {
    this.raw = {};
    for (const atom of model) (this.raw[called(atom)] ??= []).push(parts(atom));
    this.words = {};
  }

  rows(predicate) {
    return (this.words[predicate] ??= (this.raw[predicate] ?? []).map((row) => row.map(word)));
  }

  // The last arguments of the atoms that begin with some, each once, in natural order.
  of(predicate, ...first) {
    const rows = this.rows(predicate).filter((row) => first.every((item, at) => row[at] === item));
    return distinct(rows.map((row) => row.at(-1)));
  }

  has(predicate, ...row) {
    return this.of(predicate, ...row).length > 0;
  }

  value(finding) {
    return this.of("is", finding)[0] ?? null;
  }
}

// ---- words ----------------------------------------------------------------------------

function spoken(text) {
  if (text === null) return data.words.unknown;
  if (Object.hasOwn(data.labels, text)) return data.labels[text];
  if (text.includes("+")) return text.split("+").map(spoken).join(" + ");
  const outer = called(text);
  if (outer !== text && Object.hasOwn(data.labels, outer)) {
    return data.labels[outer].replace("{}", spoken(text.slice(outer.length + 1, -1)));
  }
  return text.replaceAll("_", " ");
}

function listed(names, joint = "and") {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} ${joint} ${names.at(-1)}`;
}

const names = (all, joint) => listed(all.map(spoken), joint);

function grouped(pairs) {
  const groups = new Map();
  for (const [key, item] of pairs) groups.set(key, [...(groups.get(key) ?? []), item]);
  return groups;
}
