// What is asked of the solver: the answer to each state of the form, and explanations.

"use strict";

const MOST = 5000; // combinations of findings that an explanation looks at

let current = null; // the last answer without a contradiction
let before = null; // and the one before
let asked = null; // the therapy that is explained
let explained = []; // and its changes
let turn = 0; // counts the states of the form

async function answer() {
  const mine = ++turn;
  const begun = performance.now();
  const found = await answerTo(ordered(patient)).catch(({ message }) => ({ message }));
  if (mine !== turn) return;
  const { issues, message } = found;
  let [said, content] = ["There is no answer.", [note(message ?? "", "fault")]];
  if (issues) [said, content] = ["The facts contradict each other.", contradictions(found)];
  if (found instanceof Answer) {
    if (current && stated(current.facts) !== stated(found.facts)) before = current;
    current = found;
    [said, content] = [found.summary(), answerView(found, before)];
  }
  byId("json").disabled = Boolean(issues);
  byId("summary").textContent = said;
  byId("answer").replaceChildren(...content);
  byId("answer").dataset.turn = mine;
  for (const control of controls) control();
  performance.measure("answer", { start: begun });
  if (asked && byId("explanation")) explain(asked, false);
}

async function explain(therapy, focus = true) {
  asked = therapy;
  const of = current;
  const title = el.h2({ tabIndex: -1 }, `${spoken(therapy)}: ${of.verdict(therapy)}`);
  const content = await changes(of, therapy)
    .then((found) => explanationView(of, therapy, (explained = found)))
    .catch((error) => [note(error.message, "fault")]);
  const place = byId("explanation"); // none beside a contradiction
  if (of !== current || asked !== therapy || !place) return;
  place.replaceChildren(el.section(title, content));
  place.dataset.therapy = therapy;
  if (focus) title.focus();
}

// ---- what would make a therapy eligible -------------------------------------------------------

// The smallest changes of findings, each with the values that do it, where the history and the
// limits stay as they are: read from a table of all combinations of those findings that the
// verdict depends on.
async function changes(of, therapy) {
  if (of.verdicts.get(therapy) === "eligible") return [];
  const ground = await Ground.of(of.facts.filter((fact) => !data.findings.includes(called(fact))));
  const [goal, domains] = [`eligible(${term(therapy)})`, new Map()];
  for (const [atom, [literal]] of ground.shown) {
    if (called(atom) !== "turns_out") continue;
    const [finding, value] = parts(atom).map(word);
    domains.set(finding, [...(domains.get(finding) ?? []), { atom, literal, value }]);
  }
  const behind = ground.behind(goal);
  const open = new Map(); // the values that each finding may have as it is
  for (const [finding, options] of domains) {
    const values = options.map(({ value }) => value);
    const now = of.possible.of("is", finding).map((value) => banded(values, value));
    const left = values.filter((value) => now.includes(value));
    if (!left.length || options.some(({ literal }) => behind.has(literal))) open.set(finding, left);
  }
  const atoms = [...open.keys()].flatMap((finding) => domains.get(finding).map(({ atom }) => atom));
  const shown = [goal, ...atoms].filter((atom) => ground.shown.has(atom));
  const outputs = shown.map((atom) => output(atom, ...ground.shown.get(atom)));
  const rows = await ground.models(`${MOST} --project=show`, outputs);
  if (rows.length === MOST) throw new Error("Too much is open to say what would change it.");
  const table = rows.map((row) => {
    const pairs = row.filter((atom) => atom !== goal).map((atom) => parts(atom).map(word));
    return { values: new Map(pairs), eligible: row.includes(goal) || ground.facts.includes(goal) };
  });
  const values = (finding) => domains.get(finding).map(({ value }) => value);
  return smallest(table, open).map((change) =>
    change.map(([finding, chosen]) => [finding, bounds(values(finding), chosen)]),
  );
}

// Of a number, the end of the band in which it lies.
function banded(domain, value) {
  const ends = domain.map(Number).filter((end) => end >= Number(value));
  return domain.some((end) => isNaN(end)) ? value : `${Math.min(...ends)}`;
}

// The smallest sets of findings with values for which every row of the table is eligible that
// is open otherwise; one entry for each combination of values, if not every one is among them.
function smallest(table, open) {
  const findings = [...open.keys()].sort(natural);
  const bits = (wanted) => findings.reduce((all, of, at) => all | (wanted(of) ? 1 << at : 0), 0);
  for (const row of table) row.changed = bits((of) => !open.get(of).includes(row.values.get(of)));
  const subsets = Array.from({ length: 1 << findings.length }, (_, mask) => {
    return { mask, chosen: findings.filter((_, at) => mask & (1 << at)) };
  });
  const [found, changes] = [[], []];
  for (const { mask, chosen } of subsets.sort((a, b) => a.chosen.length - b.chosen.length)) {
    if (found.some((less) => (less & mask) === less)) continue;
    const rows = table.filter(({ changed }) => !(changed & ~mask));
    const key = ({ values }) => JSON.stringify(chosen.map((of) => values.get(of)));
    const groups = [...grouped(rows.map((row) => [key(row), row.eligible]))];
    const enough = groups.filter(([, all]) => all.every(Boolean)).map(([text]) => JSON.parse(text));
    if (!enough.length) continue;
    found.push(mask);
    const columns = chosen.map((_, at) => [...new Set(enough.map((values) => values[at]))]);
    const product = columns.reduce((count, values) => count * values.length, 1);
    const each = enough.map((values) => values.map((value) => [value]));
    const all = product === enough.length ? [columns] : each;
    changes.push(...all.map((values) => chosen.map((of, at) => [of, values[at]])));
  }
  return changes;
}

// Values in the order of the vocabulary; of a number, the bands that they end as bounds.
function bounds(domain, chosen) {
  if (domain.some((end) => isNaN(end))) return domain.filter((value) => chosen.includes(value));
  const ends = domain.map(Number).sort((a, b) => a - b);
  const spans = [];
  ends.forEach((end, at) => {
    const [inside, joined] = [end, ends[at - 1]].map((of) => chosen.includes(`${of}`));
    if (inside && joined) spans.at(-1).top = end;
    else if (inside) spans.push({ low: at ? ends[at - 1] + 1 : null, top: end });
  });
  return spans.map(({ low, top }) => {
    if (low === null) return `at most ${top}`;
    if (top === ends.at(-1)) return `at least ${low}`;
    return low < top ? `${low} to ${top}` : `${top}`;
  });
}

// ---- the start --------------------------------------------------------------------------

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
