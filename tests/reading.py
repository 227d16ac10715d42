"""A second, brute-force reading of the guideline table, to test the logic program against.

Nothing here is shared with the program. Every eligibility decision is made on a complete
assignment of findings; what is unknown is filled in by plain enumeration. An enumeration for
one therapy covers the findings that its decision looked up in at least one completion: a
finding that no completion looks up cannot change the answer (see `_completions`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise, product
from typing import Any, Literal

Value = str | int

GRADES = {1: "considered", 2: "recommended", 3: "benefit"}
CONSIDERED, RECOMMENDED, BENEFIT = 1, 2, 3

STATEMENTS = (
    *("1", "1.1", "2", "3", "4", "5", "6.1", "6.2", "6.3", "6.4", "6.5", "7.1", "7.2", "8"),
    *("9", "10.1", "10.2", "10.3", "11", "12", "13"),
)

PARTNERS = frozenset(
    {"bevacizumab", "aflibercept", "ramucirumab", "cetuximab", "panitumumab", "ipilimumab"}
)
LOCOREGIONAL = frozenset({"hai", "tace", "radioembolization"})
# Local treatments: they are in histories alone, and no statement asks about them.
LOCAL = frozenset({"resection", "ablation", "radiotherapy"})
REGIMENS = (
    *("fluorouracil_leucovorin", "capecitabine", "folfox", "capox", "sox", "folfiri", "capiri"),
    *("iris", "irinotecan", "folfirinox", "folfoxiri", "regorafenib", "trifluridine_tipiracil"),
    *("pembrolizumab", "nivolumab"),
)
# What is in histories alone, beside local treatments: single drugs by name, and any other.
DRUGS = (
    *("fluorouracil", "leucovorin", "oxaliplatin", "s1", "floxuridine", "raltitrexed"),
    *("tegafur_uracil", "encorafenib", "vemurafenib", "sotorasib", "adagrasib", "fruquintinib"),
    *("zanzalintinib", "tucatinib", "lapatinib", "trastuzumab", "pertuzumab"),
    *("trastuzumab_deruxtecan", "atezolizumab", "dostarlimab", "cabozantinib", "larotrectinib"),
    *("entrectinib", "other_systemic"),
)
AGENTS = {
    "fluorouracil_leucovorin": ("fluorouracil", "leucovorin"),
    "folfox": ("fluorouracil", "leucovorin", "oxaliplatin"),
    "folfiri": ("fluorouracil", "leucovorin", "irinotecan"),
    "folfirinox": ("fluorouracil", "leucovorin", "oxaliplatin", "irinotecan"),
    "folfoxiri": ("fluorouracil", "leucovorin", "oxaliplatin", "irinotecan"),
    "capox": ("capecitabine", "oxaliplatin"),
    "capiri": ("capecitabine", "irinotecan"),
    "sox": ("s1", "oxaliplatin"),
    "iris": ("s1", "irinotecan"),
    "hai": ("floxuridine",),
}
CLASSES = {
    "anti_vegf": ("bevacizumab", "aflibercept", "ramucirumab"),
    "anti_egfr": ("cetuximab", "panitumumab"),
    "checkpoint_inhibitor": (
        *("pembrolizumab", "nivolumab", "ipilimumab", "atezolizumab", "dostarlimab"),
    ),
    "fluoropyrimidine": ("fluorouracil", "capecitabine", "s1", "floxuridine", "tegafur_uracil"),
    "braf_inhibitor": ("encorafenib", "vemurafenib"),
    "kras_g12c_inhibitor": ("sotorasib", "adagrasib"),
    "anti_her2": (
        *("trastuzumab", "pertuzumab", "trastuzumab_deruxtecan", "tucatinib", "lapatinib"),
    ),
}
# I22: what drugs named one by one make up.
MADE_UP = {
    frozenset(drugs.split("+")): regimen
    for drugs, regimen in {
        "fluorouracil": "fluorouracil_leucovorin",
        "fluorouracil+oxaliplatin": "folfox",
        "fluorouracil+irinotecan": "folfiri",
        "fluorouracil+oxaliplatin+irinotecan": "folfoxiri",
        "capecitabine+oxaliplatin": "capox",
        "capecitabine+irinotecan": "capiri",
        "s1+oxaliplatin": "sox",
        "s1+irinotecan": "iris",
    }.items()
}
# X3: what is not repeated once it failed, single agents and whole classes.
NOT_REPEATED = frozenset(
    {"oxaliplatin", "irinotecan", "regorafenib", "trifluridine_tipiracil"}
    | {"floxuridine", "tace", "radioembolization"}
    | {"anti_egfr", "checkpoint_inhibitor"}
)

THERAPIES = (
    *("folfox", "folfiri", "folfox+bevacizumab", "folfiri+bevacizumab"),
    *("folfox+cetuximab", "folfiri+cetuximab", "folfox+panitumumab", "folfiri+panitumumab"),
    *("sox", "iris", "folfirinox", "folfoxiri", "fluorouracil_leucovorin"),
    *("folfiri+aflibercept", "folfiri+ramucirumab", "regorafenib", "trifluridine_tipiracil"),
    *("pembrolizumab", "nivolumab", "nivolumab+ipilimumab"),
    *("hai", "tace", "radioembolization"),
)

RIGHT_SITES = ("cecum", "ascending_colon", "hepatic_flexure", "transverse_colon")
LEFT_SITES = (
    *("splenic_flexure", "descending_colon", "sigmoid_colon", "rectosigmoid_junction"),
    "rectum",
)
FINDINGS = (
    *("age", "ecog", "primary_site", "side", "kras", "nras", "ras", "braf", "mmr", "msi"),
    *("tumor_burden", "country", "liver_metastases", "disease_extent"),
    *("multifocal_liver_disease", "organ_function", "braf_v600e", "kras_g12c", "her2"),
)
# Findings that later sources alone ask about.
LATER: dict[str, tuple[Value, ...]] = {
    "braf_v600e": ("yes", "no"),
    "kras_g12c": ("yes", "no"),
    "her2": ("positive", "negative"),
}
# The values that fill in an unknown concept. Two ages, one either side of the limit, do for all.
DOMAINS: dict[str, tuple[Value, ...]] = {
    "ras": ("wild_type", "mutant"),
    "braf": ("wild_type", "mutant"),
    "mmr": ("proficient", "deficient"),
    "age": (50, 80),
    "ecog": (0, 1, 2, 3, 4),
    "tumor_burden": ("low", "high"),
    "country": ("japan", "korea", "other"),
    "liver_metastases": ("unresectable", "resectable"),
    "disease_extent": ("liver_only", "liver_dominant", "disseminated"),
    "multifocal_liver_disease": ("early", "late", "absent"),
    "organ_function": ("adequate", "inadequate"),
}
REASONS: tuple[Value, ...] = ("progression", "toxicity", "completed")


@dataclass(frozen=True, slots=True)
class Patient:
    """The facts of one patient; a finding or a reason that is absent is unknown."""

    findings: Mapping[str, str | int] = field(default_factory=dict)
    received: Mapping[int, frozenset[str]] = field(default_factory=dict)
    stopped: Mapping[int, str] = field(default_factory=dict)
    contraindicated: frozenset[str] = frozenset()
    unavailable: frozenset[str] = frozenset()
    toxic: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def facts(self) -> str:
        """The patient as ASP facts."""
        atoms = [f"{name}({self.findings[name]})" for name in FINDINGS if name in self.findings]
        for line in sorted(self.received):
            atoms += [f"received({line},{name})" for name in sorted(self.received[line])]
            if line in self.stopped:
                atoms.append(f"stopped({line},{self.stopped[line]})")
            atoms += [f"toxic({line},{agent})" for agent in sorted(self.toxic.get(line, ()))]
        atoms += [f"contraindicated({name})" for name in sorted(self.contraindicated)]
        atoms += [f"unavailable({name})" for name in sorted(self.unavailable)]
        return " ".join(f"{atom}." for atom in atoms)

    def mapping(self) -> dict[str, Any]:
        """The patient as the mapping that the JSON form holds."""
        result: dict[str, Any] = {
            name: self.findings[name] for name in FINDINGS if name in self.findings
        }
        history: list[dict[str, Any]] = []
        for line in sorted(self.received):
            entry: dict[str, Any] = {"received": sorted(self.received[line])}
            if line in self.stopped:
                entry["stopped"] = self.stopped[line]
            if self.toxic.get(line):
                entry["toxic"] = sorted(self.toxic[line])
            history.append(entry)
        if history:
            result["history"] = history
        if self.contraindicated:
            result["contraindicated"] = sorted(self.contraindicated)
        if self.unavailable:
            result["unavailable"] = sorted(self.unavailable)
        return result


@dataclass(frozen=True, slots=True)
class Reading:
    """What the table says of one patient.

    The statements of an eligible therapy are those that support it in every completion. Where
    there is none, `together` has those that support it in one or another.
    """

    in_scope: bool
    line: Literal["first", "beyond_first"]
    status: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    statements: dict[str, list[str]] = field(default_factory=dict)
    together: dict[str, list[str]] = field(default_factory=dict)
    grade: dict[str, str] = field(default_factory=dict)
    sets: set[frozenset[str]] = field(default_factory=set)
    preferred: set[frozenset[str]] = field(default_factory=set)
    set_grade: dict[frozenset[str], str] = field(default_factory=dict)
    notices: set[str] = field(default_factory=set)


# --- the patient, prepared ----------------------------------------------------------------


def agents_of(items: Iterable[str]) -> frozenset[str]:
    """The agents in some regimens, partners and locoregional therapies."""
    return frozenset(agent for item in items for agent in AGENTS.get(item, (item,)))


@cache
def held(therapy: str) -> frozenset[str]:
    """Everything a therapy holds: regimen, partner or locoregional therapy, agents, classes."""
    parts = therapy.split("+")
    agents = agents_of(parts)
    classes = {name for name, members in CLASSES.items() if agents & set(members)}
    return frozenset(agents | classes | set(parts))


def systemic_of(items: Iterable[str]) -> frozenset[str]:
    """What is given for the whole body."""
    return frozenset(items) - LOCOREGIONAL - LOCAL


def chemotherapy_lines(
    received: Mapping[int, frozenset[str]], withdrawn: frozenset[str] = frozenset()
) -> list[int]:
    """The lines that held anything systemic but checkpoint inhibitors alone (I21)."""
    spared = frozenset() if "I21" in withdrawn else _members("checkpoint_inhibitor")
    return sorted(line for line, items in received.items() if systemic_of(items) - spared)


def regimens_in(
    items: frozenset[str],
    regimens: Iterable[str] = REGIMENS,
    partners: frozenset[str] = PARTNERS,
    withdrawn: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """The regimens in a line, one made up of drugs named one by one among them (I22)."""
    by_name = items & frozenset(regimens)
    drugs = systemic_of(items).difference(AGENTS, partners, {"leucovorin"})
    made_up = None if "I22" in withdrawn else MADE_UP.get(drugs)
    return by_name - drugs | {made_up} if made_up else by_name


@dataclass(frozen=True, slots=True)
class _Case:
    first: bool
    known: dict[str, Value]
    side: str | None
    barred: frozenset[str]
    lines: dict[int, frozenset[str]]  # the agents of every line, locoregional ones too
    toxic: Mapping[int, frozenset[str]]  # agents and classes
    initial_line: int
    reuse: tuple[str, ...]
    later_line: bool
    withdrawn: frozenset[str]

    def keeps(self, interpretation: str) -> bool:
        return interpretation not in self.withdrawn

    def received(self, name: str) -> bool:
        """Whether any line held the agent, or an agent of the class."""
        return any(agents & _members(name) for agents in self.lines.values())


@cache
def _members(name: str) -> frozenset[str]:
    return frozenset(CLASSES.get(name, (name,)))


def _side(findings: Mapping[str, Value]) -> str | None:
    if "side" in findings:
        return str(findings["side"])
    site = findings.get("primary_site")
    if site is None:
        return None
    return "right" if site in RIGHT_SITES else "left"


def implied(findings: Mapping[str, Value]) -> dict[str, Value]:
    """The findings with the gene that a variant found in it says is mutant."""
    found = dict(findings)
    for variant, gene in (("braf_v600e", "braf"), ("kras_g12c", "kras")):
        if found.get(variant) == "yes":
            found[gene] = "mutant"
    return found


def _ras(findings: Mapping[str, Value]) -> str | None:
    given = [findings.get(name) for name in ("ras", "kras", "nras")]
    if "mutant" in given:
        return "mutant"
    if given[0] == "wild_type" or given[1:] == ["wild_type", "wild_type"]:
        return "wild_type"
    return None


def _kras(findings: Mapping[str, Value]) -> str | None:
    """KRAS by its own test, or by RAS and NRAS; only 1.1 asks for it, and only without I15."""
    if "kras" in findings:
        return str(findings["kras"])
    if findings.get("ras") == "wild_type":
        return "wild_type"
    by_exclusion = (findings.get("ras"), findings.get("nras")) == ("mutant", "wild_type")
    return "mutant" if by_exclusion else None


def _mmr(findings: Mapping[str, Value]) -> str | None:
    if findings.get("mmr") == "deficient" or findings.get("msi") == "high":
        return "deficient"
    return "proficient" if "mmr" in findings or "msi" in findings else None


def _prepare(patient: Patient, withdrawn: frozenset[str] = frozenset()) -> _Case:
    given = implied(patient.findings)
    known = {name: given[name] for name in DOMAINS if name in given}
    for name, derived in (("ras", _ras(given)), ("kras", _kras(given)), ("mmr", _mmr(given))):
        if derived is not None:
            known[name] = derived
    for line, reason in patient.stopped.items():
        known[f"stopped({line})"] = reason
    chemotherapy = chemotherapy_lines(patient.received, withdrawn)
    initial_line = min(chemotherapy, default=0)
    items = patient.received.get(initial_line, frozenset())
    partners = sorted(items & PARTNERS)
    regimens = sorted(regimens_in(items, withdrawn=withdrawn))
    reuse = tuple("+".join((name, *partners)) for name in regimens) if len(partners) < 2 else ()
    return _Case(
        first=not chemotherapy,
        known=known,
        side=_side(given),
        barred=patient.contraindicated | patient.unavailable,
        lines={line: agents_of(items) for line, items in patient.received.items()},
        toxic=patient.toxic,
        initial_line=initial_line,
        reuse=reuse,
        later_line=any(
            line > initial_line and systemic_of(items) for line, items in patient.received.items()
        ),
        withdrawn=withdrawn,
    )


def _asked(case: _Case) -> tuple[str, ...]:
    return THERAPIES + tuple(name for name in case.reuse if name not in THERAPIES)


# --- one complete assignment --------------------------------------------------------------


class _UnfilledError(Exception):
    """A decision looked up a finding that the assignment at hand leaves open."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _World(dict[str, Value]):
    def __missing__(self, name: str) -> Value:
        raise _UnfilledError(name)


def _failed_in(case: _Case, line: int, name: str, world: _World) -> bool:
    """Whether the agent, or an agent of the class, failed in the line."""
    agents = case.lines[line] & _members(name)
    if not agents or not case.keeps("I5"):
        return False
    reason = world[f"stopped({line})"]
    if reason == "toxicity":
        blamed = case.toxic.get(line)
        return not blamed or any(agents & _members(cause) for cause in blamed)
    return reason == "progression"


def _failed(case: _Case, name: str, world: _World) -> bool:
    return any(_failed_in(case, line, name, world) for line in case.lines)


def _based_on(case: _Case, agent: str) -> bool:
    """Whether earlier therapy was based on the agent, as 6 and 7 ask (I17, I20)."""
    lines = case.lines if case.keeps("I17") else (case.initial_line,)
    doublet = {"oxaliplatin", "irinotecan"}
    return any(
        agent in case.lines[line] and (case.keeps("I20") or not doublet <= case.lines[line])
        for line in lines
    )


def _first_line(case: _Case, therapy: str, world: _World) -> dict[str, int]:
    found: dict[str, int] = {}
    regimen, _, partner = therapy.partition("+")
    doublet = regimen in ("folfox", "folfiri")
    if doublet and partner in ("", "bevacizumab", "cetuximab"):
        found["1"] = RECOMMENDED
    if doublet and (partner, case.side) == ("bevacizumab", "right"):
        found["1.1"] = BENEFIT
    gene = "ras" if case.keeps("I15") else "kras"
    if doublet and (partner, case.side) == ("cetuximab", "left") and world[gene] == "wild_type":
        found["1.1"] = BENEFIT
    if doublet and partner == "panitumumab" and world["ras"] == "wild_type":
        found["2"] = RECOMMENDED
    if therapy in ("sox", "iris") and world["country"] in ("japan", "korea"):
        found["3"] = RECOMMENDED
    if therapy in ("folfirinox", "folfoxiri"):
        young = int(world["age"]) <= 70
        mutated = "mutant" in (world["ras"], world["braf"])
        if young and mutated and world["tumor_burden"] == "high":
            found["4"] = CONSIDERED
    if therapy == "hai" and world["liver_metastases"] == "unresectable":
        found["5"] = RECOMMENDED
    if (
        therapy == "fluorouracil_leucovorin"
        and world["liver_metastases"] == "unresectable"
        and _supports(case, "hai", world)
    ):
        found["5"] = RECOMMENDED
    return found


def _beyond(case: _Case, therapy: str, world: _World) -> dict[str, int]:
    found: dict[str, int] = {}
    regimen, _, partner = therapy.partition("+")
    if regimen == "folfiri" and _based_on(case, "oxaliplatin"):
        if partner == "":
            found["6.1"] = RECOMMENDED
        elif partner == "bevacizumab" and world["ras"] == "mutant":
            found["6.2"] = RECOMMENDED
        elif partner in ("cetuximab", "panitumumab") and world["ras"] == "wild_type":
            found["6.3"] = RECOMMENDED
        elif partner == "aflibercept":
            found["6.4"] = RECOMMENDED
        elif partner == "ramucirumab":
            found["6.5"] = RECOMMENDED
    if regimen == "folfox" and _based_on(case, "irinotecan"):
        if partner == "":
            found["7.1"] = CONSIDERED
        elif partner in ("cetuximab", "panitumumab") and world["ras"] == "wild_type":
            found["7.2"] = RECOMMENDED
        elif partner == "bevacizumab":
            found["7.2"] = RECOMMENDED if world["ras"] == "mutant" else CONSIDERED
    if therapy in ("regorafenib", "trifluridine_tipiracil"):
        refractory = _failed(case, "oxaliplatin", world) and _failed(case, "irinotecan", world)
        if refractory and int(world["ecog"]) <= 1 and world["organ_function"] == "adequate":
            found["8"] = RECOMMENDED
    unresectable = not case.keeps("I10") or world["liver_metastases"] == "unresectable"
    if therapy == "hai" and unresectable:
        found["9"] = CONSIDERED
    immune = {"pembrolizumab": "10.2", "nivolumab": "10.3", "nivolumab+ipilimumab": "10.3"}
    if therapy in immune and world["mmr"] == "deficient":
        found["10.1"] = CONSIDERED
        found[immune[therapy]] = BENEFIT
    if therapy in case.reuse and _reusable(case, world):
        found["11"] = CONSIDERED
    return found


def _reusable(case: _Case, world: _World) -> bool:
    """What 11 asks of the history; what failed in another line is left to X3."""
    if not case.keeps("I11"):
        return True
    return case.later_line and world[f"stopped({case.initial_line})"] != "toxicity"


def _any_line(case: _Case, therapy: str, world: _World) -> dict[str, int]:
    found: dict[str, int] = {}
    early, late = therapy == "hai", therapy in ("tace", "radioembolization")
    if early and world["multifocal_liver_disease"] == "early" and _confined(case, world):
        found["12"] = RECOMMENDED
    if late and world["multifocal_liver_disease"] == "late" and _confined(case, world):
        found["13"] = RECOMMENDED
    return found


def _confined(case: _Case, world: _World) -> bool:
    extents = ("liver_only", "liver_dominant") if case.keeps("I18") else ("liver_only",)
    return world["disease_extent"] in extents


def _repeats_failure(case: _Case, statement: str, therapy: str, world: _World) -> bool:
    """X3, with its two exceptions: the initial line for 11, irinotecan for 6.3."""
    if not case.keeps("I7") or (statement == "11" and not case.keeps("I11")):
        return False
    first_anti_egfr = case.keeps("I16") and not case.received("anti_egfr")
    for line in case.lines:
        if statement == "11" and line == case.initial_line:
            continue
        for name in sorted(held(therapy) & (NOT_REPEATED | case.toxic.get(line, frozenset()))):
            if not _failed_in(case, line, name, world):
                continue
            progressed = world[f"stopped({line})"] == "progression"
            excused = statement == "6.3" and name == "irinotecan" and progressed
            if not (excused and first_anti_egfr):
                return True
    return False


def _barred(case: _Case, statement: str, therapy: str, world: _World) -> bool:
    """Whether an exclusion keeps the statement from supporting the therapy."""
    holds = held(therapy)
    if holds & case.barred:  # X4
        return True
    by_choice = statement in ("1", "1.1", "11")
    asks_ras = "anti_egfr" in holds and (case.keeps("I15") or not by_choice)
    if asks_ras and world["ras"] != "wild_type":  # X2
        return True
    asks_extent = therapy in LOCOREGIONAL and (case.keeps("I8") or statement not in ("5", "9"))
    if asks_extent and world["disease_extent"] == "disseminated":  # X5
        return True
    return _repeats_failure(case, statement, therapy, world)


def _supports(case: _Case, therapy: str, world: _World) -> dict[str, int]:
    """The statements that let the therapy through, each with the grade it gives."""
    found = _first_line(case, therapy, world) if case.first else _beyond(case, therapy, world)
    found.update(_any_line(case, therapy, world))
    return {
        statement: grade
        for statement, grade in found.items()
        if not _barred(case, statement, therapy, world)
    }


# --- all completions ----------------------------------------------------------------------


def _domain(name: str) -> tuple[Value, ...]:
    if name.startswith("stopped("):
        return REASONS
    return DOMAINS["ras" if name == "kras" else name]


def _completions(case: _Case, therapy: str) -> tuple[list[str], list[dict[str, int]]]:
    """The unknown findings looked up for the therapy, and its supports in every completion.

    The list starts empty and grows by whatever a decision looked up and did not find, until
    every decision over the product of the listed domains ran through. The answers come in the
    order of `itertools.product`.
    """
    names: list[str] = []
    while True:
        answers: list[dict[str, int]] = []
        world = _World(case.known)
        try:
            for values in product(*(_domain(name) for name in names)):
                world.update(zip(names, values, strict=True))
                answers.append(_supports(case, therapy, world))
        except _UnfilledError as unfilled:
            names.append(unfilled.name)
        else:
            return names, answers


def _flippers(names: list[str], eligible: list[bool]) -> Iterator[str]:
    """The findings that change the answer in some completion, all others held still."""
    stride = len(eligible)
    for name in names:
        block, stride = stride, stride // len(_domain(name))
        for start in range(0, len(eligible), block):
            slices = [eligible[at : at + stride] for at in range(start, start + block, stride)]
            if any(one != other for one, other in pairwise(slices)):
                yield name
                break


def _allowed(
    case: _Case, systemic: str | None, local: str | None, statements: Mapping[str, list[str]]
) -> bool:
    chosen = [therapy for therapy in (systemic, local) if therapy is not None]
    if not chosen:
        return False
    holds = frozenset[str]().union(*(held(therapy) for therapy in chosen))
    if {"anti_vegf", "anti_egfr"} <= holds or len(holds & PARTNERS) > 1:
        return False
    if systemic is not None and local is not None and "8" in statements[systemic]:
        return False
    beside_hai = (None, "folfox", "folfiri", "fluorouracil_leucovorin")
    if local == "hai" and systemic not in beside_hai:
        return not case.keeps("I19") and bool({"9", "12"} & set(statements["hai"]))
    only_with_hai = systemic == "fluorouracil_leucovorin" and set(statements[systemic]) == {"5"}
    return local == "hai" or not only_with_hai


def _notices(patient: Patient, reading: Reading) -> Iterator[str]:
    """The notices on a patient in scope, of whom the rest is read."""
    findings = patient.findings
    eligible = "eligible" in reading.status.values()
    if findings.get("liver_metastases") == "resectable":
        yield "resectable"
    if not eligible:
        yield "none"
    tested = "mmr" in findings and "msi" in findings
    if tested and (findings["mmr"] == "deficient") != (findings["msi"] == "high"):
        yield "discordant"
    if findings.get("ecog") in (3, 4) or findings.get("organ_function") == "inadequate":
        yield "unfit"
    stopped = patient.stopped.items()
    if any(reason == "toxicity" and not patient.toxic.get(line) for line, reason in stopped):
        yield "toxicity"
    named = patient.contraindicated.union(patient.unavailable, *patient.toxic.values())
    others = {
        other
        for members in CLASSES.values()
        for agent in named & set(members)
        for other in members
        if other != agent
    }
    if any(held(name) & others for name, how in reading.status.items() if how != "excluded"):
        yield "class"
    if patient.stopped.get(max(patient.received, default=0)) == "completed":
        yield "completed"
    asked_about = {"oxaliplatin", "irinotecan"}  # by 6, 7 and 8; first line asks of no drug
    given = agents_of(item for items in patient.received.values() for item in items)
    if reading.line == "beyond_first" and not eligible and not given & asked_about:
        yield "silent"


def read(patient: Patient, withdrawn: frozenset[str] = frozenset()) -> Reading:
    """Read the table for one patient, without the interpretations that are withdrawn."""
    case = _prepare(patient, withdrawn)
    line: Literal["first", "beyond_first"] = "first" if case.first else "beyond_first"
    if patient.findings.get("liver_metastases") == "none":
        return Reading(in_scope=False, line=line, notices={"scope"})
    reading = Reading(in_scope=True, line=line)
    rank: dict[str, int] = {}
    for therapy in _asked(case):
        names, answers = _completions(case, therapy)
        eligible = [bool(answer) for answer in answers]
        if not any(eligible):
            if therapy in THERAPIES:
                reading.status[therapy] = "excluded"
        elif not all(eligible):
            reading.status[therapy] = "undetermined"
            reading.missing[therapy] = sorted(_flippers(names, eligible))
        else:
            reading.status[therapy] = "eligible"
            by = [name for name in STATEMENTS if any(name in answer for answer in answers)]
            common = [name for name in by if all(name in answer for answer in answers)]
            reading.statements[therapy] = common
            if not common:
                reading.together[therapy] = by
            rank[therapy] = min(max(answer.values()) for answer in answers)
            reading.grade[therapy] = GRADES[rank[therapy]]
    reading.notices.update(_notices(patient, reading))
    systemic: list[str | None] = [None, *(name for name in rank if name not in LOCOREGIONAL)]
    local: list[str | None] = [None, *(name for name in rank if name in LOCOREGIONAL)]
    best: dict[frozenset[str], int] = {}
    for one, other in product(systemic, local):
        if _allowed(case, one, other, reading.statements):
            chosen = frozenset(name for name in (one, other) if name is not None)
            best[chosen] = min(rank[name] for name in chosen)
    reading.sets.update(best)
    reading.set_grade.update({chosen: GRADES[grade] for chosen, grade in best.items()})
    highest = max(best.values(), default=0)
    reading.preferred.update(chosen for chosen, grade in best.items() if grade == highest)
    return reading


def may_stand(patient: Patient, therapies: Iterable[str]) -> bool:
    """Whether therapies may be a set, each by the statements that support it in some completion."""
    case, names = _prepare(patient), sorted(therapies)
    systemic = [name for name in names if name not in LOCOREGIONAL]
    local = [name for name in names if name in LOCOREGIONAL]
    if len(systemic) > 1 or len(local) > 1:
        return False
    chosen = systemic[0] if systemic else None, local[0] if local else None
    ways = [{(*answer,) for answer in _completions(case, name)[1] if answer} for name in names]
    supports = (dict(zip(names, map(list, way), strict=True)) for way in product(*ways))
    return any(_allowed(case, *chosen, statements) for statements in supports)


def is_eligible(patient: Patient, therapy: str) -> bool:
    """Whether one therapy is eligible, as `read` says, without reading the others."""
    case = _prepare(patient)
    in_scope = patient.findings.get("liver_metastases") != "none"
    return in_scope and therapy in _asked(case) and all(_completions(case, therapy)[1])


def grades(
    patient: Patient, therapy: str, sides: Sequence[Mapping[str, Value]] = ({},)
) -> tuple[list[str], dict[tuple[Value, ...], int]]:
    """The grade of a therapy in every completion of what it may look up, 0 if it is not eligible.

    Each of the sides is a completion of the side of the tumor; it stands last among the values.
    """
    cases = [_prepare(replace(patient, findings={**patient.findings, **side})) for side in sides]
    found = (name for case in cases for name in _completions(case, therapy)[0])
    names = list(dict.fromkeys(found))
    graded: dict[tuple[Value, ...], int] = {}
    for case, side in zip(cases, sides, strict=True):
        for values in product(*map(_domain, names)):
            world = _World({**dict(zip(names, values, strict=True)), **case.known})
            supports = _supports(case, therapy, world)
            graded[(*values, *side.values())] = max(supports.values(), default=0)
    return [*names, *sides[0]], graded


# --- random patients ----------------------------------------------------------------------

_OXALIPLATIN = ("folfox", "folfox", "capox", "sox")
_IRINOTECAN = ("folfiri", "folfiri", "capiri", "iris", "irinotecan")
_TRIPLETS = ("folfirinox", "folfoxiri")
_ANTI_EGFR = CLASSES["anti_egfr"]
_CHECKPOINT = CLASSES["checkpoint_inhibitor"]
_AGENTS = agents_of((*REGIMENS, *PARTNERS, *LOCOREGIONAL, *DRUGS)) - {"other_systemic"}
_LIMITS = sorted({*REGIMENS, *PARTNERS, *LOCOREGIONAL, *CLASSES} | _AGENTS)


def _random_findings(rng: random.Random, ignorance: float) -> dict[str, Value]:
    site = rng.choice(RIGHT_SITES + LEFT_SITES)
    kras = rng.choice(("wild_type", "wild_type", "mutant"))
    nras = rng.choice(("wild_type", "wild_type", "wild_type", "mutant"))
    deficient = rng.random() < 0.35
    discordant = rng.random() < 0.15
    stable = rng.choice(("low", "stable"))
    age = rng.choice((70, 71, rng.randint(18, 120), rng.randint(40, 85), rng.randint(40, 70)))
    truth: dict[str, Value] = {
        "age": age,
        "ecog": rng.choice((0, 0, 1, 1, 2, 3, 4)),
        "primary_site": site,
        "side": "right" if site in RIGHT_SITES else "left",
        "kras": kras,
        "nras": nras,
        "ras": "mutant" if "mutant" in (kras, nras) else "wild_type",
        "braf": rng.choice(("wild_type", "wild_type", "mutant")),
        "mmr": "deficient" if deficient else "proficient",
        "msi": "high" if deficient != discordant else stable,
        "tumor_burden": rng.choice(("low", "high", "high")),
        "country": rng.choice(("japan", "korea", "other", "other")),
        "liver_metastases": rng.choice(("unresectable", "unresectable", "resectable")),
        "disease_extent": rng.choice(("liver_only", "liver_dominant", "disseminated")),
        "multifocal_liver_disease": rng.choice(("early", "late", "absent")),
        "organ_function": rng.choice(("adequate", "adequate", "inadequate")),
    }
    truth |= {
        "braf_v600e": "yes" if truth["braf"] == "mutant" and rng.random() < 0.7 else "no",
        "kras_g12c": "yes" if kras == "mutant" and rng.random() < 0.4 else "no",
        "her2": rng.choice(("positive", "negative", "negative")),
    }
    if rng.random() < 0.04:
        truth["liver_metastases"] = "none"
    known = {name: value for name, value in truth.items() if rng.random() >= ignorance}
    # Often only some of the findings that say the same are reported.
    groups = (("kras_g12c", "kras", "nras", "ras"), ("braf_v600e", "braf"))
    for group in (*groups, ("mmr", "msi"), ("primary_site", "side")):
        for name in group if ignorance > 0 else group[:-1]:
            if rng.random() < 0.35:
                known.pop(name, None)
    return known


def _random_line(rng: random.Random) -> frozenset[str]:
    """One line of treatment, from usual to odd."""
    partner = rng.choice(sorted(PARTNERS - {"ipilimumab"}))
    doublet = rng.choice(_OXALIPLATIN + _IRINOTECAN)
    kinds: tuple[tuple[str, ...], ...] = (
        (doublet,),
        (doublet, partner),
        (doublet, partner),
        (rng.choice(("folfox", "folfiri")),),
        (rng.choice(("folfox", "folfiri")), partner),
        (rng.choice(_TRIPLETS),),
        (rng.choice(_TRIPLETS), partner),
        (rng.choice(("fluorouracil_leucovorin", "capecitabine")),),
        (rng.choice(("fluorouracil_leucovorin", "capecitabine")), "bevacizumab"),
        ("irinotecan", "cetuximab"),
        (rng.choice(("regorafenib", "trifluridine_tipiracil")),),
        (rng.choice(("pembrolizumab", "nivolumab")),),
        ("nivolumab", "ipilimumab"),
        (rng.choice(sorted(LOCOREGIONAL)),),
        (partner,),
        (rng.choice(_OXALIPLATIN), rng.choice(_IRINOTECAN)),
        (rng.choice(_OXALIPLATIN), rng.choice(_IRINOTECAN), partner),
        (doublet, *rng.sample(sorted(PARTNERS), 2)),
        (rng.choice(REGIMENS), rng.choice(sorted(PARTNERS))),
        tuple(rng.sample(REGIMENS, rng.randint(1, 3))),
        (doublet, "regorafenib"),
        ("fluorouracil_leucovorin", "hai"),
        ("capecitabine", rng.choice(_OXALIPLATIN), "hai"),
        _one_by_one(rng),
        (*_one_by_one(rng), partner),
        (*_one_by_one(rng), partner),
        (*_one_by_one(rng), rng.choice((*REGIMENS, *sorted(PARTNERS), *DRUGS))),
        (rng.choice(DRUGS),),
        (rng.choice(("sotorasib", "encorafenib", "adagrasib")), rng.choice(_ANTI_EGFR)),
        ("trastuzumab", rng.choice(("pertuzumab", "tucatinib", "lapatinib"))),
        (rng.choice(_CHECKPOINT),),
        tuple(rng.sample(_CHECKPOINT, 2)),
        (rng.choice(_CHECKPOINT), rng.choice(sorted(LOCOREGIONAL | LOCAL))),
        (rng.choice(sorted(LOCAL)),),
    )
    line = set(rng.choice(kinds))
    if rng.random() < 0.12:
        line.add(rng.choice(sorted(LOCOREGIONAL | LOCAL)))
    return frozenset(line)


def _one_by_one(rng: random.Random) -> tuple[str, ...]:
    """The drugs of a line by their own names, most often those of a regimen (I22)."""
    drugs = rng.choice(list(map(sorted, MADE_UP)))
    odd = [rng.choice(("raltitrexed", "other_systemic", "capecitabine", "fluorouracil"))]
    return (
        *drugs,
        *(("leucovorin",) if rng.random() < 0.5 else ()),
        *(odd if rng.random() < 0.15 else ()),
    )


def _correlated_lines(rng: random.Random) -> list[frozenset[str]]:
    """Histories in which one unknown reason decides several things at once."""
    oxaliplatin = rng.choice(_OXALIPLATIN)
    irinotecan = rng.choice(_IRINOTECAN)
    triplet = rng.choice(_TRIPLETS)
    late = rng.choice(("regorafenib", "trifluridine_tipiracil"))
    partner = rng.choice(("bevacizumab", "cetuximab", "panitumumab"))
    anti_egfr = rng.choice(("cetuximab", "panitumumab"))
    checkpoint = rng.choice(("pembrolizumab", "nivolumab"))
    local, other_local = rng.sample(sorted(LOCOREGIONAL), 2)
    plain = rng.choice(("fluorouracil_leucovorin", "capecitabine"))
    first, second = rng.sample((oxaliplatin, irinotecan), 2)
    scripts: tuple[list[set[str]], ...] = (
        [{first}, {second, late}],
        [{first, late}, {second}],
        [{first}, {second}, {late}],
        [{first, partner}, {second, partner}, {late}],
        [{triplet}],
        [{triplet, late}],
        [{triplet, partner}, {first}],
        [{triplet}, {second, late}],
        [{oxaliplatin, irinotecan, late}, {plain}],
        [{first}, {plain}],
        [{first, partner}, {checkpoint}],
        [{first, partner}, {plain, partner}, {second}],
        [{plain}, {first}, {second}],
        [{plain, partner}, {triplet, late}],
        [{late}, {triplet}],
        [{checkpoint}, {first}],
        [{"nivolumab", "ipilimumab"}, {triplet}],
        [{oxaliplatin, irinotecan, partner}, {first}],
        [{first, checkpoint}, {second, late}],
        [{first}, {second}, {first, partner}, {late, "ipilimumab"}],
        [{first}, {first}],
        [{first, partner}, {first}],
        [{first, partner}, {second}, {first, partner}],
        [{first, partner}, {plain}, {first}, {second, late}],
        [{plain, "bevacizumab"}, {plain, "bevacizumab"}, {second}],
        [{"capecitabine"}, {oxaliplatin, partner}],
        [{"capecitabine", "bevacizumab"}, {oxaliplatin}, {irinotecan}],
        [{"capecitabine"}, {triplet}],
        [{oxaliplatin}, {irinotecan}],
        [{oxaliplatin, "bevacizumab"}, {irinotecan, "bevacizumab"}],
        [{oxaliplatin}, {irinotecan, anti_egfr}],
        [{oxaliplatin, anti_egfr}, {irinotecan}],
        [{irinotecan}, {oxaliplatin, anti_egfr}],
        [{triplet}, {irinotecan}],
        [{triplet, "bevacizumab"}, {plain, "bevacizumab"}],
        [{triplet, "bevacizumab"}, {plain, "bevacizumab"}, {triplet, "bevacizumab"}],
        [{checkpoint}, {first}, {checkpoint}],
        [{local}, {local, other_local}],
        [{first, local}, {second, other_local}],
        [{first}, {local}],
        [{first, "hai"}, {"hai"}],
        [{checkpoint}, {local}],
        [{checkpoint}, {first, partner}],
        [{checkpoint}, {first, partner}, {second}],
        [{first, partner}, {"atezolizumab"}],
        [{"nivolumab", "ipilimumab"}, {checkpoint}],
        [{"fluorouracil", "oxaliplatin", partner}, {second}],
        [{"fluorouracil", "leucovorin", "irinotecan"}, {plain, partner}],
        [{"capecitabine", "oxaliplatin"}, {"capecitabine", "irinotecan", anti_egfr}],
        [{"capecitabine", "bevacizumab"}],
        [{"tegafur_uracil", "leucovorin"}, {"other_systemic"}],
        [{first, partner}, {"encorafenib", "cetuximab"}],
        [{"resection"}, {first}],
        [{first}, {"ablation"}, {second, partner}],
    )
    lines = [frozenset(line) for line in rng.choice(scripts)]
    if len(lines) < 4 and rng.random() < 0.15:
        lines.insert(0, frozenset({rng.choice(sorted(LOCOREGIONAL))}))
    return lines


def random_patient(rng: random.Random, ignorance: float | None = None) -> Patient:
    """A consistent random patient; ignorance is the chance that a finding is not given.

    With an ignorance of 0 every concept and every reason is known. About half of the lines
    known to have stopped for toxicity name what the toxicity was due to, agents or classes.
    """
    if ignorance is None:
        ignorance = rng.choice((0.0, 0.1, 0.3, 0.5, 0.8, 1.0))
    findings = _random_findings(rng, ignorance)
    silence = ignorance
    kind = rng.random()
    if kind < 0.3:
        lines = []
        if rng.random() < 0.2:
            lines.append(frozenset(rng.sample(sorted(LOCOREGIONAL), rng.randint(1, 2))))
    elif kind < 0.65:
        lines = [_random_line(rng) for _ in range(rng.choice((1, 1, 2, 2, 3, 4)))]
    else:
        lines = _correlated_lines(rng)
        if ignorance > 0:
            silence = rng.choice((0.1, max(ignorance, 0.5)))
    received = dict(enumerate(lines, start=1))
    reasons = (*("progression",) * 3, *("toxicity",) * 2, "completed", "other")
    stopped = {line: rng.choice(reasons) for line in received if rng.random() >= silence}
    causes = {line: _causes(received[line]) for line, why in stopped.items() if why == "toxicity"}
    toxic = {line: _some(rng, of) for line, of in causes.items() if of and rng.random() < 0.5}
    limits: list[frozenset[str]] = []
    for _ in range(2):
        some = rng.sample(_LIMITS, rng.choice((1, 1, 2, 3))) if rng.random() < 0.15 else []
        limits.append(frozenset(some))
    return Patient(findings, received, stopped, limits[0], limits[1], toxic)


def telling(
    rng: random.Random, drawn: int, times: int = 1, ignorance: float | None = None
) -> Iterator[tuple[Patient, Reading]]:
    """Those of many random patients of whom something is said that is said of few before them."""
    seen: Counter[tuple[str, ...]] = Counter()
    for _ in range(drawn):
        patient = random_patient(rng, ignorance)
        said = read(patient)
        told: set[tuple[str, ...]] = {("notice", name) for name in said.notices}
        told |= {(name, it) for name, some in said.statements.items() for it in some}
        told |= {(name, it) for name, some in said.missing.items() for it in some}
        told |= {(name, it) for name, some in said.together.items() for it in ("together", *some)}
        told |= {*said.status.items(), *said.grade.items()}
        told |= {tuple(sorted(chosen)) for chosen in said.sets}
        if any(seen[it] < times for it in told):
            seen.update(told)
            yield patient, said


def _causes(items: frozenset[str]) -> list[str]:
    """What the toxicity of a line may be due to: an agent in it, or a class of one."""
    agents = agents_of(items) & _AGENTS
    return sorted(agents | {name for name, members in CLASSES.items() if agents & set(members)})


def _some(rng: random.Random, causes: list[str]) -> frozenset[str]:
    return frozenset(rng.sample(causes, rng.randint(1, min(len(causes), rng.choice((1, 1, 3))))))
