"""A second reading of what an overlay may say, on top of the table, for complete patients.

Nothing here is shared with the program. The table stands here a second time, as branches with
names, because an overlay speaks of these. What is unknown is filled in by plain enumeration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import reading
from reading import BENEFIT, CONSIDERED, GRADES, LOCOREGIONAL, RECOMMENDED, Patient, Value

Bound = tuple[str, int]  # at_most or at_least
Needs = Mapping[str, tuple[Value | Bound, ...]]
Name = tuple[str, ...]  # ("by", S), ("by", S, B), ("by", S, B, T), or a therapy, agent or class

Values = tuple[Value, ...]  # of some findings, in order
Supports = dict[str, int]  # the statements that let a therapy through, with their grades

YES = ("yes",)
WILD, MUTANT = ("wild_type",), ("mutant",)
MOST_COMPLETIONS = 6_000


@dataclass(frozen=True)
class Branch:
    """One branch of a statement; the therapy is empty where the initial one is reused."""

    statement: str
    name: str
    therapy: str
    needs: Needs = field(default_factory=dict)
    grade: int | None = None


@dataclass(frozen=True)
class Case:
    """A source bars what is named, or keeps its grade at one of 1 to 3, for some patients."""

    source: str
    name: str
    what: tuple[Name, ...]
    needs: Needs = field(default_factory=dict)
    ceiling: int = 0


@dataclass(frozen=True)
class Overlay:
    """What a random overlay says."""

    statements: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    branches: tuple[Branch, ...] = ()
    cases: tuple[Case, ...] = ()
    spares: frozenset[tuple[str, str]] = frozenset()
    beside: frozenset[tuple[str, str, str]] = frozenset()  # only_beside(S, T, R), R a regimen
    single: frozenset[str] = frozenset()
    apart: frozenset[tuple[str, str]] = frozenset()  # never_together of a part and by(S)
    withdrawn: frozenset[str] = frozenset()
    regimens: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_repeated: frozenset[str] = frozenset()
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    implies: tuple[tuple[str, str, str, str], ...] = ()

    @cached_property
    def all_regimens(self) -> frozenset[str]:
        return self.regimens | set(reading.REGIMENS)

    @cached_property
    def all_partners(self) -> frozenset[str]:
        return self.partners | reading.PARTNERS

    def keeps(self, name: str) -> bool:
        """Whether a statement, an exclusion or an interpretation is not withdrawn."""
        return name not in self.withdrawn

    def held(self, therapy: str) -> frozenset[str]:
        """The therapy, its parts, their agents, and the classes of these."""
        parts = therapy.split("+")
        agents = reading.agents_of(parts)
        found = {therapy, *parts, *agents}
        for name in {*reading.CLASSES, *self.classes}:
            if agents & self.members(name):
                found.add(name)
        return frozenset(found | ({"locoregional"} if therapy in LOCOREGIONAL else set()))

    def companions(self, therapy: str) -> dict[str, set[str]]:
        """By statement, what the therapy is offered only beside."""
        found = {"5": {"hai"}} if therapy == "fluorouracil_leucovorin" else {}
        for statement, name, other in self.beside:
            if name == therapy:
                found.setdefault(statement, set()).add(other)
        return found

    def members(self, name: str) -> frozenset[str]:
        """The agents of a class; of an agent, that agent."""
        old, new = frozenset(reading.CLASSES.get(name, ())), self.classes.get(name, frozenset())
        return old | new or frozenset({name})


# --- the table ----------------------------------------------------------------------------

STATEMENTS: dict[str, tuple[str, int]] = {
    "1": ("first", RECOMMENDED),
    "1.1": ("first", BENEFIT),
    "2": ("first", RECOMMENDED),
    "3": ("first", RECOMMENDED),
    "4": ("first", CONSIDERED),
    "5": ("first", RECOMMENDED),
    "6.1": ("beyond_first", RECOMMENDED),
    "6.2": ("beyond_first", RECOMMENDED),
    "6.3": ("beyond_first", RECOMMENDED),
    "6.4": ("beyond_first", RECOMMENDED),
    "6.5": ("beyond_first", RECOMMENDED),
    "7.1": ("beyond_first", CONSIDERED),
    "7.2": ("beyond_first", RECOMMENDED),
    "8": ("beyond_first", RECOMMENDED),
    "9": ("beyond_first", CONSIDERED),
    "10.1": ("beyond_first", CONSIDERED),
    "10.2": ("beyond_first", BENEFIT),
    "10.3": ("beyond_first", BENEFIT),
    "11": ("beyond_first", CONSIDERED),
    "12": ("any", RECOMMENDED),
    "13": ("any", RECOMMENDED),
}


def _table(overlay: Overlay, initial_line: int) -> Iterator[Branch]:
    """Every branch of the table, as the interpretations that are kept have it."""
    doublets, keeps = ("folfox", "folfiri"), overlay.keeps
    for regimen in doublets:
        for partner in ("", "+bevacizumab", "+cetuximab"):
            yield Branch("1", "any", regimen + partner)
        wild: Needs = {} if keeps("I15") else {"kras": WILD}
        yield Branch("1.1", "left", f"{regimen}+cetuximab", {"side": ("left",), **wild})
        yield Branch("1.1", "right", f"{regimen}+bevacizumab", {"side": ("right",)})
        yield Branch("2", "wild_type", f"{regimen}+panitumumab", {"ras": WILD})
    countries = ("japan", "korea") if keeps("I13") else ()
    for regimen in ("sox", "iris"):
        yield Branch("3", "in_use", regimen, {"country": countries})
    for regimen in ("folfirinox", "folfoxiri"):
        for gene in ("ras", "braf"):
            young: Needs = {"age": (("at_most", 70),)} if keeps("I4") else {}
            needs = {**young, "tumor_burden": ("high",), gene: MUTANT}
            yield Branch("4", gene, regimen, needs)
    unresectable: Needs = {"liver_metastases": ("unresectable",)}
    yield Branch("5", "unresectable", "hai", unresectable)
    yield Branch("5", "unresectable", "fluorouracil_leucovorin", unresectable)
    given = "earlier" if keeps("I17") else "initial"
    after: Needs = {f"{given}(oxaliplatin)": YES}
    yield Branch("6.1", "switch", "folfiri", after)
    yield Branch("6.2", "switch", "folfiri+bevacizumab", {**after, "ras": MUTANT})
    for partner in ("cetuximab", "panitumumab"):
        yield Branch("6.3", "switch", f"folfiri+{partner}", {**after, "ras": WILD})
    yield Branch("6.4", "switch", "folfiri+aflibercept", after)
    yield Branch("6.5", "switch", "folfiri+ramucirumab", after)
    after = {f"{given}(irinotecan)": YES}
    if keeps("I12"):
        yield Branch("7.1", "switch", "folfox", after)
        for partner in ("cetuximab", "panitumumab"):
            yield Branch("7.2", "anti_egfr", f"folfox+{partner}", {**after, "ras": WILD})
        yield Branch("7.2", "anti_vegf", "folfox+bevacizumab", after, CONSIDERED)
        needs = {**after, "ras": MUTANT}
        yield Branch("7.2", "only_anti_vegf", "folfox+bevacizumab", needs)
    for regimen in ("regorafenib", "trifluridine_tipiracil"):
        fit: Needs = {"ecog": (("at_most", 1),)} if keeps("I6") else {}
        needs = {"failed(oxaliplatin)": YES, "failed(irinotecan)": YES, **fit}
        yield Branch("8", "refractory", regimen, {**needs, "organ_function": ("adequate",)})
    yield Branch("9", "unresectable", "hai", unresectable if keeps("I10") else {})
    deficient: Needs = {"mmr": ("deficient",)}
    for therapy in ("pembrolizumab", "nivolumab", "nivolumab+ipilimumab"):
        yield Branch("10.1", "deficient", therapy, deficient)
        own = "10.2" if therapy == "pembrolizumab" else "10.3"
        yield Branch(own, "deficient", therapy, deficient)
    again: Needs = {}
    if keeps("I11"):
        reasons = ("progression", "completed", "other")
        again = {"later_line": YES, f"stopped({initial_line})": reasons}
    yield Branch("11", "again", "", again)
    extents = ("liver_only", "liver_dominant") if keeps("I18") else ("liver_only",)
    for therapy, number in (("hai", "12"), ("tace", "13"), ("radioembolization", "13")):
        stage = "early" if number == "12" else "late"
        needs = {"disease_extent": extents, "multifocal_liver_disease": (stage,)}
        yield Branch(number, stage, therapy, needs)


# --- the patient --------------------------------------------------------------------------


class Unfilled(Exception):  # noqa: N818
    """A decision looked up a finding that the assignment at hand leaves open."""


class World(dict[str, Value]):
    """Some findings; what is looked up and not there stops the decision."""

    def __missing__(self, name: str) -> Value:
        raise Unfilled(name)


def domain(overlay: Overlay, name: str) -> tuple[Value, ...]:
    """The values that fill in an unknown finding."""
    if name.startswith("stopped("):
        return reading.REASONS
    if name in overlay.findings:
        return overlay.findings[name]
    if name == "age":
        return (18, *sorted(_steps(overlay)))
    if name == "side":
        return ("left", "right")
    if name in reading.LATER:
        return reading.LATER[name]
    return reading.DOMAINS["ras" if name == "kras" else name]


def _steps(overlay: Overlay) -> set[int]:
    """The ages at which some limit on the age is passed."""
    found = {71}
    spoken = [item.needs for item in overlay.branches] + [item.needs for item in overlay.cases]
    for needs in spoken:
        for bound in needs.get("age", ()):
            if isinstance(bound, tuple):
                found.add(bound[1] + (bound[0] == "at_most"))
    return found - {18}


class Reader:
    """One patient under one overlay."""

    def __init__(
        self, patient: Patient, overlay: Overlay, extra: Mapping[str, str] | None = None
    ) -> None:
        self.overlay = overlay
        self.patient = patient
        given: dict[str, Value] = {**patient.findings, **(extra or {})}
        told = reading._prepare(patient).known
        self.known: dict[str, Value] = {
            name: value
            for name, value in {**told, **(extra or {})}.items()
            if name not in GENES and name not in overlay.findings
        }
        if "her2" in given:
            self.known["her2"] = given["her2"]
        side = reading._side(given)
        if side is not None:
            self.known["side"] = side
        self.genes = [given.get(name) for name in GENES]
        self.given = given
        self.lines = {
            line: reading.agents_of(items) for line, items in sorted(patient.received.items())
        }
        self.chemotherapy = reading.chemotherapy_lines(patient.received, overlay.withdrawn)
        self.initial = min(self.chemotherapy, default=0)
        self.limits = patient.contraindicated | patient.unavailable
        self.reuse = self._reuse()
        kept = [
            branch
            for branch in (*_table(overlay, self.initial), *overlay.branches)
            if overlay.keeps(branch.statement)
        ]
        self.listed = {branch.therapy for branch in kept if branch.therapy}
        self.branches = [
            branch if branch.therapy else Branch("11", "again", therapy, branch.needs)
            for branch in kept
            for therapy in ([branch.therapy] if branch.therapy else self.reuse)
        ]
        self.statements = {**STATEMENTS, **overlay.statements}
        self.joint = [
            values
            for values in product(*map(self._options, self.correlated))
            if self._consistent(dict(zip(self.correlated, values, strict=True)))
        ]

    # --- findings that depend on each other ---

    @property
    def correlated(self) -> tuple[str, ...]:
        return (*GENES, "braf", "kras_g12c", "braf_v600e", *self.overlay.findings)

    def _options(self, name: str) -> tuple[Value, ...]:
        return (self.given[name],) if name in self.given else domain(self.overlay, _as_ras(name))

    def _consistent(self, world: Mapping[str, Value]) -> bool:
        either = "mutant" if "mutant" in (world["kras"], world["nras"]) else "wild_type"
        follows = all(
            world[then] == value
            for finding, when, then, value in (*IMPLIES, *self.overlay.implies)
            if world[finding] == when
        )
        return world["ras"] == either and follows

    def goes_together(self, world: Mapping[str, Value]) -> bool:
        """Whether what is filled in can be true of one patient, with what was given."""
        names = self.correlated
        asked = [(place, world[name]) for place, name in enumerate(names) if name in world]
        return any(all(values[at] == value for at, value in asked) for values in self.joint)

    # --- history ---

    def _reuse(self) -> tuple[str, ...]:
        items = self.patient.received.get(self.initial, frozenset())
        regimens, partners = self.overlay.all_regimens, self.overlay.all_partners
        held = reading.regimens_in(items, regimens, partners, self.overlay.withdrawn)
        # What may be both is the regimen where there is no other.
        bases = sorted(held - partners or held)
        found = []
        for base in bases:
            beside = sorted((items & partners) - {base})
            name = "+".join((base, *beside))
            two = any(branch.therapy == name for branch in self.overlay.branches)
            if len(beside) < 2 or (len(beside) == 2 and two):
                found.append(name)
        return tuple(found)

    def _failed_in(self, line: int, name: str, world: World) -> bool:
        agents = self.lines[line] & self.overlay.members(name)
        if not agents or not self.overlay.keeps("I5"):
            return False
        reason = world[f"stopped({line})"]
        if reason == "toxicity":
            blamed = self.patient.toxic.get(line)
            return not blamed or any(agents & self.overlay.members(cause) for cause in blamed)
        return reason == "progression"

    def _counts(self, line: int, name: str) -> bool:
        both = {"oxaliplatin", "irinotecan"}
        apart = both <= self.lines[line] and name in both and not self.overlay.keeps("I20")
        return bool(self.lines[line] & self.overlay.members(name)) and not apart

    def value(self, finding: str, world: World) -> Value:
        """What a finding is; in a world that says so, what it is not by the history."""
        if finding in world:
            return world[finding]
        kind, _, name = finding.rstrip(")").partition("(")
        yes = False
        if finding == "line":
            return "beyond_first" if self.chemotherapy else "first"
        if finding == "lines_before":
            return len(self.chemotherapy)
        if finding == "later_line":
            later = (items for line, items in self.patient.received.items() if line > self.initial)
            yes = self.initial > 0 and any(map(reading.systemic_of, later))
        elif kind == "earlier":
            yes = any(self._counts(line, name) for line in self.lines)
        elif kind == "initial":
            yes = self.initial > 0 and self._counts(self.initial, name)
        elif kind == "failed":
            yes = any(self._failed_in(line, name, world) for line in self.lines)
        elif kind == "stopped" and int(name) not in self.lines:
            return "no such line"
        else:
            return world[finding]
        return "yes" if yes else "no"

    def _met(self, needs: Needs, world: World) -> bool:
        return all(
            accepts_all(accepted, self.value(finding, world)) for finding, accepted in needs.items()
        )

    def in_line(self, source: str) -> bool:
        line = self.statements[source][0]
        return line == "any" or (line == "first") == (not self.chemotherapy)

    # --- decisions ---

    def holds_case(self, case: Case, world: World) -> bool:
        return (
            self.overlay.keeps(case.source)
            and self.in_line(case.source)
            and self._met(case.needs, world)
        )

    def compares(self, case: Case, world: World) -> bool:
        """Whether the case holds and, if it is a branch that offers, the patient can have that."""
        own = [it for it in self.branches if (it.statement, it.name) == (case.source, case.name)]
        return self.holds_case(case, world) and (
            not own or any(self.stands(branch, world) for branch in own)
        )

    def speaks_of(self, case: Case, branch: Branch, subjects: tuple[str, ...]) -> bool:
        """Whether the case speaks of what the branch offers, or of what must stand beside it."""
        if branch.statement == case.source or (case.source, branch.statement) in (
            self.overlay.spares
        ):
            return False
        own = ("by", branch.statement, branch.name, branch.therapy)
        for what in case.what:
            if what[0] == "by" and own[: len(what)] == what:
                return True
            if what[0] != "by" and any(what[0] in self.overlay.held(item) for item in subjects):
                return True
        return False

    def subjects(self, branch: Branch) -> tuple[str, ...]:
        beside_hai = (branch.statement, branch.therapy) == ("5", "fluorouracil_leucovorin")
        return (branch.therapy, "hai") if beside_hai else (branch.therapy,)

    def _excluded(self, branch: Branch, world: World) -> bool:
        """X1 to X5, and the cases that bar."""
        statement, spares, keeps = branch.statement, self.overlay.spares, self.overlay.keeps
        subjects = self.subjects(branch)
        held = frozenset[str]().union(*(self.overlay.held(item) for item in subjects))

        def active(exclusion: str, *choices: tuple[str, tuple[str, ...]]) -> bool:
            spared = (exclusion, statement) in spares or any(
                statement in names and not keeps(choice) for choice, names in choices
            )
            return keeps(exclusion) and not spared

        if active("X4") and held & self.limits:
            return True
        ras = active("X2", ("I15", ("1", "1.1", "11")))
        if ras and "anti_egfr" in held and world["ras"] != "wild_type":
            return True
        extent = active("X5", ("I8", ("5", "9")))
        if extent and held & LOCOREGIONAL and world["disease_extent"] == "disseminated":
            return True
        repeats = keeps("I7") and active("X3", ("I11", ("11",)))
        if repeats and self._repeats(statement, held, world):
            return True
        return any(
            case.ceiling == 0
            and self.speaks_of(case, branch, subjects)
            and self.holds_case(case, world)
            for case in self.overlay.cases
        )

    def _repeats(self, statement: str, held: frozenset[str], world: World) -> bool:
        listed = reading.NOT_REPEATED | self.overlay.not_repeated
        naive = self.overlay.keeps("I16") and not any(
            agents & self.overlay.members("anti_egfr") for agents in self.lines.values()
        )
        for line in self.lines:
            if statement == "11" and line == self.initial:
                continue
            blamed = self.patient.toxic.get(line, frozenset())
            for name in sorted(held & (listed | blamed)):
                if self._failed_in(line, name, world):
                    excused = naive and (statement, name) == ("6.3", "irinotecan")
                    if not (excused and world[f"stopped({line})"] == "progression"):
                        return True
        return False

    def stands(self, branch: Branch, world: World) -> bool:
        if not self.in_line(branch.statement):
            return False
        if not self._met(branch.needs, world) or self._excluded(branch, world):
            return False
        beside = self._offers_beside(branch)
        return beside is None or any(self.stands(other, world) for other in beside)

    def is_offered(self, branch: Branch) -> bool:
        """Whether what it must stand beside, if anything, is offered at all."""
        return self._offers_beside(branch) != []

    def _offers_beside(self, branch: Branch) -> list[Branch] | None:
        """The offers of the regimens that it must stand beside, None where it need not."""
        regimens = self._must_stand_beside(branch)
        found = [other for other in self.branches if other.therapy in regimens]
        return [one for one in found if not self._must_stand_beside(one)] if regimens else None

    def _must_stand_beside(self, branch: Branch) -> set[str]:
        return {
            regimen
            for statement, therapy, regimen in self.overlay.beside
            if (statement, therapy) == (branch.statement, branch.therapy)
        }

    def grade(self, branch: Branch, world: World) -> int:
        own = branch.grade or self.statements[branch.statement][1]
        ceilings = [
            case.ceiling
            for case in self.overlay.cases
            if 0 < case.ceiling < own
            and self.speaks_of(case, branch, (branch.therapy,))
            and self.compares(case, world)
        ]
        return min([own, *ceilings])

    def supports(self, therapy: str, world: World) -> dict[str, int]:
        """The statements that let the therapy through, each with the grade it gives."""
        found: dict[str, int] = {}
        for branch in self.branches:
            if branch.therapy == therapy and self.stands(branch, world):
                grade = self.grade(branch, world)
                found[branch.statement] = max(grade, found.get(branch.statement, 0))
        return found

    def completions(self, therapy: str) -> tuple[list[str], dict[Values, Supports]]:
        """The unknown findings that are looked up, and the supports in every completion.

        Raises:
            TooMany: there are more than can be gone through.
        """
        names: list[str] = []
        while True:
            answers: dict[Values, Supports] = {}
            columns = [domain(self.overlay, _as_ras(name)) for name in names]
            size = 1
            for column in columns:
                size *= len(column)
            if size > MOST_COMPLETIONS:
                raise TooMany
            try:
                for values in product(*columns):
                    filled = dict(zip(names, values, strict=True))
                    if self.goes_together(filled):
                        answers[values] = self.supports(therapy, World({**self.known, **filled}))
            except Unfilled as unfilled:
                names.append(str(unfilled))
            else:
                return names, answers


class TooMany(Exception):  # noqa: N818
    """A patient of whom too much is unknown for this."""


GENES = ("kras", "nras", "ras")
IMPLIES = (("kras_g12c", "yes", "kras", "mutant"), ("braf_v600e", "yes", "braf", "mutant"))


def _as_ras(name: str) -> str:
    return "ras" if name in GENES else name


def accepts(wanted: Value | Bound, value: Value) -> bool:
    if isinstance(wanted, tuple):
        return int(value) <= wanted[1] if wanted[0] == "at_most" else int(value) >= wanted[1]
    return wanted == value


def accepts_all(wanted: tuple[Value | Bound, ...], value: Value) -> bool:
    """Whether the value lies between the bounds, or is one of the other values."""
    plain = [one for one in wanted if not isinstance(one, tuple)]
    sides = [
        [one for one in wanted if isinstance(one, tuple) and one[0] == side]
        for side in ("at_least", "at_most")
    ]
    within = all(any(accepts(one, value) for one in side) for side in sides if side)
    return value in plain or (any(sides) and within)


# --- what comes of it ----------------------------------------------------------------------


@dataclass
class Read:
    """What the table and the overlay say of one patient."""

    status: dict[str, str] = field(default_factory=dict)
    missing: dict[str, set[str]] = field(default_factory=dict)
    statements: dict[str, set[str]] = field(default_factory=dict)
    partly: dict[str, set[str]] = field(default_factory=dict)  # those that support it only together
    grade: dict[str, str] = field(default_factory=dict)
    sets: dict[frozenset[str], str] = field(default_factory=dict)


def read(reader: Reader) -> Read:
    """Read table and overlay for one patient.

    Raises:
        TooMany: see `Reader.completions`.
    """
    found = Read()
    if reader.given.get("liver_metastases") == "none":
        return found
    rank: dict[str, int] = {}
    beside: dict[tuple[str, str | None], int] = {}
    for therapy in sorted({branch.therapy for branch in reader.branches}):
        names, answers = reader.completions(therapy)
        passed = {values for values, supports in answers.items() if supports}
        if not passed:
            if therapy in reader.listed:
                found.status[therapy] = "excluded"
        elif len(passed) < len(answers):
            found.status[therapy] = "undetermined"
            found.missing[therapy] = {
                name
                for place, name in enumerate(names)
                if _flips(place, passed, answers.keys() - passed)
            }
        else:
            found.status[therapy] = "eligible"
            every = list(answers.values())
            common = set(every[0]).intersection(*every)
            found.statements[therapy] = common
            found.partly[therapy] = set() if common else set().union(*every)
            rank[therapy] = min(max(supports.values()) for supports in every)
            found.grade[therapy] = GRADES[rank[therapy]]
            tied = reader.overlay.companions(therapy)
            for other in {None, *(name for names in tied.values() for name in names)}:
                beside[therapy, other] = min(
                    max([grade for s, grade in it.items() if other in tied.get(s, [other])] or [0])
                    for it in every
                )
    found.sets.update(_sets(reader, found, beside))
    return found


def _flips(place: int, passed: set[Values], failed: set[Values]) -> bool:
    def rest(values: Values) -> Values:
        return values[:place] + values[place + 1 :]

    return bool(set(map(rest, passed)) & set(map(rest, failed)))


def _sets(
    reader: Reader, found: Read, beside: Mapping[tuple[str, str | None], int]
) -> Iterator[tuple[frozenset[str], str]]:
    """Yield the sets with their grades, by the grade of each therapy beside each other one."""
    local: list[str | None] = [None, *(name for name in found.grade if name in LOCOREGIONAL)]
    systemic = [None, *(name for name in found.grade if name not in LOCOREGIONAL)]
    for one, other in product(systemic, local):
        chosen = frozenset(name for name in (one, other) if name is not None)
        regimen = None if one is None else one.partition("+")[0]
        grades = [
            beside.get((name, companion), beside[name, None])
            for name, companion in ((one, other), (other, regimen))
            if name is not None
        ]
        if chosen and all(grades) and _allowed(reader, found, one, other):
            yield chosen, GRADES[min(grades)]


def _allowed(reader: Reader, found: Read, systemic: str | None, local: str | None) -> bool:
    overlay = reader.overlay
    chosen = [name for name in (systemic, local) if name is not None]
    held = frozenset[str]().union(*map(overlay.held, chosen))
    if overlay.keeps("X1") and overlay.keeps("1.2") and {"anti_vegf", "anti_egfr"} <= held:
        return False
    supporters = {s for name in chosen for s in found.statements[name] | found.partly[name]}
    if any(part in held and statement in supporters for part, statement in overlay.apart):
        return False
    alone = overlay.single | {"8"}
    if len(chosen) > 1 and any(found.statements[name] & alone for name in chosen):
        return False
    if local == "hai" and overlay.keeps("5"):
        free = not overlay.keeps("I19") and bool({"9", "12"} & found.statements["hai"])
        beside = (None, "folfox", "folfiri", "fluorouracil_leucovorin")
        if systemic not in beside and not free:
            return False
    return True
