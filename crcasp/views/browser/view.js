// Documents laid out as in document.html, and what is asked: answers and explanations.

"use strict";

let current = null; // the last answer without a contradiction
let before = null; // and the one before
let asked = null; // the therapy that is explained
let turn = 0; // counts the states of the form

// ---- documents -----------------------------------------------------------------------------

const note = (text, kind = "") => el.p({ className: `note ${kind}`, role: "note" }, text);
const below = (texts) => texts.map((text) => el.p({ className: "for" }, text));
const state = (of, word) => el.span({ className: `state ${of || "none"}` }, word);
const grade = (text) => (text ? [" ", el.span({ className: "grade" }, text)] : "");

const LISTS = { Field: "facts", Item: "", Entry: "entries", Check: "tree" };
const BLOCKS = {
  Field: ({ name, text }) => el.div(el.dt(name), el.dd(text)),
  Note: ({ text, strong }) => (strong ? note(text) : el.p(text)),
  Item: ({ text, details }) => el.li(text, below(details)),
  Entry({ label, text, strong, aside, details }) {
    const number = label && [el.span({ className: "number" }, label), " "];
    return el.li(number, strong ? el.b(text) : text, grade(aside), below(details));
  },
  Check: ({ state: of, word, condition, found }) =>
    el.li({ className: `node ${of}` }, state(of, word), ` ${condition}`, found && below([found])),
  Grid: grid,
};

// Blocks, the items of one list after another together; sections with headings of a level.
function laidOut(blocks, heading) {
  const made = [];
  for (const block of blocks) {
    if (block.kind === "Section") made.push(section(block, heading));
    else if (!(block.kind in LISTS)) made.push(BLOCKS[block.kind](block));
    else {
      const same = made.at(-1)?.dataset.kind === block.kind;
      const list = block.kind === "Field" ? el.dl : el.ul;
      if (!same) made.push(list({ className: LISTS[block.kind], "data-kind": block.kind }));
      made.at(-1).append(BLOCKS[block.kind](block));
    }
  }
  return made;
}

function section({ title, lead, blocks, folded }, heading) {
  const content = laidOut(blocks, heading);
  if (folded) return el.details(el.summary(title), content);
  return el.section(el[heading](title), lead && el.p(lead), content);
}

const STATES = { met: "met", not_met: "not met", open: "open", "": "not needed" };
const OF_STATUS = { eligible: "met", undetermined: "open", excluded: "not_met" };

// Every therapy against what it needs; each can be explained.
function grid({ name, columns, rows }) {
  const head = (text, ...more) => el.th({ scope: "col", role: "columnheader" }, text, ...more);
  const heads = columns.map(([finding, value]) =>
    head(el.span({ className: "name" }, finding), value && el.span({ className: "value" }, value)),
  );
  const lines = rows.map(([therapy, status, graded, cells]) => {
    const onclick = () => explain(therapy);
    const label = `Explain ${therapy}`;
    const button = el.button({ type: "button", "aria-label": label, onclick }, "Explain");
    const found = cells.map(([of, needs], at) => {
      const [column, value] = columns[at];
      const start = el.span({ className: "name" }, `${column}${value && ` ${value}`}: `);
      const word = state(of, el.span({ className: "word" }, STATES[of]));
      const end = needs && el.span({ className: "needs" }, `needs ${needs}`);
      return el.td({ role: "cell", className: `cell ${of || "none"}` }, start, word, end);
    });
    const verdict = [state(OF_STATUS[status], status), grade(graded)];
    return el.tr(
      { role: "row", className: status },
      el.th({ scope: "row", role: "rowheader" }, therapy, " ", button),
      el.td({ role: "cell", className: "verdict" }, verdict),
      found,
    );
  });
  const top = el.tr({ role: "row" }, head("Therapy"), head("Verdict"), heads);
  const table = el.table(
    { className: `matrix${columns.length > 13 ? " many" : ""}`, role: "table" },
    el.caption({ className: "sr" }, name),
    el.thead({ role: "rowgroup" }, top),
    el.tbody({ role: "rowgroup" }, lines),
  );
  const label = `${name}, can be scrolled`;
  return el.div({ className: "scroll", tabIndex: 0, role: "group", "aria-label": label }, table);
}

// ---- an answer -----------------------------------------------------------------------------

async function answer() {
  const mine = ++turn;
  const begun = performance.now();
  const facts = ordered(patient);
  await solver.last.catch(() => {}); // and of states meanwhile only the last is asked about
  if (mine !== turn) return;
  const found = await solver.ask("answer", facts).catch(({ message }) => ({ message }));
  if (mine !== turn) return;
  const { issues, message, document: told } = found;
  let [said, content] = ["There is no answer.", [note(message ?? "", "fault")]];
  if (issues) {
    said = "The facts contradict each other.";
    content = issues.map((text) => note(text, "issue"));
  }
  if (told) {
    if (current && current.facts.join() !== facts.join()) before = current;
    current = { ...found, facts };
    said = summary(told);
    const explanation = el.div({ id: "explanation", "aria-live": "polite" });
    const blocks = laidOut(told.blocks, "h2");
    const rules = el.p({ className: "rules" }, told.rules);
    content = [rules, ...blocks, before ? since(before, current) : "", explanation];
    byId("closing").textContent = told.closing;
  }
  byId("json").disabled = Boolean(issues);
  byId("summary").textContent = said;
  byId("answer").replaceChildren(...content);
  byId("answer").dataset.turn = mine;
  for (const control of controls) control();
  performance.measure("answer", { start: begun });
  if (asked && byId("explanation")) explain(asked, false);
}

// In one line who it is, and what is preferred.
function summary({ title, blocks }) {
  const { title: name, blocks: entries } = blocks.find(({ kind }) => kind === "Section") ?? {};
  const sets = (entries ?? []).filter(({ label, aside }) => label === "" && aside);
  const texts = sets.map(({ text, aside }) => `${text} (${aside})`);
  return `${title}. ${texts.length ? `${name}: ${texts.join("; ")}.` : ""}`;
}

// The verdict on each therapy, as all therapies are listed.
function verdicts({ document: { blocks } }) {
  const all = blocks.flatMap((block) => block.blocks ?? []);
  const { rows } = all.find(({ kind }) => kind === "Grid") ?? { rows: [] };
  return new Map(rows.map(([name, ...of]) => [name, of.slice(0, 2).filter(Boolean).join(", ")]));
}

// What has changed since the state before.
function since(old, now) {
  const [was, is] = [old, now].map(verdicts);
  const groups = new Map();
  for (const therapy of new Set([...is.keys(), ...was.keys()])) {
    const [a, b] = [was, is].map((of) => of.get(therapy) ?? "no verdict");
    const change = `${a} before, ${b} now`;
    if (a !== b) groups.set(change, [...(groups.get(change) ?? []), therapy]);
  }
  const lines = [...groups].map(([change, names]) => el.li(`${names.join("; ")}: ${change}`));
  const onclick = () => set(old.facts);
  return el.section(
    el.h2("Since the last change"),
    lines.length ? el.ul(lines) : el.p("Every therapy has the same verdict and grade."),
    el.p(el.button({ type: "button", className: "back", onclick }, "Go back to the state before")),
  );
}

async function explain(therapy, focus = true) {
  asked = therapy;
  const of = current;
  const failed = ({ message }) => ({ title: message, blocks: [] });
  const told = await solver.ask("explain", of.facts, therapy).catch(failed);
  const place = byId("explanation"); // none beside a contradiction
  if (of !== current || asked !== therapy || !place) return;
  const title = el.h2({ tabIndex: -1 }, told.title);
  place.replaceChildren(el.section(title, laidOut(told.blocks, "h3")));
  place.dataset.therapy = therapy;
  if (focus) title.focus();
}

// ---- the start -----------------------------------------------------------------------------

async function start() {
  const ready = solver.start();
  changed = answer;
  makeForm();
  await ready;
  fromAddress();
}

start().catch((error) => {
  byId("summary").textContent = `This browser does not run the solver: ${error.message}`;
});
