// The strict reader of fact files, and the facts and faults of one patient. What is refused is
// said in the words of the command. A fact is made of words of the vocabulary, never of text.

"use strict";

const LIMIT = {
  bytes: 1 << 20,
  facts: 2000,
  depth: 8,
  expansion: 64,
  shown: 40,
};

class Refusal extends Error {
  // of a statement, or of a source as a whole
  constructor(message, at = null, whole = false) {
    super(message);
    Object.assign(this, { at, whole });
  }
}

const refuseWhole = (message, at = null) => {
  throw new Refusal(message, at, true);
};

// ---- what messages say ----------------------------------------------------------------

const odd = (shown, said = null, message = "") => ({ shown, said, message });
const isName = (content) => typeof content === "string";
const isOdd = (content) => typeof content === "object";
const clipped = (text) => (text.length <= LIMIT.shown ? text : `${text.slice(0, LIMIT.shown)}...`);
const quoted = (value) =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function show(value) {
  if (!isName(value)) return Math.abs(value) < 10 ** LIMIT.shown ? String(value) : "a huge number";
  return clipped(
    /^[A-Za-z_'][A-Za-z0-9_']*$/.test(value) ? value : quoted(value.slice(0, LIMIT.shown + 1)),
  );
}

function choices(domain) {
  const [first, last] = [domain[0], domain.at(-1)];
  const span =
    !isName(first) && !isName(last) && last - first + 1 === domain.length && domain.length > 1;
  return span
    ? `${first} to ${last}`
    : [domain.slice(0, -1).join(", "), last].filter((x) => x !== "").join(" or ");
}

// The characters that two names have in common, and how alike they are, as difflib counts.
function common(a, b) {
  let [size, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0, k; j < b.length; j++) {
      for (k = 0; i + k < a.length && j + k < b.length && a[i + k] === b[j + k];) k++;
      if (k > size) [size, left, right] = [k, i, j];
    }
  }
  if (!size) return 0;
  return (
    size +
    common(a.slice(0, left), b.slice(0, right)) +
    common(a.slice(left + size), b.slice(right + size))
  );
}

function suggestion(text, known) {
  if (text.length > LIMIT.shown) return "";
  const plain = text.trim().toLowerCase().replace(/[\s-]/g, "_");
  const near = known
    .map((word) => [(2 * common(word, plain)) / (word.length + plain.length), word])
    .filter(([ratio]) => ratio >= 0.6)
    .sort(([a, x], [b, y]) => b - a || (x < y ? 1 : -1));
  return near.length ? `; did you mean ${near[0][1]}?` : "";
}

function unknown(text, known) {
  const end =
    suggestion(text, known) || "; use one of these, and give rules of your own by --with.";
  return `${show(text)} is none of ${known.join(", ")}${end}`;
}

function objection(label, content, domain) {
  if (isOdd(content) && content.message) return content.message;
  const shown = isOdd(content) ? content.shown : show(content);
  const said = isOdd(content) ? content.said : content;
  let end = ".";
  if (isName(said) && domain.map(String).includes(said)) {
    const marks = !isOdd(content) || shown.startsWith('"');
    end = marks ? `; write ${said} without quotation marks.` : `; did you mean ${said}?`;
  } else if (isName(said)) {
    end = suggestion(said, domain.filter(isName)) || ".";
  }
  return `${label} must be ${choices(domain)}, not ${shown}${end}`;
}

function arity(predicate, domains, given) {
  const example = domains.map((domain) => domain[0]).join(", ");
  const plural = domains.length === 1 ? "argument" : "arguments";
  const wanted = `${predicate} takes ${domains.length} ${plural}, not ${given}`;
  return `${wanted}; write it as in ${predicate}(${example}).`;
}

// ---- facts and faults -----------------------------------------------------------------

class Collector {
  constructor(text) {
    this.text = text; // as it is, for the places
    this.facts = new Set();
    this.faults = [];
    this.refused = this.count = 0;
  }

  place(at) {
    const before = this.text.slice(0, at).split("\n");
    return [before.length, [...before.at(-1)].length + 1];
  }

  counted(at) {
    if (++this.count > LIMIT.facts)
      refuseWhole(
        `there is more here than the ${LIMIT.facts} facts that one patient may have; ` +
          "give the facts of one patient only.",
        at,
      );
  }

  refuse(message, at) {
    this.counted(at);
    this.faults.push({ message, place: this.place(at) });
  }

  knows(predicate, given, at) {
    const domains = Object.hasOwn(data.signatures, predicate) ? data.signatures[predicate] : null;
    if (domains?.length === given) return true;
    const all = Object.keys(data.signatures);
    this.refuse(domains ? arity(predicate, domains, given) : unknown(predicate, all), at);
    return false;
  }

  // Add a known predicate with every combination of its allowed arguments, refuse the others.
  add(predicate, columns, at, label = "", once = true) {
    const domains = data.signatures[predicate];
    const allowed = columns.map((column, place) =>
      column
        .filter(({ content, at: there }) => {
          if (!isOdd(content) && domains[place].includes(content)) return true;
          if (!once || there !== this.refused) {
            // of an interval the first number is enough
            const ofLine = place + 1 < domains.length ? `the line of ${predicate}` : predicate;
            this.refuse(objection(label || ofLine, content, domains[place]), there);
          }
          this.refused = there;
          return false;
        })
        .map(({ content }) => content),
    );
    const rows = allowed.reduce(
      (all, column) => all.flatMap((row) => column.map((x) => [...row, x])),
      [[]],
    );
    for (const row of rows) {
      this.counted(at);
      this.facts.add(`${predicate}(${row.join(",")})`);
    }
  }
}

// The facts of a text, ASP or JSON, or all that is wrong with it: {facts, faults}.
function read(source) {
  const original = source.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  const text = original.replaceAll("\r", "\n");
  const collector = new Collector(original);
  try {
    if (text.length > LIMIT.bytes)
      refuseWhole("this is larger than 1 MiB; give the facts of one patient only.");
    if (text.includes("\0"))
      refuseWhole("this is not text (a NUL byte is in it); save it as plain UTF-8 text.");
    const lone = original.indexOf("\r"); // to clingo it ends no line, and so no comment
    if (lone >= 0)
      collector.refuse(
        "a carriage return stands alone here; save the text with ordinary line ends.",
        lone,
      );
    const start = afterBlanks(text, 0);
    if (/^(?:\[|\{(?!\s*[a-z]\w*\s*[({};.|]))/.test(text.slice(start)))
      readJson(text, start, collector);
    else new Statements(text, start, collector).all();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const place = error.at === null ? [] : collector.place(error.at);
    return { facts: [], faults: [{ message: error.message, place }] };
  }
  collector.faults.sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1]);
  return { facts: [...collector.facts], faults: collector.faults };
}

// ---- the language of fact files -------------------------------------------------------

const BLANKS = /(?:[ \t\n]+|%(?!\*)[^\n]*|%\*[^%*]*\*%)*/y;
const STRING = String.raw`"(?:[^\\"\n]|\\["\\n])*`;
const TOKENS = {
  word: String.raw`-?[0-9]+\.[0-9]+|-?[A-Za-z0-9_']+(?:-[A-Za-z_'][A-Za-z0-9_']*)*`,
  string: `${STRING}"`,
  end: "$(?![^])",
  comment: String.raw`%\*`,
  sign: String.raw`\.\.|[!#-~]`,
  other: ".",
};
const TOKEN = new RegExp(
  Object.entries(TOKENS)
    .map(([kind, form]) => `(?<${kind}>${form})`)
    .join("|"),
  "suy",
);
const SKIPPED = new RegExp(
  String.raw`(?:[^."%0-9]+|[0-9]+(?:\.[0-9]+)?|\.\.|${STRING}"?|%(?!\*)[^\n]*)*`,
  "suy",
);
const SCRIPT = /#script\b.*?(?:#end[ \t\n]*\.?|$(?![^]))/sy;
const NAME = /^[_']*[a-z][A-Za-z0-9_']*$/;
const NO_FACT = "this is not a fact: write name(value).";
const UNFINISHED = "this statement does not end; end it with a full stop.";
const EXPANSION =
  `this stands for no fact, or for more than ${LIMIT.expansion}; ` +
  "write the facts of the patient one by one.";

function after(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function afterBlanks(text, from) {
  for (let at = from; ;) {
    at = after(BLANKS, text, at);
    if (!text.startsWith("%*", at)) return at;
    let depth = 0,
      end = null;
    for (const mark of text.slice(at).matchAll(/(%\*)|(\*%)|%[^\n]*/g)) {
      depth += mark[1] ? 1 : mark[2] ? -1 : 0; // comments nest as they do in clingo
      if (!depth) {
        end = at + mark.index + mark[0].length;
        break;
      }
    }
    if (end === null) return at;
    at = end;
  }
}

function character(char) {
  const code = char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  const seen = /[\p{Z}\p{C}]/u.test(char) ? "" : `${char} `;
  return `the character ${seen}(U+${code}) does not belong in a fact; remove it or replace it.`;
}

// The name or number that a token is, or how a message shows what is neither.
function contentOf(word) {
  if (NAME.test(word)) return word;
  if (/^(?:0|-?[1-9][0-9]*)$/.test(word) && word.length <= LIMIT.shown) return Number(word);
  if (/^(?:_|[_']*[A-Z][A-Za-z0-9_']*)$/.test(word))
    return odd("", null, `${show(word)} is a variable; write a value, or leave the fact out.`);
  if (!word.startsWith('"')) return odd(clipped(word), word);
  const bare = word.slice(1, -1).replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char));
  return odd(quoted(clipped(bare)), bare);
}

class Statements {
  constructor(text, start, collector) {
    Object.assign(this, { text, collector, kind: "", word: "", at: start, next: start });
  }

  all() {
    while (this.kind !== "end") {
      this.depth = 0;
      this.start = this.next = afterBlanks(this.text, this.next);
      try {
        this.advance();
        if (this.kind !== "end") this.fact();
      } catch (error) {
        if (!(error instanceof Refusal) || error.whole) throw error;
        this.skip();
        this.collector.refuse(error.message, error.at ?? this.start);
      }
    }
  }

  advance() {
    this.before = this.next;
    TOKEN.lastIndex = this.at = afterBlanks(this.text, this.next);
    const groups = TOKEN.exec(this.text).groups;
    [this.kind, this.word] = Object.entries(groups).find(([, word]) => word !== undefined);
    this.next = this.at + this.word.length;
    if (this.kind === "comment")
      throw new Refusal("this comment is never closed; end it with *%.", this.at);
    if (this.kind === "other") throw new Refusal(character(this.word), this.at);
  }

  skip() {
    // what a refused statement still holds
    const { text } = this;
    const script = after(SCRIPT, text, this.start);
    if (script > this.start) this.next = script;
    else if (this.kind === "comment") this.next = text.length;
    else if (this.word !== ".") {
      while (text[this.next] !== ".") {
        const end = afterBlanks(text, after(SKIPPED, text, this.next));
        if (end === this.next) return;
        this.next = end;
      }
      this.next++;
    }
  }

  refusal() {
    return new Refusal(this.kind === "end" ? UNFINISHED : NO_FACT);
  }

  fact() {
    const { word: predicate, start, collector } = this;
    if (!NAME.test(predicate)) throw new Refusal(NO_FACT);
    this.advance();
    const lists = this.word === "(" ? this.alternatives() : [[]];
    if (this.kind === "word" && this.text[this.before - 1] === ")") {
      collector.refuse("a full stop is missing here; add it.", this.before);
      this.next = this.at;
    } else if (this.word !== ".") throw this.refusal();
    if (!lists.every((columns) => collector.knows(predicate, columns.length, start))) return;
    const size = (columns) => columns.reduce((total, column) => total * column.length, 1);
    if (lists.reduce((sum, columns) => sum + size(columns), 0) > LIMIT.expansion)
      throw new Refusal(EXPANSION);
    for (const columns of lists) collector.add(predicate, columns, start);
  }

  alternatives() {
    if (++this.depth > LIMIT.depth) throw new Refusal(NO_FACT);
    const lists = [];
    while (!lists.length || this.word === ";") {
      if (lists.length === LIMIT.expansion) throw new Refusal(EXPANSION);
      this.advance();
      const columns = [this.term()];
      while (this.word === ",") {
        this.advance();
        columns.push(this.term());
      }
      lists.push(columns);
    }
    if (this.word !== ")") throw this.refusal();
    this.depth--;
    this.advance();
    return lists;
  }

  term() {
    const { at, kind, word } = this;
    if (word === "(")
      return this.alternatives().flatMap((columns) =>
        columns.length === 1 ? columns[0] : [{ content: odd("a tuple"), at }],
      );
    if (kind !== "word" && kind !== "string") throw this.refusal();
    let content = contentOf(word);
    this.advance();
    if (this.word === "(" && kind === "word") {
      this.alternatives();
      content = odd(`${show(word)}(...)`);
    } else if (this.word === ".." && typeof content === "number") {
      this.advance();
      const first = content,
        last = contentOf(this.word);
      if (typeof last !== "number") throw this.refusal();
      this.advance();
      if (first <= last && last < first + LIMIT.expansion)
        return Array.from({ length: last - first + 1 }, (_, i) => ({ content: first + i, at }));
      content = odd("", null, EXPANSION);
    }
    return [{ content, at }];
  }
}
