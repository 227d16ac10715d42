// The view: an answer and an explanation laid out.

"use strict";

const section = (title, ...content) => el.section(el.h2(title), ...content);
const bullets = (texts) => el.ul(texts.map((text) => el.li(text)));
const note = (text, kind = "") => el.p({ className: `note ${kind}`, role: "note" }, text);

// ---- an answer --------------------------------------------------------------------------

function answerView(answer, before) {
  const missing = (therapy) => [names(answer.missing.of("decides", therapy))];
  return [
    el.details(el.summary("Patient"), understood(answer)),
    ...answer.notices.map(([, text]) => note(text)),
    ...(answer.preferred.length ? preferred(answer) : []),
    before ? since(before, answer) : null,
    saidOf(answer, "eligible", "No higher grade", (therapy) => answer.lowered(therapy)),
    saidOf(answer, "undetermined", "Tests that could add a therapy", missing),
    saidOf(answer, "excluded", "Excluded", (therapy) => [answer.objection(therapy)]),
    verdicts(answer),
    el.div({ id: "explanation", "aria-live": "polite" }),
    relied(answer),
  ].filter(Boolean);
}

// What is said of the therapies of one status, those together of which the same is said.
function saidOf(answer, status, title, say) {
  const pairs = answer.names(status).flatMap((of) => say(of).map((said) => [said, of]));
  const lines = [...grouped(pairs)].map(([said, of]) => `${names(of)}: ${said}`);
  return lines.length ? section(title, bullets(lines)) : null;
}

function preferred(answer) {
  const best = answer.preferred;
  const rest = answer.sets.slice(best.length).map((set) => [set.grade, set]);
  const others = [...grouped(rest)].map(([grade, sets]) => {
    const reasons = el.details(el.summary("Why"), why(answer, sets));
    return [el.h3(grade), bullets(setLines(sets)), reasons];
  });
  const any = best.length > 1 ? el.p("Any one of these, not ranked.") : null;
  const lines = [any, bullets(setLines(best)), why(answer, best)].filter(Boolean);
  const sets = section("Preferred", ...lines);
  return others.length ? [sets, section("Next best", ...others.flat())] : [sets];
}

// The statements behind some sets, those together that say the same of several therapies.
function why(answer, sets) {
  const therapies = [...new Set(sets.flatMap((set) => set.therapies))];
  const reasons = therapies.flatMap((of) =>
    answer.reasons(of).map((it) => [JSON.stringify([it, answer.grounds(of, it)]), of]),
  );
  const items = [...grouped(reasons)].map(([key, of]) => [...JSON.parse(key), of]);
  const entries = items.sort(([a], [b]) => natural(a, b)).map(([statement, grounds, of]) => {
    const number = el.span({ className: "number" }, statement);
    const text = ` ${names(of)}: ${data.texts[statement]}${cited(statement)}`;
    return el.li(el.p(number, text), el.p({ className: "for" }, grounds));
  });
  return el.ul({ className: "reasons" }, entries);
}

function verdicts(answer) {
  const therapies = answer.inScope ? [...answer.verdicts.keys()] : data.order;
  const rows = therapies.map((therapy) => {
    const status = answer.verdicts.get(therapy) ?? "";
    const statements = status === "eligible" ? answer.certain.of("because", therapy) : [];
    const missing = answer.missing.of("decides", therapy);
    const deciding = status === "excluded" ? answer.deciding(therapy) : "";
    const label = `Explain ${spoken(therapy)}`;
    const onclick = () => explain(therapy);
    const row = el.tr(
      el.th({ scope: "row" }, spoken(therapy)),
      el.td(answer.verdict(therapy)),
      el.td([...statements, ...missing.map(spoken), deciding].filter(Boolean).join(", ")),
      el.td(el.button({ type: "button", "aria-label": label, onclick }, "Explain")),
    );
    const grade = answer.grade(therapy);
    Object.assign(row.dataset, { therapy, status, grade, statements, missing, deciding });
    return row;
  });
  const titles = ["Therapy", "Verdict", "By"].map((text) => el.th({ scope: "col" }, text));
  const head = el.thead(el.tr(titles, el.td()));
  return section("All therapies", el.table({ className: "sets verdicts" }, head, el.tbody(rows)));
}

function relied(answer) {
  const entries = answer.choices().map((it) => el.div(el.dt(it), el.dd(data.interpretations[it])));
  return section("Interpretations relied on", el.dl({ className: "facts choices" }, entries));
}

function understood(answer) {
  const { certain } = answer;
  const derived = certain.of("asked").filter((finding) => {
    return certain.of("shows", finding).some((fact) => called(fact) !== called(finding));
  });
  const lines = derived.map((finding) => {
    return answer.told("", finding) + by(certain.of("read_by", finding), ", ");
  });
  const facts = el.p(answer.facts.length ? el.code(stated(answer.facts)) : "Nothing is known.");
  return lines.length ? [facts, el.h3("Derived"), bullets(lines)] : facts;
}

// What has changed since the state before.
function since(old, now) {
  const all = [...new Set([...now.verdicts.keys(), ...old.verdicts.keys()])];
  const changed = all.filter((of) => old.verdict(of) !== now.verdict(of));
  const said = changed.map((of) => [`${old.verdict(of)} before, ${now.verdict(of)} now`, of]);
  const lines = [...grouped(said)].map(([change, of]) => `${names(of)}: ${change}`);
  const onclick = () => set(old.facts);
  return section(
    "Since the last change",
    lines.length ? bullets(lines) : el.p("Every therapy has the same verdict and grade."),
    el.p(el.button({ type: "button", className: "back", onclick }, "Go back to the state before")),
  );
}

function contradictions({ facts, issues }) {
  issues.sort(([a], [b]) => facts.indexOf(a) - facts.indexOf(b));
  return issues.map(([fact, other, text]) => {
    const against = fact === other ? ":" : ` contradicts ${other}:`;
    return note(`${fact}${against} ${text}.`, "issue");
  });
}

// ---- an explanation ---------------------------------------------------------------------

const APPLIES = { met: "applies", unmet: "does not apply", unknown: "may apply" };
const PASSED = { met: "lets it pass", unmet: "bars it", unknown: "may bar it" };

function node(state, text, children = []) {
  const below = children.length ? el.ul(children) : null;
  return el.li({ className: `node ${state}` }, el.span(text), below);
}

const stateOf = (met, possible) => (met ? "met" : possible ? "unknown" : "unmet");

// A way by which a statement offers a therapy: its conditions, and what might bar it.
function way(answer, offer) {
  const { certain, possible } = answer;
  const [statement, , therapy] = offer;
  const rows = [...possible.rows("wants", ...offer), ...possible.rows("unmet", ...offer)];
  const sources = grouped(rows.map((row) => [row[3], row[4]]));
  const condition = (source) => (finding) => {
    const row = [...offer, source, finding];
    const state = stateOf(!possible.has("unmet", ...row), !certain.has("unmet", ...row));
    const needs = state === "met" ? [] : certain.of("wants", ...row);
    const start = state === "unmet" ? "not met: " : "";
    const read = by(certain.of("read_by", finding), "; ");
    return [state, node(state, `${start}${answer.told(therapy, finding, needs)}${read}`)];
  };
  const conditions = (source) => distinct(sources.get(source) ?? []).map(condition(source));
  const barring = [...sources.keys()].filter((source) => source !== statement).sort(natural);
  const exclusions = barring.map((name) => {
    const found = conditions(name);
    const is = (state) => found.some(([of]) => of === state);
    const state = stateOf(!is("unmet") && !is("unknown"), !is("unmet"));
    return node(state, `${name} ${PASSED[state]}: ${data.texts[name]}`, found.map(([, it]) => it));
  });
  const state = stateOf(certain.has("applies", ...offer), possible.has("applies", ...offer));
  const said = `${APPLIES[state]}: ${data.texts[statement]}${cited(statement)}`;
  const relies = by(certain.of("relies", therapy, statement), "; ");
  const children = [...conditions(statement).map(([, it]) => it), ...exclusions];
  return [state, node(state, `statement ${statement} ${said}${relies}`, children)];
}

function explanationView(answer, therapy, changes) {
  const offers = (answer.offers.get(therapy) ?? []).sort((a, b) => natural(a.join(), b.join()));
  const ways = offers.map((offer) => way(answer, offer));
  const best = ["met", "unknown"].find((state) => ways.some(([of]) => of === state));
  const eligible = answer.verdicts.get(therapy) === "eligible";
  const shown = ways.filter(([state]) => !eligible || state === best);
  const lowered = eligible ? answer.lowered(therapy) : [];
  const remarks = lowered.map((why) => `No higher grade: ${why}`);
  if (!ways.length) remarks.push("No statement of the table offers it.");
  if (!eligible && !changes.length) {
    remarks.push("No other findings would make it eligible, with this history and these limits.");
  }
  const change = ([finding, to]) =>
    `${spoken(finding)}: ${names(to, "or")} (now ${spoken(answer.certain.value(finding))})`;
  const lines = changes.map((all) => el.li(listed(all.map(change))));
  return [
    el.ul({ className: "tree" }, shown.map(([, it]) => it)),
    remarks.map((text) => el.p({ className: "remark" }, text)),
    lines.length ? el.h3("What would make it eligible") : null,
    lines.length ? el.ul({ className: "changes" }, lines) : null,
  ];
}
