// The answer: atoms laid out. What is eligible, why, and what has changed is said by lp/.

"use strict";

let current = null, before = null;  // the last answer without a contradiction, and the one before
let asked = null;  // the therapy that is explained
let turn = 0;

const section = (title, ...content) => h("section", {}, h("h2", {}, title), ...content);
const bullets = (texts) => h("ul", {}, texts.map((text) => h("li", {}, text)));
const by = (choices, joint = "") => (choices.length ? `${joint}by ${choices.join(", ")}` : "");
const cited = (statement) => {
  const references = data.references[statement] ?? [];
  return references.length ? ` [${references.join(", ")}]` : "";
};

// ---- one answer -------------------------------------------------------------------------

class Answer {
  constructor(facts, models) {
    const atoms = new Atoms(models[0]);
    const grade = (therapy) => atoms.of("grade", therapy)[0] ?? "";
    const status = ["eligible", "undetermined", "excluded"].flatMap((it) => atoms.of(it).map((of) => [of, it]));
    const place = (therapy) => (data.order.indexOf(therapy) + 1 || data.order.length + 1) * 2;
    status.sort(([a], [b]) => place(a) - place(b) || natural(a, b));
    Object.assign(this, { facts, atoms, grade, verdicts: new Map(status), inScope: status.length > 0 });
    const found = models.map((model) => new Atoms(model.filter((atom) => /^(recommended|set_relies)\(/.test(atom))));
    this.sets = found.filter((set) => set.has("recommended")).map((set) => {
      const local = (therapy) => data.locoregional.includes(therapy);
      const therapies = set.of("recommended").sort((a, b) => local(a) - local(b));
      const rank = data.ranks[grade(therapies[0])] ?? 0;
      return { therapies, relies: set.of("set_relies"), grade: grade(therapies[0]), rank };
    });
    this.sets.sort((a, b) => b.rank - a.rank || natural(a.therapies.join(), b.therapies.join()));
    this.preferred = this.sets.filter(({ rank }) => rank === this.sets[0].rank);
  }

  names(status) {
    return [...this.verdicts.keys()].filter((therapy) => this.verdicts.get(therapy) === status);
  }

  verdict(therapy) {
    const status = this.verdicts.get(therapy) ?? (this.inScope ? "excluded" : data.words.none);
    return [status, this.grade(therapy)].filter(Boolean).join(", ");
  }

  reasons(therapy) {
    return [...this.atoms.of("because", therapy), ...this.atoms.of("partly", therapy)];
  }

  found(therapy, why, finding) {
    const { atoms } = this;
    const facts = [...new Set([...atoms.of("shows", finding), ...atoms.of("cites", therapy, finding)])].sort(natural);
    const wants = names(atoms.of("wants", therapy, why, finding), "or");
    return `${spoken(finding)}: ${spoken(atoms.value(finding))}${facts.length ? ` (${facts.join(", ")})` : ""}`
      + (wants ? `, needs ${wants}` : "");
  }

  said(therapy, why) {
    return this.atoms.of("says", therapy, why).map((finding) => this.found(therapy, why, finding));
  }

  against(therapy) {
    const [why] = this.atoms.of("deciding", therapy), lines = this.atoms.of("only_for", therapy);
    if (lines.length) return `${names(lines, "or")} only.`;
    const start = data.exclusions.includes(why) ? `${why}, ${data.texts[why]}` : `statement ${why}`;
    return `${[start, ...this.said(therapy, why)].join("; ")}.`;
  }
}

// ---- its sections -----------------------------------------------------------------------

function summary(answer) {
  const { preferred, verdicts } = answer, [best] = preferred, line = capital(spoken(answer.atoms.value("line")));
  if (!answer.inScope) return `${line}. ${data.words.scope}`;
  const sets = best ? `${preferred.length} preferred ${preferred.length === 1 ? "set" : "sets"}` : "No set";
  const counts = ["eligible", "undetermined", "excluded"].map((status) => `${answer.names(status).length} ${status}`);
  return `${line}. ${sets}${best?.grade ? `, grade ${best.grade}` : ""}. Of ${verdicts.size} therapies, ${counts.join(", ")}.`;
}

function setLines(sets) {
  const alike = grouped([...grouped(sets.map((set) => [set.therapies[0], set]))].map(([first, items]) => {
    const beside = items.map(({ therapies: [, ...rest] }) => (rest.length ? `with ${names(rest)}` : "alone"));
    const relies = by([...new Set(items.flatMap((set) => set.relies))]);
    return [`${listed(beside, "or")}${relies ? ` (${relies})` : ""}`, first];
  }));
  return [...alike].map(([company, firsts]) => names(firsts, "or")
    + (company.startsWith("alone") && !company.startsWith("alone or") ? company.slice(5) : `, ${firsts.length > 1 ? "each " : ""}${company}`));
}

function why(answer, therapies) {
  const groups = grouped([...new Set(therapies)].flatMap((therapy) => answer.reasons(therapy).map((statement) => {
    const grounds = [...answer.said(therapy, statement), by(answer.atoms.of("relies", therapy, statement))];
    return [JSON.stringify([statement, grounds.filter(Boolean).join("; ")]), therapy];
  })));
  const items = [...groups].map(([key, of]) => [...JSON.parse(key), of]).sort(([a], [b]) => natural(a, b));
  return h("ul", { className: "reasons" }, items.map(([statement, grounds, of]) => h("li", {},
    h("p", {}, h("span", { className: "number" }, statement), ` ${names(of)}: ${data.texts[statement]}${cited(statement)}`),
    h("p", { className: "for" }, grounds))));
}

function preferredSets(answer) {
  if (!answer.preferred.length) return [];
  const others = grouped(answer.sets.slice(answer.preferred.length).map((set) => [set.grade, set]));
  const of = (sets) => sets.flatMap(({ therapies }) => therapies);
  return [section("Preferred", bullets(setLines(answer.preferred)), h("h3", {}, "Why"), why(answer, of(answer.preferred)),
    [...others].map(([grade, sets]) => h("details", {}, h("summary", {}, `${sets.length} more of grade ${grade}`),
      bullets(setLines(sets)), why(answer, of(sets)))))];
}

function sinceBefore(old, now) {
  const { atoms } = now;
  const lines = Object.entries(data.words.became).flatMap(([kind, title]) => {
    const of = atoms.rows("became").filter(([, how]) => how === kind).map(([therapy]) => therapy).sort(natural);
    const alike = grouped(of.map((therapy) => [`${old.verdict(therapy)} before, ${now.verdict(therapy)} now`, therapy]));
    return alike.size ? [h("h3", {}, title), bullets([...alike].map(([text, same]) => `${names(same)}: ${text}`))] : [];
  });
  const side = (title, state, other) => h("div", {}, h("h3", {}, title),
    h("p", {}, state.facts.filter((known) => !other.facts.includes(known)).join(", ") || "no fact of its own"),
    bullets(state.preferred.length ? setLines(state.preferred) : [state.inScope ? "no set" : data.words.scope]));
  const same = h("p", {}, "Every therapy has the same verdict and grade.");
  return section("Since the last change", h("div", { className: "two" }, side("Before", old, now), side("Now", now, old)),
    lines.length ? lines : same, h("p", { className: "controls" },
      h("button", { type: "button", onclick: () => set(old.facts) }, "Go back to the state before")));
}

function groupsOf(answer, status, key, text) {
  const groups = grouped(answer.names(status).map((therapy) => [key(therapy), names([therapy])]));
  return bullets([...groups].map(([said, of]) => text(said, listed(of))));
}

function therapies(answer) {
  const short = (therapy) => [answer.atoms.of("because", therapy).join(", "), answer.atoms.of("missing", therapy).map(spoken).join(", "),
    answer.atoms.of("deciding", therapy).join()].filter(Boolean).join("");
  const rows = [...(answer.inScope ? answer.verdicts.keys() : data.order)].map((therapy) => h("tr", {
    "data-therapy": therapy, "data-status": answer.verdicts.get(therapy) ?? "", "data-grade": answer.grade(therapy),
    "data-statements": answer.atoms.of("because", therapy).join(), "data-missing": answer.atoms.of("missing", therapy).join() },
  h("th", { scope: "row" }, spoken(therapy)), h("td", {}, answer.verdict(therapy)), h("td", {}, short(therapy)),
  h("td", {}, h("button", { type: "button", "aria-label": `Explain ${spoken(therapy)}`, onclick: () => explain(therapy) }, "Explain"))));
  const head = ["Therapy", "Verdict", "By", ""].map((text) => h(text ? "th" : "td", text ? { scope: "col" } : {}, text));
  return section("Every therapy", h("table", { className: "sets verdicts" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)));
}

function choicesOf(answer) {
  const { atoms } = answer, all = (of, therapies) => therapies.flatMap((therapy) => atoms.of(of, therapy));
  const chosen = [...answer.preferred.flatMap((set) => set.relies), ...all("relied", answer.preferred.flatMap((set) => set.therapies))];
  const read = all("read_by", atoms.of("asked")), other = all("relied", [...answer.verdicts.keys()]);
  const seen = new Set();
  const groups = [["For the preferred sets", chosen], ["For the findings of this patient", read], ["For other therapies only", other]];
  return groups.flatMap(([title, items]) => {
    const mine = [...new Set(items)].filter((item) => !seen.has(item)).sort(natural);
    mine.forEach((item) => seen.add(item));
    return mine.length ? [h("h3", {}, title), h("dl", { className: "facts choices" },
      mine.map((item) => h("div", {}, h("dt", {}, item), h("dd", {}, data.interpretations[item]))))] : [];
  });
}

function patientLines(answer) {
  const { atoms } = answer;
  const derived = atoms.of("derived").map((finding) => `${spoken(finding)}: ${spoken(atoms.value(finding))} (from ${
    [...atoms.of("shows", finding), ...atoms.of("read_by", finding)].join(", ")})`);
  return [h("p", {}, answer.facts.length ? h("code", {}, answer.facts.map((known) => `${known}.`).join(" ")) : "Nothing is known."),
    derived.length ? [h("h3", {}, "Derived"), bullets(derived)] : []];
}

function sections(answer) {
  const { atoms } = answer, missing = (therapy) => names(atoms.of("missing", therapy));
  return [
    ...atoms.rows("notice").map(([, text]) => text).sort(natural).map((text) => h("p", { className: "note", role: "note" }, text)),
    ...preferredSets(answer),
    before ? sinceBefore(before, answer) : "",
    answer.names("undetermined").length ? section("Undetermined until it is known",
      groupsOf(answer, "undetermined", missing, (findings, of) => `${findings}: for ${of}`)) : "",
    answer.names("excluded").length ? section("Left out",
      groupsOf(answer, "excluded", (therapy) => answer.against(therapy), (reason, of) => `${of}: ${reason}`)) : "",
    therapies(answer),
    h("div", { id: "explanation", "aria-live": "polite" }),
    section("Interpretations relied on", choicesOf(answer)),
    section("The patient as understood", patientLines(answer)),
  ];
}

// ---- asking -----------------------------------------------------------------------------

const stated = (facts) => facts.map((known) => `${known}.`).join(" ");

async function answer() {
  const mine = ++turn, facts = ordered(patient), begun = performance.now();
  const since = current && stated(current.facts) !== stated(facts) ? current : before;
  const was = since ? [...since.verdicts].map(([therapy, status]) => `was(${term(therapy)},${status}). ${
    since.grade(therapy) ? `was_graded(${term(therapy)},${since.grade(therapy)}).` : ""}`).join(" ") : "";
  let shown, said;
  try {
    const models = await solver.ask(data.questions.answer, `inquiry. ${was} ${stated(facts)}`);
    if (mine !== turn) return;
    const issues = models.length ? new Atoms(models[0]).rows("issue") : [];
    if (!models.length) throw new Error("The constraints of the program leave no answer for this patient.");
    if (issues.length) {
      said = "The facts contradict each other.";
      shown = issues.map(([one, other, text]) => h("p", { className: "note issue" },
        `${one}${one === other ? ":" : ` contradicts ${other}:`} ${text}.`));
    } else {
      before = since;
      current = new Answer(facts, models);
      [shown, said] = [sections(current), summary(current)];
    }
    byId("json").disabled = issues.length > 0;
  } catch (error) {
    if (mine !== turn) return;
    [shown, said] = [[h("p", { className: "note fault" }, error.message)], "There is no answer."];
  }
  byId("summary").textContent = said;
  byId("answer").replaceChildren(...shown.filter(Boolean));
  byId("answer").dataset.turn = mine;
  for (const control of controls) control();
  performance.measure("answer", { start: begun });
  if (asked && byId("explanation")) explain(asked, false);
}

async function start() {
  changed = answer;
  makeForm();
  try {
    await solver.start();
  } catch (error) {
    byId("summary").textContent = `This browser does not run the solver: ${error.message}`;
    return;
  }
  fromAddress();
}
start();
