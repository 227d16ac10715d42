"""Two tables side by side, over all fully known patients."""

from __future__ import annotations

from collections.abc import Set
from functools import cache, cached_property

from clingo import Function, Symbol

from crcasp.errors import UsageError
from crcasp.program.completions import stated
from crcasp.program.engine import Engine, engine
from crcasp.program.files import Program, verdict_files
from crcasp.program.flaws import checked
from crcasp.program.ground import GroundRules, add_copy
from crcasp.program.sets import OF_TABLE, OF_VERDICTS
from crcasp.program.solver import Solver
from crcasp.program.table import phrases
from crcasp.program.terms import grouped, word
from crcasp.program.wording import Wording
from crcasp.questions.part import Patients
from crcasp.questions.side_by_side import CHANGES, INPUTS, SideBySide, limits

LINES = 4  # of a history
FILES = tuple(name for name in verdict_files() if name != "reasons.lp")
LEFT_OUT = (
    "diff cannot compare tables with constraints, which leave patients or sets without an answer: "
    "leave this one out."
)
COMPARED = "diff/compared.lp"
OF_ONE_LINE = 5  # the level of a topic that is of a line by its number
SETS = ("sets.lp", "wrapper/sets.lp", "any/pairs.lp", "diff/sets.lp")
# What both tables read of the names that only one of them has.
WORDS = (
    ("value", 2), ("regimen", 1), ("partner", 1), ("locoregional", 1), ("drug", 1),
    ("local_treatment", 1), ("unnamed", 1), ("composed", 2), ("member", 2), ("implies", 4),
    ("stop_reason", 1),
)  # fmt: skip
COMPARED_WORDS = ("composed", "member", "implies")  # if both tables have the names
NEVER = ("assumed_never", 2)


class Both(SideBySide):
    """Every fully known patient, and what two tables say of each.

    Args:
        old: one table.
        new: the other.

    Raises:
        UsageError: one of them is not in order, or has constraints.
    """

    def __init__(self, old: Program, new: Program) -> None:
        self.given = (old, new)
        self.engines = [engine(program) for program in self.given]
        checks = [checked(program) for program in self.given]
        constraints = (it for check in checks for own in check.overlays for it in own.constraints)
        for place, _ in constraints:
            raise UsageError(f"{place}: {LEFT_OUT}")
        for check in checks:
            check.refuse_patient()
            check.refuse_history()
        self.tables = [one.table for one in self.engines]
        self.lines = min(LINES, *(one.vocabulary.lines for one in self.engines))
        self.programs = [
            program._replace(overlays=(*program.overlays, ("words", shared_words(one, other))))
            for program, one, other in zip(
                self.given, self.engines, self.engines[::-1], strict=True
            )
        ]
        before, after = map(self._grounded, self.programs)
        super().__init__(before, after, INPUTS)
        self.of_table = [[*one.literals_of(OF_TABLE)] for one in (before, self)]
        if not self.satisfiable():
            names = ", ".join(name for program in self.given for name, _ in program.overlays)
            raise UsageError(f"{names}: its rules leave no patient to compare the tables for.")
        of_lines = {
            str(atom.symbol.arguments[2])  # of a line by its number, whichever line is the first
            for one in (before, self)
            for atom in one.control.symbolic_atoms.by_signature("asks", 3)
            if atom.is_fact
        }
        self.topics: dict[Symbol, dict[Symbol, int]] = {}
        for topic in [*before.literals("topic", 3), *self.literals("topic", 3)]:
            therapy, finding, level = topic.arguments
            if level.number < OF_ONE_LINE or str(finding) in of_lines:
                self.topics.setdefault(therapy, {})[finding] = level.number
        old_atoms = ((it.arguments[0], literal) for it, literal in self.literals("old", 1).items())
        self.turns_out |= {it: literal for it, literal in old_atoms if it.name == "turns_out"}
        self.about = cache(self._about)

    def _grounded(self, program: Program) -> Patients:
        exact = {
            Function("exact", need.arguments[2:])
            for one in self.tables
            for need in one.solver.literals("needs", 4)
            if str(need.arguments[3]).lstrip("-").isdigit()
        }
        never = (set(one.declared.literals(*NEVER)) for one in self.engines)
        known = (Function("may_be", it.arguments) for it in set.symmetric_difference(*never))
        told = stated((*limits(self.engines), *exact, *known))
        text = f"any_line(1..{self.lines}). {told}"
        files = (*FILES, "any/patients.lp", COMPARED, CHANGES)
        rules = GroundRules()
        return Patients(program.grounded(files, [], text, program.overlays, rules), rules)

    # ---- sets -------------------------------------------------------------------------------

    @cached_property
    def reset(self) -> int:
        """The literal that only one table prefers a set, any one; it is added to the program."""
        chosen: dict[Symbol, int] = {}
        preferred = [self._preferred(place, chosen) for place in (0, 1)]
        with self.control.backend() as backend:
            reset: int = backend.add_atom()
            for one, other in (preferred, preferred[::-1]):
                backend.add_rule([reset], [one, -other])
        return reset

    def _preferred(self, place: int, chosen: dict[Symbol, int]) -> int:
        """Return the literal that one of the tables prefers the chosen set.

        Args:
            place: 0 for the old table, 1 for the new one.
            chosen: takes what a set is chosen by, the same for both tables, with literals.
        """
        name, program = ("old", "new")[place], self.programs[place]
        verdicts = {
            atom.arguments[1]: literal
            for atom, literal in self.literals("in", 2).items()
            if atom.arguments[0].name == name
            and (atom.arguments[1].name, len(atom.arguments[1].arguments)) in OF_VERDICTS
        }
        text = stated(self.of_table[place]) + "".join(f" #external {atom}." for atom in verdicts)
        rules = GroundRules()
        sets = Solver(program.grounded(SETS, [], text, program.overlays, rules))
        given = sets.literals_of(OF_VERDICTS).items()
        shared = {literal: verdicts[atom] for atom, literal in given}
        with self.control.backend() as backend:
            for predicate in ("regimen_chosen", "partner_chosen", "locoregional_chosen"):
                for atom, literal in sets.literals(predicate, 1).items():
                    if atom not in chosen:
                        chosen[atom] = backend.add_atom()
                        backend.add_rule([chosen[atom]], choice=True)
                    shared[literal] = chosen[atom]
            broken, preferred = backend.add_atom(), backend.add_atom()
            surpassed = Function("surpassed")
            named = [(surpassed, it, False) for it in sets.literals("surpassed", 0).values()]
        add_copy(self.control, rules, named, name, shared, broken)
        found = self.literals(name, 1).get(Function(name, [surpassed]))
        with self.control.backend() as backend:
            backend.add_rule([preferred], [-broken, *([-found] if found else [])])
        return int(preferred)

    # ---- findings ---------------------------------------------------------------------------

    @cached_property
    def readings(self) -> dict[tuple[str, Symbol], dict[Symbol, int]]:
        """Each finding with its values and their literals, by the table that reads it.

        What a fact of the patient says is read by both in the same way, "".
        """
        found: dict[tuple[str, Symbol], dict[Symbol, int]] = {}
        for atom, literal in self.turns_out.items():
            found.setdefault(("", atom.arguments[0]), {})[atom.arguments[1]] = literal
        for atom, literal in self.literals("contraindicated", 1).items():
            found["", atom.arguments[0]] = {Function("denied"): literal}
        for atom, literal in self.literals("in", 2).items():
            table, inner = atom.arguments
            if inner.name == "reads":
                finding, value = inner.arguments
                by = "" if ("", finding) in found else table.name
                found.setdefault((by, finding), {})[value] = literal
        return found

    def _about(self, predicate: str) -> dict[Symbol, dict[Symbol, int]]:
        """Return the atoms of a predicate by their first argument, with literals."""
        found: dict[Symbol, dict[Symbol, int]] = {}
        for arity in (1, 2, 3, 4):
            for atom, literal in self.literals(predicate, arity).items():
                found.setdefault(atom.arguments[0], {})[atom] = literal
        return found

    @cached_property
    def added(self) -> set[str]:
        """The statements and exclusions that only one table has."""
        old, new = ({*table.texts, *table.exclusions} for table in self.tables)
        return old ^ new

    # ---- in words -------------------------------------------------------------------------

    @cached_property
    def words(self) -> Wording:
        """Names for a person, by either table."""
        labels = {
            str(word(it.arguments[0])): it.arguments[1].string for it in self.literals("label", 2)
        }
        return Wording(
            {**self.tables[0].words.labels, **labels}, phrases(self), self.tables[1].words.headings
        )

    def nameable(self, therapy: Symbol) -> bool:
        """Return whether both tables can name a therapy, or one of them offers it by name."""
        name = str(word(therapy))
        words = ({*one.table.names("regimen"), *one.table.names("partner")} for one in self.engines)
        return name in self.offered or all({*name.split("+")} <= own for own in words)

    def place(self, therapy: str) -> tuple[int, str]:
        """Return a sort key: the therapies that are offered, then what may be given again."""
        names = self.offered
        return names.index(therapy) if therapy in names else len(names), therapy

    @cached_property
    def lapsed(self) -> set[str]:
        """The interpretations that only one of the tables has."""
        old, new = (one.solver.literals("in_force", 1).keys() for one in self.tables)
        return {str(word(it.arguments[0])) for it in old ^ new}

    def constants_behind(self, sources: Set[str]) -> list[str]:
        """Return the constants that differ, as the new table has them, and bound what sources need.

        What a constant of an overlay bounds is not known if the overlay does not say so.
        """
        old, new = (program.known_constants() | dict(program.constants) for program in self.given)
        rows = self.tables[1].solver.facts("threshold", 3)
        bounded = grouped((str(name), str(finding)) for name, finding, _ in rows)
        needs = (set(table.solver.literals("needs", 4)) for table in self.tables)
        moved = {
            str(need.arguments[2])
            for need in set.symmetric_difference(*needs)
            if need.arguments[0].string in sources
        }
        unsaid = {*new} - {*Program().known_constants()} - {*bounded}
        return [
            f"{name}={new[name]}"
            for name in sorted(old.keys() & new.keys())
            if old[name] != new[name] and (name in unsaid or moved & {*bounded.get(name, ())})
        ]

    @cached_property
    def offered(self) -> list[str]:
        """The therapies of both tables, those of the new one first."""
        return [*dict.fromkeys(name for table in self.tables[::-1] for name in table.places)]


def shared_words(one: Engine, other: Engine) -> str:
    """Return the facts of the vocabulary that one table lacks and the other one has.

    What holds what, what is a member of what and what implies what is compared if both can name it.
    """
    own, strange = ({*it.declared.literals_of(WORDS)} for it in (one, other))
    names = {name for atom in own for name in atom.arguments}
    return stated(
        atom
        for atom in strange - own
        if atom.name not in COMPARED_WORDS or not names.issuperset(atom.arguments)
    )
