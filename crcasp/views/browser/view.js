// The view: an answer and an explanation laid out.

"use strict";

const section = (title, ...content) => el.section(el.h2(title), ...content);
const bullets = (texts) => el.ul(texts.map((text) => el.li(text)));
const note = (text, kind = "") => el.p({ className: `note ${kind}`, role: "note" }, text);

// ---- an answer --------------------------------------------------------------------------

function answerView(answer, before) {
  const notices = answer.atoms.rows("notice").sort(([a], [b]) => natural(a, b));
  return [
    ...notices.map(([, text]) => note(text)),
    answer.preferred.length ? preferred(answer) : null,
    before ? since(before, answer) : null,
    lowered(answer),
    undetermined(answer),
    leftOut(answer),
    verdicts(answer),
    el.div({ id: "explanation", "aria-live": "polite" }),
    section("Interpretations relied on", answer.choices().map(choicesView)),
    section("The patient as understood", understood(answer)),
  ].filter(Boolean);
}

function preferred(answer) {
  const best = answer.preferred;
  const rest = answer.sets.slice(best.length).map((set) => [set.grade, set]);
  const others = [...grouped(rest)].map(([grade, sets]) => {
    const title = el.summary(`${sets.length} more of grade ${grade}`);
    return el.details(title, bullets(setLines(sets)), why(answer, sets));
  });
  return section("Preferred", bullets(setLines(best)), el.h3("Why"), why(answer, best), others);
}

// The statements behind some sets, those together that say the same of several therapies.
function why(answer, sets) {
  const therapies = [...new Set(sets.flatMap((set) => set.therapies))];
  const reasons = therapies.flatMap((therapy) =>
    answer.reasons(therapy).map((statement) => {
      return [JSON.stringify([statement, answer.grounds(therapy, statement)]), therapy];
    }),
  );
  const items = [...grouped(reasons)].map(([key, of]) => [...JSON.parse(key), of]);
  items.sort(([a], [b]) => natural(a, b));
  return el.ul(
    { className: "reasons" },
    items.map(([statement, grounds, of]) => {
      const number = el.span({ className: "number" }, statement);
      const text = ` ${names(of)}: ${data.texts[statement]}${cited(statement)}`;
      return el.li(el.p(number, text), el.p({ className: "for" }, grounds));
    }),
  );
}

function lowered(answer) {
  const pairs = (of) => answer.lowered(of).map((why) => [why, of]);
  const said = answer.names("eligible").flatMap(pairs);
  const lines = [...grouped(said)].map(([why, of]) => `${names(of)}: ${why}`);
  return lines.length ? section("No higher grade", bullets(lines)) : null;
}

function undetermined(answer) {
  const missing = (therapy) => names(answer.atoms.of("missing", therapy));
  const groups = togetherBy(answer, "undetermined", missing);
  const lines = groups.map(([findings, of]) => `${findings}: for ${names(of)}`);
  return lines.length ? section("Undetermined until it is known", bullets(lines)) : null;
}

function leftOut(answer) {
  const groups = togetherBy(answer, "excluded", (therapy) => answer.against(therapy));
  const lines = groups.map(([reason, of]) => `${names(of)}: ${reason}`);
  return lines.length ? section("Left out", bullets(lines)) : null;
}

function verdicts(answer) {
  const { atoms } = answer;
  const therapies = answer.inScope ? [...answer.verdicts.keys()] : data.order;
  const rows = therapies.map((therapy) => {
    const statements = atoms.of("because", therapy);
    const missing = atoms.of("missing", therapy);
    const of = {
      therapy,
      status: answer.verdicts.get(therapy) ?? "",
      grade: answer.grade(therapy),
    };
    const label = `Explain ${spoken(therapy)}`;
    const onclick = () => explain(therapy);
    const row = el.tr(
      el.th({ scope: "row" }, spoken(therapy)),
      el.td(answer.verdict(therapy)),
      el.td([...statements, ...missing.map(spoken), ...atoms.of("deciding", therapy)].join(", ")),
      el.td(el.button({ type: "button", "aria-label": label, onclick }, "Explain")),
    );
    Object.assign(row.dataset, { ...of, statements, missing });
    return row;
  });
  const titles = ["Therapy", "Verdict", "By"].map((text) => el.th({ scope: "col" }, text));
  const head = el.thead(el.tr(titles, el.td()));
  return section("Every therapy", el.table({ className: "sets verdicts" }, head, el.tbody(rows)));
}

function choicesView([title, items]) {
  const entries = items.map((it) => el.div(el.dt(it), el.dd(data.interpretations[it])));
  return items.length ? [el.h3(title), el.dl({ className: "facts choices" }, entries)] : null;
}

function understood(answer) {
  const { atoms } = answer;
  const derived = atoms.of("derived").map((finding) => {
    const from = [...atoms.of("shows", finding), ...atoms.of("read_by", finding)].join(", ");
    return `${valued(atoms, finding)} (from ${from})`;
  });
  const facts = el.p(answer.facts.length ? el.code(stated(answer.facts)) : "Nothing is known.");
  return derived.length ? [facts, el.h3("Derived"), bullets(derived)] : facts;
}

// The state before the last change beside this one: what was gained and lost.
function since(old, now) {
  const half = (title, state, other) => {
    const own = state.facts.filter((known) => !other.facts.includes(known)).join(", ");
    const sets = state.preferred.length ? setLines(state.preferred) : null;
    const none = state.inScope ? "no set" : data.words.scope;
    return el.div(el.h3(title), el.p(own || "no fact of its own"), bullets(sets ?? [none]));
  };
  const kinds = Object.entries(data.words.became).map(([kind, title]) => {
    const rows = now.atoms.rows("became").filter(([, found]) => found === kind);
    const therapies = rows.map(([therapy]) => therapy).sort(natural);
    const change = (of) => `${old.verdict(of)} before, ${now.verdict(of)} now`;
    const groups = [...grouped(therapies.map((therapy) => [change(therapy), therapy]))];
    const lines = groups.map(([said, of]) => `${names(of)}: ${said}`);
    return lines.length ? [el.h3(title), bullets(lines)] : null;
  });
  const onclick = () => set(old.facts);
  return section(
    "Since the last change",
    el.div({ className: "two" }, half("Before", old, now), half("Now", now, old)),
    kinds.some(Boolean) ? kinds : el.p("Every therapy has the same verdict and grade."),
    el.p(el.button({ type: "button", className: "back", onclick }, "Go back to the state before")),
  );
}

function contradictions(issues) {
  return issues.map(([fact, other, text]) => {
    const against = fact === other ? ":" : ` contradicts ${other}:`;
    return note(`${fact}${against} ${text}.`, "issue");
  });
}

// ---- an explanation ---------------------------------------------------------------------

function node(state, text, children = []) {
  const below = children.length ? el.ul(children) : null;
  return el.li({ className: `node ${state}` }, el.span(text), below);
}

// The nodes of one explanation, from the ways down to the facts of the patient.
class Tree {
  constructor(atoms) {
    this.atoms = atoms;
  }

  nodes() {
    const shown = this.atoms.rows("shown").map((way) => [way.join(), way]);
    return shown.sort(([a], [b]) => natural(a, b)).map(([, way]) => this.way(way));
  }

  way(way) {
    const { atoms } = this;
    const [statement] = way;
    const [state] = atoms.of("leads", ...way);
    const idle = atoms.of("idle", ...way);
    const them = idle.length > 1 ? "them" : "it";
    const passed = `${listed(idle)} passed: nothing in the patient's facts concerns ${them}`;
    const barring = atoms.of("checked", ...way).filter((exclusion) => !idle.includes(exclusion));
    const passages = barring.map((exclusion) => this.passage([...way, exclusion]));
    if (idle.length) passages.push(node("met", passed));
    const text = `statement ${statement} ${data.words.holds[state]}: ${data.texts[statement]}`;
    return this.source([...way, statement], state, text + cited(statement), passages);
  }

  passage(source) {
    const [state] = this.atoms.of("passage", ...source);
    const exclusion = source.at(-1);
    const text = `${exclusion} ${data.words.passed[state]}: ${data.texts[exclusion]}`;
    return this.source(source, state, text, []);
  }

  source(source, state, text, passages) {
    const of = (row) => source.every((item, at) => row[at] === item);
    const rows = this.atoms
      .rows("state")
      .filter(of)
      .map((row) => row.slice(source.length));
    rows.sort(([a], [b]) => natural(a, b));
    const checks = rows.map(([finding, found]) => this.check(source, finding, found));
    const relied = by(this.atoms.of("uses", ...source), "; ");
    return node(state, text + relied, [...checks, ...passages]);
  }

  check(source, finding, state) {
    const { atoms } = this;
    const cites = [...atoms.of("shows", finding), ...atoms.of("cited", ...source, finding)];
    const wanted = state === "met" ? "" : needing(atoms.of("asks_for", ...source, finding));
    const start = state === "unmet" ? "not met: " : "";
    const text = `${start}${valued(atoms, finding)}${wanted}`;
    const facts = distinct(cites).map((fact) => node("met", fact));
    return node(state, text + by(atoms.of("read_by", finding), "; "), facts);
  }
}

function explanationView(title, { atoms, remarks, changes, barred }) {
  return el.section(
    title,
    el.ul({ className: "tree" }, new Tree(atoms).nodes()),
    remarks.map((text) => el.p({ className: "remark" }, text)),
    changes.length
      ? [
          el.h3("What would make it eligible"),
          el.ul(
            { className: "changes" },
            changes.map((text) => el.li(text)),
          ),
        ]
      : null,
    barred ? el.p({ className: "barred" }, barred) : null,
  );
}
