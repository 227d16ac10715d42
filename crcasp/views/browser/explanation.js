// Why one therapy is eligible or not, and every smallest change that would make it so.

"use strict";

const node = (state, text, children = []) => h("li", { className: `node ${state}` }, h("span", {}, text),
  children.length ? h("ul", {}, children) : "");

function needs(wanted) {
  return wanted.length === 0 || (wanted.length === 1 && wanted[0] === "yes") ? "" : `, needs ${names(wanted, "or")}`;
}

class Tree {
  constructor(atoms) {
    this.atoms = atoms;
    this.ways = atoms.rows("leads").sort(([s, b], [s2, b2]) => natural(s, s2) || natural(b, b2));
  }

  checks(...source) {
    return this.atoms.rows("state").filter((row) => source.every((item, at) => row[at] === item))
      .map((row) => row.slice(3)).sort(([a], [b]) => natural(a, b));
  }

  check(source, [finding, state]) {
    const { atoms } = this;
    const facts = [...new Set([...atoms.of("shows", finding), ...atoms.of("cited", ...source, finding)])].sort(natural);
    const wanted = state === "met" ? "" : needs(atoms.of("asks_for", ...source, finding));
    const text = `${state === "unmet" ? "not met: " : ""}${spoken(finding)}: ${spoken(atoms.value(finding))}${wanted}`;
    return node(state, text + by(atoms.of("read_by", finding), "; "), facts.map((known) => node("met", known)));
  }

  passage(source) {
    const checks = this.checks(...source), exclusion = source.at(-1);
    const state = ["unmet", "unknown"].find((it) => checks.some(([, found]) => found === it)) ?? "met";
    const text = `${exclusion} ${data.words.passed[state]}: ${data.texts[exclusion]}`;
    return node(state, text + by(this.atoms.of("uses", ...source), "; "), checks.map((check) => this.check(source, check)));
  }

  way([statement, branch, state]) {
    const { atoms } = this, at = [statement, branch], own = [...at, statement];
    const sources = atoms.of("checked", ...at).map((exclusion) => [...at, exclusion]);
    const idle = sources.filter((source) => !this.checks(...source).length).map((source) => source.at(-1));
    const rest = `${listed(idle)} passed: nothing in the patient's facts concerns ${idle.length > 1 ? "them" : "it"}`;
    const text = `statement ${statement} ${data.words.holds[state]}: ${data.texts[statement]}${cited(statement)}`;
    return node(state, text + by(atoms.of("uses", ...own), "; "), [
      ...this.checks(...own).map((check) => this.check(own, check)),
      ...sources.filter((source) => !idle.includes(source.at(-1))).map((source) => this.passage(source)),
      ...(idle.length ? [node("met", rest)] : [])]);
  }

  shown(eligible) {
    const of = (state) => this.ways.filter((way) => way[2] === state);
    const ways = !eligible ? this.ways : of("met").length ? of("met") : of("unknown");
    return ways.map((way) => this.way(way));
  }

  remarks() {
    const otherLine = ([s, b]) => this.checks(s, b, s).some(([finding, state]) => finding === "line" && state === "unmet");
    if (!this.ways.length) return ["No statement of the table offers it."];
    return this.ways.every(otherLine) ? ["No statement for this line of therapy offers it."] : [];
  }
}

// ---- what would change it -----------------------------------------------------------------

// Values in the order of the vocabulary; of a number the bands that they end, as bounds.
function inWords(finding, values) {
  const bands = data.bands[finding];
  const domain = data.signatures[finding]?.[0] ?? data.signatures[called(finding)].at(-1);
  if (!bands) return domain.map(String).filter((value) => values.includes(value));
  const spans = [];
  bands.forEach(([low, top], at) => {
    if (!values.includes(String(top))) return;
    if (at && values.includes(String(bands[at - 1][1]))) spans.at(-1)[1] = top;
    else spans.push([low, top]);
  });
  return spans.map(([low, top]) => (low === bands[0][0] ? `at most ${top}`
    : top === bands.at(-1)[1] ? `at least ${low}` : `${low} to ${top}`));
}

const columns = (rows) => grouped(rows.map(([, finding, value]) => [finding, value]));
const size = (values) => [...values.values()].reduce((all, { length }) => all * length, 1);

// Each smallest change with all its values; one entry a combination where these depend on each other.
async function changes(facts) {
  const found = await solver.ask(data.questions.changes, facts, "0 --heuristic=Domain --enum-mode=domRec");
  const sets = found.map((model) => new Atoms(model).of("change")).sort((a, b) => a.length - b.length || natural(a.join(), b.join()));
  if (!sets.length) return [];
  const smallest = (all) => all.map((at) => sets[at].map((finding) => `smallest(${at},${finding}).`).join(" ")).join(" ");
  const brave = await solver.ask(data.questions.values, `${facts} ${smallest([...sets.keys()])}`, "0 --enum-mode=brave");
  const rows = new Atoms(brave.at(-1)).rows("to");
  const values = sets.map((_, at) => columns(rows.filter(([of]) => of === String(at))));
  const open = [...sets.keys()].filter((at) => values[at].size > 1 && size(values[at]) <= 1000);
  const models = open.length ? await solver.ask(data.questions.values, `${facts} ${smallest(open)}`) : [];
  const combined = grouped(models.map((model) => new Atoms(model).rows("to")).map((all) => [Number(all[0][0]), columns(all)]));
  return values.flatMap((all, at) => {
    const each = combined.get(at) ?? [];
    return each.length && each.length < size(all) ? each : [all];
  });
}

async function barred(facts, atoms) {
  const found = await solver.ask(data.questions.barred, facts, "0 --heuristic=Domain --enum-mode=domRec");
  const without = found.map((model) => new Atoms(model).of("dropped")).sort((a, b) => a.length - b.length || natural(a.join(), b.join()));
  if (without.length) return `No finding would make it eligible; ${listed(without.map((all) => `without ${listed(all)}`), "or")} one would.`;
  const absent = listed(atoms.of("absent").map((finding) => `${spoken(finding)}: ${spoken(atoms.value(finding))}`));
  return `No finding would make it eligible; what bars it: ${absent || "nothing of this patient, but the table itself"}.`;
}

async function explain(therapy, focus = true) {
  asked = therapy;
  const answer = current, goal = term(therapy), facts = stated(answer.facts);
  const stale = () => answer !== current || asked !== therapy;
  const title = h("h2", { tabIndex: -1 }, `${spoken(therapy)}: ${answer.verdict(therapy).replace(", ", ", grade ")}`);
  const show = (...content) => byId("explanation").replaceChildren(h("section", {}, title, ...content));
  try {
    const [model] = await solver.ask(data.questions.explanation, `inquiry. target(${goal}). ${facts}`, "1");
    const atoms = new Atoms(model), tree = new Tree(atoms), eligible = answer.verdicts.get(therapy) === "eligible";
    const told = [...answer.facts, ...(atoms.raw.given ?? []).map((row) => row.join())].map((row) => `told(${row}).`).join(" ");
    const asking = `${data.choices} ${told} goal(${goal}).`, shown = [h("ul", { className: "tree" }, tree.shown(eligible))];
    if (!answer.inScope) shown.push(h("p", {}, data.words.scope));
    shown.push(...tree.remarks().map((text) => h("p", {}, text)));
    if (!eligible) {
      const found = await changes(asking);
      const now = (finding) => spoken(answer.atoms.has("asked", finding) ? answer.atoms.value(finding) : null);
      const said = (all) => listed([...all].sort(([a], [b]) => natural(a, b)).map(([finding, values]) => `${spoken(finding)}: ${
        names(inWords(finding, values), "or")} (now ${now(finding)})`));
      if (found.length) shown.push(h("h3", {}, "What would make it eligible"), h("ul", { className: "changes" }, found.map((all) => h("li", {}, said(all)))));
      else if (tree.ways.length) shown.push(h("p", { className: "barred" }, await barred(asking, atoms)));
    }
    if (stale()) return;
    show(...shown);
    byId("explanation").dataset.therapy = therapy;
  } catch (error) {
    if (stale()) return;
    show(h("p", { className: "note fault" }, error.message));
  }
  if (focus) title.focus();
}
