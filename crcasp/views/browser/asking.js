// What is asked of the solver: the answer to each state of the form, and explanations.

"use strict";

const MOST = 1000; // combinations of values that are looked at one by one
const MINIMAL = "0 --heuristic=Domain --enum-mode=domRec"; // by the heuristic of the program

let current = null; // the last answer without a contradiction
let before = null; // and the one before
let asked = null; // the therapy that is explained
let turn = 0; // counts the states of the form

const stated = (facts) => facts.map((known) => `${known}.`).join(" ");

// The verdicts of an answer, as facts for the next.
function verdictFacts(answer) {
  const facts = [...answer.verdicts].map(([therapy, status]) => {
    const grade = answer.grade(therapy);
    const graded = grade ? ` was_graded(${term(therapy)},${grade}).` : "";
    return `was(${term(therapy)},${status}).${graded}`;
  });
  return facts.join(" ");
}

async function answer() {
  const mine = ++turn;
  const facts = ordered(patient);
  const begun = performance.now();
  const since = current && stated(current.facts) !== stated(facts) ? current : before;
  const shown = await answered(facts, since, mine).catch((error) => {
    return ["There is no answer.", [note(error.message, "fault")]];
  });
  if (mine !== turn) return;
  const [said, content] = shown;
  byId("summary").textContent = said;
  byId("answer").replaceChildren(...content);
  byId("answer").dataset.turn = mine;
  for (const control of controls) control();
  performance.measure("answer", { start: begun });
  if (asked && byId("explanation")) explain(asked, false);
}

// What is said of a patient in short, and the answer laid out.
async function answered(facts, since, mine) {
  const was = since ? verdictFacts(since) : "";
  const models = await solver.ask(data.questions.answer, `inquiry. ${was} ${stated(facts)}`);
  if (mine !== turn) return null;
  if (!models.length) throw new Error("The program leaves no answer for this patient.");
  const issues = new Atoms(models[0]).rows("issue");
  issues.sort(([a], [b]) => facts.indexOf(a) - facts.indexOf(b));
  byId("json").disabled = issues.length > 0;
  if (issues.length) return ["The facts contradict each other.", contradictions(issues)];
  [current, before] = [new Answer(facts, models), since];
  return [current.summary(), answerView(current, before)];
}

// ---- explanations -----------------------------------------------------------------------

async function explain(therapy, focus = true) {
  asked = therapy;
  const answer = current;
  const verdict = answer.verdict(therapy).replace(", ", ", grade ");
  const title = el.h2({ tabIndex: -1 }, `${spoken(therapy)}: ${verdict}`);
  const content = await explained(answer, therapy)
    .then((found) => explanationView(title, found))
    .catch((error) => el.section(title, note(error.message, "fault")));
  const place = byId("explanation"); // none beside a contradiction
  if (answer !== current || asked !== therapy || !place) return;
  place.replaceChildren(content);
  place.dataset.therapy = therapy;
  if (focus) title.focus();
}

async function explained(answer, therapy) {
  const ask = (question, facts, options) => {
    if (answer !== current || asked !== therapy) throw new Error("It was given up.");
    return solver.ask(data.questions[question], facts, options, true);
  };
  const goal = term(therapy);
  const facts = stated(answer.facts);
  const target = `inquiry. target(${goal}). ${facts}`;
  const [model] = await ask("explanation", target, "1");
  const atoms = new Atoms(model);
  const scope = answer.inScope ? [] : [data.words.scope];
  const lowered = answer.lowered(therapy).map((why) => `No higher grade: ${why}`);
  const remarks = [...scope, ...atoms.of("remark"), ...lowered];
  const found = { atoms, remarks, changes: [], barred: "" };
  if (answer.verdicts.get(therapy) === "eligible") return found;
  const given = (atoms.raw.given ?? []).map((row) => row.join());
  const told = [...answer.facts, ...given].map((row) => `told(${row}).`).join(" ");
  const varied = `${data.choices} ${told} goal(${goal}).`;
  found.changes = (await changes(varied, ask)).map((change) => changeText(change, answer.atoms));
  if (!found.changes.length && atoms.has("leads")) found.barred = await barred(varied, atoms, ask);
  return found;
}

const fewest = (a, b) => a.length - b.length || natural(a.join(), b.join());
const minimal = async (ask, question, facts, predicate) => {
  const models = await ask(question, facts, MINIMAL);
  return models.map((model) => new Atoms(model).of(predicate)).sort(fewest);
};

// Each smallest change with all values of its findings; where these depend on each other,
// one entry for each combination.
async function changes(facts, ask) {
  const sets = await minimal(ask, "changes", facts, "change");
  if (!sets.length) return [];
  const columns = (rows) => grouped(rows.map(([, finding, value]) => [finding, value]));
  const size = (change) => [...change.values()].reduce((all, values) => all * values.length, 1);
  const smallest = (places) =>
    places.flatMap((at) => sets[at].map((it) => `smallest(${at},${it}).`)).join(" ");
  const values = (places, options) => ask("values", `${facts} ${smallest(places)}`, options);

  const brave = await values([...sets.keys()], "0 --enum-mode=brave");
  const rows = new Atoms(brave.at(-1)).rows("to");
  const all = sets.map((_, at) => columns(rows.filter(([place]) => place === `${at}`)));
  const open = [...sets.keys()].filter((at) => all[at].size > 1 && size(all[at]) <= MOST);
  const models = open.length ? await values(open, "0") : [];
  const combined = grouped(
    models.map((model) => new Atoms(model).rows("to")).map((to) => [to[0][0], columns(to)]),
  );
  return all.flatMap((change, at) => {
    const each = combined.get(`${at}`) ?? [];
    return each.length && each.length < size(change) ? each : [change];
  });
}

function changeText(change, atoms) {
  const parts = [...change]
    .sort(([a], [b]) => natural(a, b))
    .map(([finding, values]) => {
      const now = atoms.has("asked", finding) ? atoms.value(finding) : null;
      const to = names(inOrder(finding, values), "or");
      return `${spoken(finding)}: ${to} (now ${spoken(now)})`;
    });
  return listed(parts);
}

// Values in the order of the vocabulary; of a number the bands that they end, as bounds.
function inOrder(finding, values) {
  const bands = data.bands[finding];
  const domain = data.signatures[called(finding)].at(-1).map(String);
  if (!bands) return domain.filter((value) => values.includes(value));
  const spans = [];
  let open = false;
  for (const [low, top] of bands) {
    const chosen = values.includes(String(top));
    if (chosen && open) spans.at(-1)[1] = top;
    else if (chosen) spans.push([low, top]);
    open = chosen;
  }
  return spans.map(([low, top]) => {
    if (low === bands[0][0]) return `at most ${top}`;
    return top === bands.at(-1)[1] ? `at least ${low}` : `${low} to ${top}`;
  });
}

async function barred(facts, atoms, ask) {
  const sets = await minimal(ask, "barred", facts, "dropped");
  const without = listed(
    sets.map((dropped) => `without ${listed(dropped)}`),
    "or",
  );
  if (without) return `No finding would make it eligible; ${without} one would.`;
  const absent = listed(atoms.of("absent").map((finding) => valued(atoms, finding)));
  const what = absent || "nothing of this patient, but the table itself";
  return `No finding would make it eligible; what bars it: ${what}.`;
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
