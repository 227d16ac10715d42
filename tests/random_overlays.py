"""Random overlays, made of all that an overlay can say, and patients to ask them about."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import overlay_reading
import reading
from overlay_reading import Branch, Case, Name, Needs, Overlay

LINES = ("first", "beyond_first", "any", "any")
OFFERED = (
    *("folfox", "folfiri", "capox", "irinotecan", "capecitabine", "panitumumab", "encorafenib"),
    *("folfox+bevacizumab", "folfox+cetuximab", "folfiri+panitumumab", "fruquintinib"),
    *("folfox+cetuximab+encorafenib", "folfiri+bevacizumab+encorafenib", "pembrolizumab"),
    *("folfox+bevacizumab+panitumumab", "panitumumab+encorafenib", "trifluridine_tipiracil"),
    *("trifluridine_tipiracil+bevacizumab", "hai", "tace", "radioembolization", "folfoxiri"),
)
BARRED = (
    *("anti_egfr", "anti_vegf", "checkpoint_inhibitor", "fluoropyrimidine", "locoregional"),
    *("oxaliplatin", "irinotecan", "folfox", "folfiri", "folfox+bevacizumab", "hai", "tace"),
    *("cetuximab", "panitumumab", "encorafenib", "kinase_inhibitor", "folfirinox", "leucovorin"),
    "folfox+cetuximab+encorafenib",
)
OWN_AGENTS = {"kinase_inhibitor": frozenset({"encorafenib", "fruquintinib", "regorafenib"})}
VARIANT = {"variant": ("g12c", "else", "absent")}
HEAD = """
value(variant, (g12c; else; absent)). given(variant, V, variant(V)) :- variant(V).
#defined variant/1. means(variant, "a variant of a gene"). label(variant, "variant").
regimen((panitumumab; encorafenib; fruquintinib)). partner((encorafenib; fruquintinib)).
member(kinase_inhibitor, (encorafenib; fruquintinib; regorafenib)).
"""
WITHDRAWN = (
    *("I4", "I5", "I6", "I7", "I8", "I10", "I11", "I12", "I13", "I15", "I16", "I17", "I18"),
    *(
        "I19",
        "I20",
        "I21",
        "I22",
        "1",
        "1.1",
        "1.2",
        "2",
        "4",
        "5",
        "6.3",
        "7.2",
        "8",
        "9",
        "10.1",
        "11",
    ),
    *("12", "13", "X1", "X2", "X3", "X4", "X5"),
)
BRANCHES = tuple(
    dict.fromkeys(
        (branch.statement, branch.name, branch.therapy)
        for branch in overlay_reading._table(Overlay(), 1)
    )
)


EXCLUSION = "ZX{}"  # the name of an exclusion, whose cases bar and lower in any line


def is_exclusion(name: str) -> bool:
    return name.startswith(EXCLUSION.format(""))


def term(therapy: str) -> str:
    """A therapy as the program writes it."""
    return f"with({therapy.replace('+', ', ')})" if "+" in therapy else therapy


Wanted = tuple[reading.Value | overlay_reading.Bound, ...]


def random_needs(rng: random.Random, most: int) -> dict[str, Wanted]:
    """Up to so many findings of the patient or of the history, each with what would do."""
    pool: dict[str, tuple[Wanted, ...]] = {
        "ras": (("wild_type",), ("mutant",)),
        "kras": (("wild_type",), ("mutant",)),
        "braf": (("wild_type",), ("mutant",)),
        "mmr": (("proficient",), ("deficient",)),
        "side": (("left",), ("right",)),
        "variant": (("g12c",), ("g12c", "else"), ("absent",)),
        "kras_g12c": (("yes",), ("no",)),
        "braf_v600e": (("yes",), ("no",)),
        "her2": (("positive",), ("negative",)),
        "tumor_burden": (("low",), ("high",)),
        "disease_extent": (("liver_only",), ("liver_only", "disseminated")),
        "multifocal_liver_disease": (("early",), ("late", "absent")),
        "liver_metastases": (("resectable",), ("unresectable",)),
        "organ_function": (("adequate",), ("inadequate",)),
        "age": (
            (("at_most", 65),),
            (("at_least", 75),),
            (("at_least", 50), ("at_most", 65)),
            (50, ("at_least", 75)),
        ),
        "ecog": (
            (("at_most", 0),),
            (("at_least", 2),),
            (("at_least", 1), ("at_most", 2)),
            (3, ("at_most", 0)),
        ),
        "later_line": (("yes",), ("no",)),
        "lines_before": (
            (("at_most", 1),),
            (("at_least", 2),),
            (("at_least", 1),),
            (("at_most", 2),),
            (("at_least", 1), ("at_most", 2)),
            (0, ("at_least", 2), ("at_most", 3)),
        ),
        "earlier(oxaliplatin)": (("yes",), ("no",)),
        "earlier(anti_vegf)": (("yes",), ("no",)),
        "earlier(kinase_inhibitor)": (("yes",), ("no",)),
        "initial(irinotecan)": (("yes",), ("no",)),
        "failed(oxaliplatin)": (("yes",), ("no",)),
        "failed(anti_egfr)": (("yes",), ("no",)),
        "failed(fluoropyrimidine)": (("yes",), ("no",)),
        "stopped(1)": (("progression",), ("toxicity", "completed")),
    }
    count = min(most, rng.choice((0, 1, 1, 2, 2, 3)))
    weights = [1 if "(" in name else 2 for name in pool]
    names = dict.fromkeys(rng.choices(list(pool), weights, k=count))
    return {name: rng.choice(pool[name]) for name in names}


def random_overlay(rng: random.Random) -> Overlay:
    """An overlay in which statements, cases and the rest speak of each other."""
    names = [f"N{number}" for number in range(rng.randint(1, 3))]
    cases = [rng.choice(("Z{}", EXCLUSION)).format(n) for n in range(rng.randint(1, 3))]
    focus = rng.sample(OFFERED, 6)
    statements = {name: (rng.choice(LINES), rng.randint(1, 3)) for name in (*names, *cases)}
    statements |= {name: ("any", 0) for name in cases if is_exclusion(name)}
    branches: list[Branch] = []
    for name in names:
        for number in range(rng.randint(1, 2)):
            needs = random_needs(rng, 3)
            grade = rng.choice((None, None, 1, 3))
            for therapy in rng.sample(focus, rng.randint(1, 2)):
                branches.append(Branch(name, f"b{number}", therapy, needs, grade))
    spoken = [(item.statement, item.name, item.therapy) for item in branches]
    found: list[Case] = []
    for source in (*cases, *rng.sample(names, rng.choice((0, 1)))):
        for number in range(rng.randint(1, 2)):
            ceiling = rng.choice((0, 0, 1, 1, 2))
            what = tuple(_named(rng, spoken) for _ in range(rng.choice((1, 1, 2))))
            found.append(Case(source, f"k{number}", what, random_needs(rng, 3), ceiling))
    for branch in rng.sample(branches, rng.choice((0, 1, 1))):  # what is preferred lowers others
        what = tuple(_named(rng, spoken) for _ in range(2))
        found.append(Case(branch.statement, branch.name, what, branch.needs, rng.choice((1, 2))))
    every = [*overlay_reading.STATEMENTS, *names]
    spares = {
        (rng.choice([*cases, *cases, "X2", "X3", "X4", "X5"]), rng.choice([*every, *names, *names]))
        for _ in range(rng.choice((0, 1, 2)))
    }
    spares = {(one, other) for one, other in spares if one[0] == "Z" or other[0] == "N"}
    local = [item for item in branches if item.therapy in reading.LOCOREGIONAL]
    beside = {
        (item.statement, item.therapy, regimen)
        for item in local
        if rng.random() < 0.6
        for regimen in rng.sample(("folfox", "folfiri", "capox", "panitumumab"), rng.randint(1, 2))
    }
    withdrawn = rng.sample((*WITHDRAWN, *names, *cases), rng.choice((0, 0, 1, 2)))
    apart = {
        (rng.choice(BARRED), rng.choice([*every, *names])) for _ in range(rng.choice((0, 0, 1, 2)))
    }
    return Overlay(
        statements=statements,
        branches=tuple(branches),
        cases=tuple(found),
        spares=frozenset(spares),
        beside=frozenset(beside),
        single=frozenset(rng.sample(names, rng.choice((0, 0, 0, 1)))),
        apart=frozenset(apart),
        withdrawn=frozenset(withdrawn),
        regimens=frozenset({"panitumumab", "encorafenib", "fruquintinib"}),
        partners=frozenset({"encorafenib", "fruquintinib"}),
        classes=OWN_AGENTS,
        not_repeated=frozenset(rng.choice(((), ("encorafenib",), ("kinase_inhibitor",)))),
        findings=VARIANT,
        implies=(("variant", "g12c", "kras", "mutant"),),
    )


def with_ties(rng: random.Random, overlay: Overlay) -> Overlay:
    """The overlay, in which locoregional therapies are offered more often, most beside others."""
    names = [name for name in overlay.statements if name.startswith("N")]
    more = [
        Branch(
            rng.choice(names),
            f"t{number}",
            therapy,
            {} if rng.random() < 0.6 else random_needs(rng, 1),
            rng.choice((1, 2, 3)),
        )
        for number, therapy in enumerate(rng.sample(sorted(reading.LOCOREGIONAL), 2))
    ]
    branches = (*overlay.branches, *more)
    beside = {
        (branch.statement, branch.therapy, regimen)
        for branch in branches
        if branch.therapy in reading.LOCOREGIONAL and rng.random() < 0.7
        for regimen in rng.sample(("folfox", "folfiri", "capox"), rng.randint(1, 2))
    }
    return replace(overlay, branches=branches, beside=frozenset(beside))


def of_the_liver(rng: random.Random, given: Given) -> Given:
    """The patient, of whom most of what bars a locoregional therapy is not so."""
    extent = rng.choice(("liver_only", "liver_dominant"))
    findings = {**given.patient.findings, "disease_extent": extent}
    if findings.get("liver_metastases") == "none":
        del findings["liver_metastases"]
    return replace(given, patient=replace(given.patient, findings=findings))


def _named(rng: random.Random, spoken: Iterable[tuple[str, str, str]]) -> Name:
    if rng.random() < 0.3:
        return (rng.choice(BARRED),)
    statement, branch, therapy = rng.choice([*BRANCHES, *list(spoken) * 6])
    full = ("by", statement, branch, therapy)
    if not therapy or (statement, therapy) == ("5", "hai"):
        return ("by", statement)
    return full[: rng.randint(2, 4)]


def rules(overlay: Overlay) -> str:
    """The overlay as the program reads it."""
    lines = [HEAD]
    for name, (line, grade) in overlay.statements.items():
        if is_exclusion(name):
            lines.append(f'exclusion("{name}", "of {name}").')
        else:
            lines.append(f'statement("{name}", {line}, {reading.GRADES[grade]}).')
            lines.append(f'text("{name}", "of {name}").')
        lines.append(f'reference("{name}", "trial {name}").')
    for branch in overlay.branches:
        owner = f'"{branch.statement}", {branch.name}'
        lines.append(f"offers({owner}, {term(branch.therapy)}).")
        lines += needs(owner, branch.needs)
        if branch.grade and branch.grade != overlay.statements[branch.statement][1]:
            lines.append(f"regraded({owner}, {reading.GRADES[branch.grade]}).")
    for case in overlay.cases:
        owner = f'"{case.source}", {case.name}'
        lines += needs(owner, case.needs)
        for what in case.what:
            if case.ceiling:
                lines.append(f"lowers({owner}, {_what(what)}, {reading.GRADES[case.ceiling]}).")
            else:
                lines.append(f"bars({owner}, {_what(what)}).")
    lines += [f'spares("{one}", "{other}").' for one, other in sorted(overlay.spares)]
    lines += [
        f'only_beside("{name}", {term(therapy)}, {regimen}).'
        for name, therapy, regimen in sorted(overlay.beside)
    ]
    lines += [f'single_agent("{name}").' for name in sorted(overlay.single)]
    for part, statement in sorted(overlay.apart):
        lines.append('exclusion("Apart", "no set holds both"). bars_pair("Apart", "Apart").')
        lines.append(f'never_together("Apart", {term(part)}, by("{statement}")).')
    lines += [f'withdrawn("{name}").' for name in sorted(overlay.withdrawn)]
    lines += [f"not_repeated({name})." for name in sorted(overlay.not_repeated)]
    lines += [f"implies({', '.join(implied)})." for implied in overlay.implies]
    return "\n".join(dict.fromkeys(lines))


def needs(owner: str, wanted: Needs) -> list[str]:
    return [
        f"needs({owner}, {finding}, {_value(value)})."
        for finding, values in wanted.items()
        for value in values
    ]


def _value(value: reading.Value | overlay_reading.Bound) -> str:
    return f"{value[0]}({value[1]})" if isinstance(value, tuple) else str(value)


def _what(what: Name) -> str:
    if what[0] != "by":
        return term(what[0])
    statement, *rest = what[1:]
    return f"by({', '.join([f'{chr(34)}{statement}{chr(34)}', *rest[:1], *map(term, rest[1:])])})"


# --- patients -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A patient with the findings of the overlay."""

    patient: reading.Patient
    extra: Mapping[str, str]

    def facts(self) -> str:
        own = " ".join(f"{name}({value})." for name, value in sorted(self.extra.items()))
        return f"{self.patient.facts()} {own}"


HISTORIES: tuple[tuple[frozenset[str], ...], ...] = tuple(
    tuple(frozenset(line.split("+")) for line in history.split(" "))
    for history in (
        "folfox+cetuximab+encorafenib folfiri",
        "folfox+cetuximab+encorafenib",
        "folfiri+bevacizumab+encorafenib folfox",
        "folfox+bevacizumab+panitumumab irinotecan folfox",
        "panitumumab folfox",
        "folfox+panitumumab folfiri",
        "panitumumab+encorafenib folfiri",
        "panitumumab+encorafenib capox encorafenib",
        "encorafenib fruquintinib",
        "encorafenib+fruquintinib folfox",
        "folfox+bevacizumab+cetuximab folfiri",
        "fruquintinib folfox+fruquintinib",
        "folfox+bevacizumab folfiri+encorafenib regorafenib",
        "irinotecan+cetuximab capox+panitumumab",
    )
)


def random_patient(rng: random.Random, ignorance: float) -> Given:
    """A consistent patient, of whom some findings are not given."""
    patient = reading.random_patient(rng, ignorance=0)
    if len(patient.received) > 3:
        return random_patient(rng, ignorance)
    if rng.random() < 0.4:
        received = dict(enumerate(rng.choice(HISTORIES), start=1))
        stops = ("progression", "progression", "toxicity", "completed", "other")
        stopped = {line: rng.choice(stops) for line in received}
        patient = replace(patient, received=received, stopped=stopped, toxic={})
    if rng.random() < 0.15:
        limit = rng.choice(("encorafenib", "kinase_inhibitor", "panitumumab", "folfox"))
        patient = replace(patient, unavailable=frozenset({limit}))
    truth = dict(patient.findings)
    genes = ("kras", "nras")
    for gene in genes:
        truth.setdefault(gene, "wild_type" if truth.get("ras") == "wild_type" else "mutant")
    truth["ras"] = "mutant" if "mutant" in (truth["kras"], truth["nras"]) else "wild_type"
    truth = {"kras_g12c": "no", "braf_v600e": "no", **truth}
    variant = rng.choice(VARIANT["variant"])
    extra = {"variant": variant if truth["kras"] == "mutant" else rng.choice(("else", "absent"))}
    patient = replace(patient, findings=truth)
    if ignorance:
        findings = {name: v for name, v in truth.items() if rng.random() >= ignorance}
        if rng.random() < 0.5:
            findings = {name: v for name, v in findings.items() if name not in genes}
        if "kras" not in findings:  # or else KRAS and RAS are two names of one finding
            findings.pop("nras", None)
        stopped = {line: r for line, r in patient.stopped.items() if rng.random() >= ignorance}
        toxic = {line: agents for line, agents in patient.toxic.items() if line in stopped}
        patient = replace(patient, findings=findings, stopped=stopped, toxic=toxic)
        extra = extra if rng.random() >= ignorance else {}
    return Given(patient, extra)
