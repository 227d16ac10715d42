// The strict reader of fact files, and the facts and faults of one patient. What is refused is
// said in the words of the command. A fact is made of words of the vocabulary, never of text.

"use strict";

const LIMIT = {
  bytes: 1 << 20,
  facts: 2000,
  tokens: 20000,
  statement: 300,
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
    this.text = text;
    this.facts = new Set();
    this.faults = [];
    this.refused = this.count = 0;
  }

  place(at) {
    const before = this.text.slice(0, at).split("\n");
    return [before.length, [...before.at(-1)].length + 1];
  }

  counted(at) {
    if (++this.count > LIMIT.facts) {
      throw new Refusal(
        `there is more here than the ${LIMIT.facts} facts that one patient may have; ` +
          "give the facts of one patient only.",
        at,
        true,
      );
    }
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
  const text = source.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const collector = new Collector(text);
  try {
    if (text.length > LIMIT.bytes)
      throw new Refusal(
        "this is larger than 1 MiB; give the facts of one patient only.",
        null,
        true,
      );
    if (text.includes("\0"))
      throw new Refusal(
        "this is not text (a NUL byte is in it); save it as plain UTF-8 text.",
        null,
        true,
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

const BLANKS = /(?:[ \t\n]+|%(?!\*)[^\n]*|%\*[^%*]+\*%)*/y;
const STRING = String.raw`"(?:[^\\"\n]|\\["\\n])*`;
const TOKENS = {
  name: String.raw`[_']*[a-z][A-Za-z0-9_']*`,
  decimal: String.raw`[0-9]+\.[0-9]+`,
  number: "0x[0-9A-Fa-f]+|0o[0-7]+|0b[01]+|[0-9]+",
  directive: "#[A-Za-z]*",
  weak: ":~",
  sign: String.raw`:-|\.\.|\*\*|[(){}\[\].,;!&*+\-/:<=>?\\^|~]`,
  string: `${STRING}"`,
  variable: "[_']*[A-Z][A-Za-z0-9_']*|_(?![_'])",
  end: "$(?![^])",
  comment: String.raw`%\*`,
  external: "@",
  open: STRING,
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
const ONLY = "and only facts are read; write a fact as name(value).";
const NEGATED = "this is a negated fact, and only facts are read; leave out what is not so.";
const [NO_FACT, CHOICE, DISJUNCTION, CONSTRAINT, THEORY] = [
  "not a fact",
  "a choice",
  "a disjunction",
  "a constraint",
  "a theory atom",
].map((kind) => `this is ${kind}, ${ONLY}`);
const ARITHMETIC = "this is arithmetic, and nothing is computed here; write the value itself.";
const UNFINISHED = "this statement does not end; end it with a full stop.";
const REFUSED = {
  comment: () => "this comment is never closed; end it with *%.",
  decimal: () => "this is not a whole number; write it without a fraction.",
  directive: (it) =>
    `${clipped(it)} is refused, as only facts are read and nothing is executed; remove it.`,
  external: () =>
    "an @-term calls a function, and nothing here is executed; write the value itself.",
  open: () => "this text in quotation marks does not end; write a name without quotation marks.",
  weak: () => "this is a weak constraint, and only facts are read; remove it.",
  other: (it) => `${character(it)} does not belong in a fact; remove it or replace it.`,
};
const OPERATORS = ["..", "+", "-", "*", "**", "/", "\\", "^", "&", "?"];
const every = (words, message) => Object.fromEntries(words.map((it) => [it, message]));
const HEADS = {
  ":-": CONSTRAINT,
  not: NEGATED,
  "-": NEGATED,
  "&": THEORY,
  "{": CHOICE,
  ...every(["string", "(", "|", "~", "_"], NO_FACT),
  variable:
    "a name begins with a small letter, and a capital makes it a variable; " +
    "write the fact as name(value).",
};
const RESTS = {
  ...every([...OPERATORS.slice(1), "<", ">", "=", "!", ":", ":-"], NO_FACT),
  ";": DISJUNCTION,
  "|": DISJUNCTION,
  "{": CHOICE,
  "": UNFINISHED,
};

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
  const known = data.characters[code] ? `, ${data.characters[code]}` : "";
  return `the character ${seen}(U+${code}${known})`;
}

class Statements {
  constructor(text, start, collector) {
    Object.assign(this, {
      text,
      collector,
      kind: "",
      word: "",
      at: start,
      next: start,
      before: start,
      count: 0,
    });
  }

  all() {
    while (this.kind !== "end") {
      this.depth = 0;
      if (this.count > LIMIT.tokens) {
        throw new Refusal(
          "this is longer than the facts of one patient; give those of one patient only.",
          this.next,
          true,
        );
      }
      this.limit = this.count + LIMIT.statement;
      this.start = this.next = afterBlanks(this.text, this.next);
      try {
        this.advance();
        if (this.kind !== "end") this.fact();
      } catch (error) {
        if (!(error instanceof Refusal) || error.whole) throw error;
        this.skip();
        const colon =
          this.text.slice(this.start + 1, this.next).indexOf(":-") >= 0 && !(this.kind in REFUSED);
        if (colon)
          this.collector.refuse(
            "this is a rule, and only facts are read; state the fact itself, or remove it.",
            this.start,
          );
        else this.collector.refuse(error.message, error.at ?? this.start);
      }
    }
  }

  advance() {
    this.before = this.next;
    TOKEN.lastIndex = this.at = afterBlanks(this.text, this.next);
    const groups = TOKEN.exec(this.text).groups;
    [this.kind, this.word] = Object.entries(groups).find(([, word]) => word !== undefined);
    this.next = this.at + this.word.length;
    this.count++;
    if (this.kind in REFUSED) throw new Refusal(REFUSED[this.kind](this.word), this.at);
    if (this.count > this.limit)
      throw new Refusal("this statement is too long for a fact; end each fact with a full stop.");
  }

  skip() {
    // what a refused statement still holds
    const { text } = this;
    if (this.kind === "comment") this.next = text.length;
    else if (this.word === "#script") {
      const end = /#end[ \t\n]*\.?/.exec(text.slice(this.next));
      this.next = end ? this.next + end.index + end[0].length : text.length;
    } else if (this.word !== "." && !(this.kind === "open" && text[this.next] === "\n")) {
      while (text[this.next] !== ".") {
        const end = afterBlanks(text, after(SKIPPED, text, this.next));
        if (end === this.next) {
          this.next--;
          break;
        }
        this.next = end;
      }
      this.next++;
      if (["directive", "weak"].includes(this.kind))
        this.next = after(/[ \t\n]*\[[^\]\n]*\]/y, text, this.next);
    }
  }

  refusal(known) {
    const message = known[this.word] ?? known[this.kind];
    return message
      ? new Refusal(message)
      : new Refusal(
          `${clipped(this.word)} is not expected here; ` +
            "write a fact as name(value), ended by a full stop.",
          this.at,
        );
  }

  fact() {
    const { word: predicate, start, collector } = this;
    if (this.kind === "number") {
      this.advance();
      throw new Refusal(this.word === "{" ? CHOICE : NO_FACT);
    }
    if (this.kind !== "name" || predicate === "not") throw this.refusal(HEADS);
    this.advance();
    const lists = this.word === "(" ? this.alternatives() : [[]];
    if (this.kind === "name" && this.word !== "not" && this.text[this.before - 1] === ")") {
      collector.refuse("a full stop is missing here; add it.", this.before);
      this.next = this.at;
    } else if (this.word !== ".") throw this.refusal(RESTS);
    if (!lists.every((columns) => collector.knows(predicate, columns.length, start))) return;
    const total = lists.reduce(
      (sum, columns) => sum + columns.reduce((size, column) => size * column.length, 1),
      0,
    );
    if (total > LIMIT.expansion) collector.refuse(this.tooMany(total), start);
    else for (const columns of lists) collector.add(predicate, columns, start);
  }

  tooMany(total) {
    return (
      `this stands for ${show(total)} facts, more than the ${LIMIT.expansion} allowed; ` +
      "write the facts of the patient one by one."
    );
  }

  alternatives() {
    if (++this.depth > LIMIT.depth)
      throw new Refusal(
        "these brackets are nested too deeply; write a fact as name(value).",
        this.at,
      );
    const lists = [];
    while (!lists.length || this.word === ";") {
      this.advance();
      const columns = [";", ")"].includes(this.word) ? [] : [this.term()];
      while (this.word === ",") {
        this.advance();
        columns.push(this.term());
      }
      lists.push(columns);
    }
    if (this.word !== ")") throw this.refusal({ "": UNFINISHED });
    this.depth--;
    this.advance();
    return lists;
  }

  term() {
    const { at } = this,
      operators = [],
      operands = [this.operand()];
    while (OPERATORS.includes(this.word)) {
      operators.push(this.word);
      this.advance();
      operands.push(this.operand());
    }
    if (!operators.length) return operands[0];
    const [first, last] = operands.map((values) =>
      values.length === 1 ? values[0].content : null,
    );
    const only = operators.length === 1 ? operators[0] : "";
    if (only === ".." && typeof first === "number" && typeof last === "number") {
      const total = last - first + 1;
      if (total >= 1 && total <= LIMIT.expansion)
        return Array.from({ length: total }, (_, i) => ({ content: first + i, at }));
      const message =
        total < 1
          ? "this interval holds no number; write its ends in order, as in 1..2."
          : this.tooMany(total);
      return [{ content: odd("", null, message), at }];
    }
    if (only === "-" && isName(first) && isName(last))
      return [{ content: odd(clipped(`${first}-${last}`), `${first}_${last}`), at }];
    const ends = "an interval must have a whole number at each end; write it as in 1..2.";
    return [{ content: odd("", null, operators.includes("..") ? ends : ARITHMETIC), at }];
  }

  operand() {
    const { kind, word: text, at } = this;
    let content = text;
    if (text === "(") return this.tuple();
    if (kind === "number") content = number(text, at);
    else if (kind === "string") {
      const bare = text.slice(1, -1).replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char));
      content = odd(quoted(clipped(bare)), bare);
    } else if (kind === "variable")
      content = odd("", null, `${show(text)} is a variable; write a value, or leave the fact out.`);
    else if (["-", "~"].includes(text)) return [{ content: this.signed(), at }];
    else if (text === "|") throw new Refusal(ARITHMETIC, at);
    else if (kind !== "name" || text === "not") throw this.refusal({ "": UNFINISHED });
    this.advance();
    if (this.word === "(" && kind === "name") {
      const lists = this.alternatives();
      if (lists.length !== 1 || lists[0].length) content = odd(`${show(text)}(...)`);
    }
    return [{ content, at }];
  }

  tuple() {
    const at = this.at + 1;
    return this.alternatives().flatMap((columns) =>
      columns.length === 1 ? columns[0] : [{ content: odd("a tuple"), at }],
    );
  }

  signed() {
    let signs = "";
    for (; ["-", "~"].includes(this.word); this.advance()) signs += this.word;
    const [{ content }, ...more] = this.operand();
    if (signs === "-" && !more.length && !isOdd(content))
      return isName(content) ? odd(`-${show(content)}`) : -content;
    return odd("", null, ARITHMETIC);
  }
}

function number(text, at) {
  if (/^0\d+$/.test(text))
    throw new Refusal("a whole number does not begin with 0; write it without.", at);
  if (text.length > LIMIT.shown || Number(text) > 2 ** 31 - 1)
    throw new Refusal("this number is larger than any that is read; correct it.", at);
  return Number(text);
}
