// One answer, read from the atoms of its models, and what is said of it in sentences.

"use strict";

const STATUSES = ["eligible", "undetermined", "excluded"];

class Answer {
  constructor(facts, models) {
    const atoms = new Atoms(models[0]);
    const verdicts = STATUSES.flatMap((status) => atoms.of(status).map((of) => [of, status]));
    const place = (therapy) => (data.order.includes(therapy) ? data.order.indexOf(therapy) : 1e6);
    verdicts.sort(([a], [b]) => place(a) - place(b) || natural(a, b));
    Object.assign(this, { facts, atoms, verdicts: new Map(verdicts) });
    this.inScope = verdicts.length > 0;
    this.sets = models.map((model) => this.set(model)).filter(Boolean);
    this.sets.sort((a, b) => b.rank - a.rank || natural(a.therapies.join(), b.therapies.join()));
    this.preferred = this.sets.filter(({ rank }) => rank === this.sets[0].rank);
  }

  set(model) {
    const ofSet = /^(recommended|set_relies|set_grade)\(/;
    const atoms = new Atoms(model.filter((atom) => ofSet.test(atom)));
    const local = (therapy) => data.locoregional.includes(therapy);
    const therapies = atoms.of("recommended").sort((a, b) => local(a) - local(b));
    const grade = atoms.of("set_grade")[0] ?? "";
    const rank = data.ranks[grade] ?? 0;
    return therapies.length && { therapies, grade, rank, relies: atoms.of("set_relies") };
  }

  grade(therapy) {
    return this.atoms.of("grade", therapy)[0] ?? "";
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

  // What each condition of a reason found, with the facts that show it.
  found(therapy, why) {
    const { atoms } = this;
    const wants = (finding) => needing(atoms.of("wants", therapy, why, finding));
    return this.told(therapy, atoms.of("mentions", therapy, why), wants);
  }

  told(therapy, findings, wants = () => "") {
    const { atoms } = this;
    return findings.map((finding) => {
      const shows = atoms.of("shows", finding);
      const facts = distinct([...shows, ...atoms.of("cites", therapy, finding)]).join(", ");
      return `${valued(atoms, finding)}${facts && ` (${facts})`}${wants(finding)}`;
    });
  }

  grounds(therapy, why) {
    const relies = by(this.atoms.of("relies", therapy, why));
    return [...this.found(therapy, why), relies].filter(Boolean).join("; ");
  }

  against(therapy) {
    const [why] = this.atoms.of("deciding", therapy);
    const lines = this.atoms.of("only_for", therapy);
    if (lines.length) return `${names(lines, "or")} only.`;
    const bars = data.exclusions.includes(why) || this.atoms.of("objects", therapy).includes(why);
    const start = bars ? `${why}, ${data.texts[why]}${cited(why)}` : `statement ${why}`;
    return `${[start, ...this.found(therapy, why)].join("; ")}.`;
  }

  // What keeps the grade of a therapy down, each source with what it found.
  lowered(therapy) {
    return this.atoms.of("kept_down", therapy).map((why) => {
      const found = this.told(therapy, this.atoms.of("tells", therapy, why));
      return `${[`${why}, ${data.texts[why]}${cited(why)}`, ...found].join("; ")}.`;
    });
  }

  summary() {
    const line = capital(spoken(this.atoms.value("line")));
    if (!this.inScope) return `${line}. ${data.words.scope}`;
    const [best] = this.preferred;
    const plural = this.preferred.length === 1 ? "set" : "sets";
    const grade = best?.grade ? `, grade ${best.grade}` : "";
    const sets = best ? `${this.preferred.length} preferred ${plural}${grade}` : "No set";
    const counts = STATUSES.map((status) => `${this.names(status).length} ${status}`);
    return `${line}. ${sets}. Of ${this.verdicts.size} therapies, ${counts.join(", ")}.`;
  }

  // The choices that the answer relies on, each once, by what they are relied on for.
  choices() {
    const { atoms } = this;
    const all = (name, items) => items.flatMap((item) => atoms.of(name, item));
    const chosen = this.preferred.flatMap((set) => [
      ...set.relies,
      ...all("relied", set.therapies),
    ]);
    const read = all("read_by", atoms.of("asked")).filter((item) => !chosen.includes(item));
    const before = [...chosen, ...read];
    const other = all("relied", [...this.verdicts.keys()]).filter((it) => !before.includes(it));
    return Object.entries({
      "For the preferred sets": distinct(chosen),
      "For the findings of this patient": distinct(read),
      "For other therapies only": distinct(other),
    });
  }
}

// ---- what answers and explanations say alike --------------------------------------------

const by = (choices, joint = "") => (choices.length ? `${joint}by ${choices.join(", ")}` : "");
const valued = (atoms, finding) => `${spoken(finding)}: ${spoken(atoms.value(finding))}`;

function needing(wanted) {
  const plain = wanted.length === 0 || (wanted.length === 1 && wanted[0] === "yes");
  return plain ? "" : `, needs ${names(wanted, "or")}`;
}

function cited(statement) {
  const references = (data.references[statement] ?? []).join(", ");
  return references && ` [${references}]`;
}

// Sets as lines: first therapies that stand with the same others share one.
function setLines(sets) {
  const rows = [...grouped(sets.map((set) => [set.therapies[0], set]))].map(([first, items]) => {
    const beside = items.map(({ therapies: [, ...rest] }) => rest.length && `with ${names(rest)}`);
    const company = listed(
      beside.map((text) => text || "alone"),
      "or",
    );
    const relies = by(distinct(items.flatMap((set) => set.relies)));
    return [JSON.stringify([beside.some(Boolean) ? company : "", relies && ` (${relies})`]), first];
  });
  return [...grouped(rows)].map(([key, firsts]) => {
    const [company, relies] = JSON.parse(key);
    const each = firsts.length > 1 ? "each " : "";
    return `${names(firsts, "or")}${company && `, ${each}${company}`}${relies}`;
  });
}

// Therapies of one status, those together of which the same is said.
function togetherBy(answer, status, said) {
  return [...grouped(answer.names(status).map((therapy) => [said(therapy), therapy]))];
}
