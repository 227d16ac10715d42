// One answer: what is certain of a patient and what is possible, and what is said of it.

"use strict";

const STATUSES = ["eligible", "undetermined", "excluded"];

// The answer to a patient, or the facts that contradict each other.
async function answerTo(facts) {
  const ground = await Ground.of(facts);
  const issues = new Atoms(ground.facts).rows("issue");
  if (issues.length) return { facts, issues };
  const certain = await ground.consequences("cautious");
  if (!certain) throw new Error("The program leaves no answer for this patient.");
  const possible = await ground.consequences("brave");
  const answer = new Answer(facts, [...ground.facts, ...certain], [...ground.facts, ...possible]);
  const open = answer.names("undetermined").length > 0;
  answer.missing = new Atoms(open ? await ground.missing() : []);
  const input = ground.facts.filter((atom) => data.ofTable.includes(called(atom)));
  const program = `${data.sets}\n${stated([...input, ...answer.ofVerdicts()])}`;
  answer.takeSets(await models(program, `${data.constants} 0`));
  return answer;
}

class Answer {
  constructor(facts, certain, possible) {
    Object.assign(this, { facts, certain: new Atoms(certain), possible: new Atoms(possible) });
    this.inScope = !this.certain.has("notice", "scope");
    this.offers = grouped(this.certain.rows("offer").map((offer) => [offer[2], offer]));
    const [sure, some] = [this.certain.of("eligible"), this.possible.of("eligible")];
    const open = (therapy) => (some.includes(therapy) ? "undetermined" : "excluded");
    const status = (therapy) => (sure.includes(therapy) ? "eligible" : open(therapy));
    const others = some.filter((therapy) => !data.order.includes(therapy)).sort();
    const all = this.inScope ? [...data.order, ...others] : [];
    this.verdicts = new Map(all.map((therapy) => [therapy, status(therapy)]));
    const silent = sure.length ? [] : this.certain.rows("if_none");
    this.notices = [...this.possible.rows("notice"), ...silent];
    this.notices.sort(([a], [b]) => compare(a, b));
  }

  // What the sets are made from: what is certain, or else what supports a therapy together.
  ofVerdicts() {
    const { certain, possible } = this;
    const text = (name, rows) => rows.map((row) => `${name}(${row.join()})`);
    const sure = data.ofVerdicts.flatMap((name) => text(name, certain.raw[name] ?? []));
    const together = (possible.raw.because ?? []).filter(([therapy]) => {
      return certain.has("eligible", word(therapy)) && !certain.has("because", word(therapy));
    });
    return [...sure, ...text("because", together)];
  }

  // The sets, best grade first; in each the systemic therapy first.
  takeSets(models) {
    const local = (therapy) => data.locoregional.includes(therapy);
    const sets = new Map();
    for (const model of this.inScope ? models : []) {
      const atoms = new Atoms(model);
      const therapies = atoms.of("recommended").sort((a, b) => local(a) - local(b));
      const [grade = ""] = atoms.of("set_grade");
      const [rank, relies] = [data.ranks[grade] ?? 0, atoms.of("set_relies")];
      const set = { therapies, grade, rank, relies };
      if (therapies.length) sets.set(JSON.stringify(set), set);
    }
    this.sets = [...sets.values()];
    const name = ({ therapies }) => therapies.join("\0");
    this.sets.sort((a, b) => b.rank - a.rank || compare(name(a), name(b)));
    this.preferred = this.sets.filter(({ rank }) => rank === this.sets[0].rank);
  }

  names(status) {
    return [...this.verdicts.keys()].filter((therapy) => this.verdicts.get(therapy) === status);
  }

  // The highest grade that a therapy has in every completion.
  grade(therapy) {
    const ranks = this.certain.of("has_grade", therapy).map(Number);
    return Object.keys(data.ranks).find((grade) => data.ranks[grade] === Math.max(...ranks)) ?? "";
  }

  verdict(therapy) {
    if (!this.inScope) return "no verdict";
    const status = this.verdicts.get(therapy) ?? "excluded";
    return [status, this.grade(therapy)].filter(Boolean).join(", ");
  }

  // The statements that support a therapy in every completion, or else those that do together.
  reasons(therapy) {
    const alone = this.certain.of("because", therapy);
    return alone.length ? alone : this.possible.of("because", therapy);
  }

  // The objection that decides in every completion, or else the first that may.
  deciding(therapy) {
    const against = this.against(therapy);
    const of = (atoms) => atoms.of("deciding", therapy).filter((name) => against.has(name));
    const bars = (name) => against.get(name).bars;
    const all = [...against.keys()];
    const ways = [of(this.certain), of(this.possible), all.filter(bars), all];
    const place = (name) => data.places[name] ?? 1e6;
    const first = (a, b) => place(a) - place(b) || compare(a, b);
    return ways.find((found) => found.length)?.sort(first)[0] ?? "";
  }

  // A finding as it is, with the facts that show it, and what was needed.
  told(therapy, finding, needs = []) {
    const cites = this.certain.of("cites", therapy, finding);
    const facts = distinct([...this.certain.of("shows", finding), ...cites]).join(", ");
    const value = `${spoken(finding)}: ${spoken(this.certain.value(finding))}`;
    return `${value}${facts && ` (${facts})`}${needing(needs)}`;
  }

  // Behind a statement that supports a therapy.
  grounds(therapy, statement) {
    const sure = this.certain.rows("applies", statement).some((row) => row[2] === therapy);
    const atoms = sure ? this.certain : this.possible;
    const findings = distinct(atoms.rows("needed", therapy, statement).map((row) => row[2]));
    const found = findings.map((finding) => {
      const known = this.certain.value(finding) !== null;
      const needs = known ? [] : atoms.of("needed", therapy, statement, finding);
      return this.told(therapy, finding, needs);
    });
    const relies = by(this.certain.of("relies", therapy, statement));
    return [...found, relies].filter(Boolean).join("; ");
  }

  // What speaks against an excluded therapy: by source whether it bars, and what it needs of
  // which finding. Of each offer the conditions that are not met, or else those that may not be.
  against(therapy) {
    const found = new Map();
    for (const offer of this.offers.get(therapy) ?? []) {
      const [sure, some] = [this.certain, this.possible].map((it) => it.rows("unmet", ...offer));
      const line = some.filter(([statement, , , by, of]) => by === statement && of === "line");
      for (const row of [line, sure, some].find((rows) => rows.length) ?? []) {
        const [statement, , , by, of] = row;
        if (!found.has(by)) found.set(by, { bars: data.exclusions.includes(by), needs: new Map() });
        const { needs } = found.get(by);
        found.get(by).bars ||= by !== statement;
        needs.set(of, distinct([...(needs.get(of) ?? []), ...this.certain.of("wants", ...row)]));
      }
    }
    return found;
  }

  // Why it is, by what decides.
  objection(therapy) {
    const why = this.deciding(therapy);
    const { bars, needs } = this.against(therapy).get(why);
    if ([...needs.keys()].join() === "line") return `${names(needs.get("line"), "or")} only.`;
    const found = [...needs].map(([finding, wanted]) => this.told(therapy, finding, wanted));
    return `${[bars ? source(why) : `statement ${why}`, ...found].join("; ")}.`;
  }

  // What keeps the grade of a therapy down, each source with what it found.
  lowered(therapy) {
    const rows = this.possible.rows("lowered", therapy).map(([, why, finding]) => [why, finding]);
    return [...grouped(rows)].map(([why, findings]) => {
      const found = distinct(findings).map((finding) => this.told(therapy, finding));
      return `${[source(why), ...found].join("; ")}.`;
    });
  }

  summary() {
    const line = capital(spoken(this.certain.value("line")));
    if (!this.inScope) return `${line}. The table does not speak of this patient.`;
    const [{ length }, [best]] = [this.preferred, this.preferred];
    const grade = best?.grade ? `, grade ${best.grade}` : "";
    const sets = best ? `${length} preferred ${length > 1 ? "sets" : "set"}${grade}` : "No set";
    const counts = STATUSES.map((status) => `${this.names(status).length} ${status}`);
    return `${line}. ${sets}. Of ${this.verdicts.size} therapies, ${counts.join(", ")}.`;
  }

  // The interpretations that the answer relies on, those of the preferred sets first.
  choices() {
    const relied = (of) => this.certain.rows("relies", of).map((row) => row[2]);
    const of = (set) => [...set.relies, ...set.therapies.flatMap(relied)];
    const preferred = this.preferred.flatMap(of);
    const read = this.certain.rows("read_by").map((row) => row[1]);
    const other = [...read, ...[...this.verdicts.keys()].flatMap(relied)];
    return [...new Set([...distinct(preferred), ...distinct(other)])];
  }
}

// ---- what answers and explanations say alike --------------------------------------------

const by = (names, joint = "") => (names.length ? `${joint}by ${names.join(", ")}` : "");
const needing = (needs) => (needs.length ? `, needs ${names(needs, "or")}` : "");

function cited(source) {
  const references = (data.references[source] ?? []).join(", ");
  return references && ` [${references}]`;
}

const source = (name) => `${name}, ${data.texts[name]}${cited(name)}`;

// Sets as lines: first therapies that stand with the same others share one.
function setLines(sets) {
  const rows = [...grouped(sets.map((set) => [set.therapies[0], set]))].map(([first, items]) => {
    const beside = items.map(({ therapies: [, ...rest] }) => rest.length && `with ${names(rest)}`);
    const company = beside.some(Boolean) ? listed(beside.map((it) => it || "alone"), "or") : "";
    return [JSON.stringify([company, by(distinct(items.flatMap((set) => set.relies)))]), first];
  });
  return [...grouped(rows)].map(([key, firsts]) => {
    const [company, relies] = JSON.parse(key);
    const each = firsts.length > 1 ? "each " : "";
    return `${names(firsts, "or")}${company && `, ${each}${company}`}${relies && ` (${relies})`}`;
  });
}
