"""Which unknown findings matter for a patient, and what each of their values would give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from crcasp.program.completions import Completions
from crcasp.program.engine import engine
from crcasp.program.implicants import all_causes
from crcasp.program.terms import Word, bounds, grouped, natural, word
from crcasp.questions.decoder import AdviceDecoder
from crcasp.questions.patient import Constants, Overlays, Patient, Source
from crcasp.results.advice import Together
from crcasp.results.missing import Missing, MissingFinding, Outcome
from crcasp.results.provenance import Provenance


def missing(
    source: Source, *, overlays: Overlays = (), constants: Constants | None = None
) -> Missing:
    """Return the unknown findings that can change the answer for one patient.

    Args:
        source: as for `recommend`.
        overlays: as for `recommend`.
        constants: as for `recommend`.

    Raises:
        InputError: the patient's facts are not in order.
        UsageError: an overlay or a constant is not in order.

    >>> found = missing({"ras": "mutant", "age": 80})
    >>> [finding.finding for finding in found.findings][:2]
    ['country', 'side']
    """
    return what_is_missing(Patient.read(source, overlays, constants))


def what_is_missing(patient: Patient) -> Missing:
    """Return the unknown findings that matter for a patient that was read."""
    completions = patient.completions()
    table = patient.engine.table
    decoder = AdviceDecoder(completions, table)
    provenance = Provenance.of(patient.program, patient.base, completions)
    if not decoder.in_scope:
        return Missing((), provenance, in_scope=False)
    joint = together(decoder)
    decides, raises = (
        grouped((finding, str(therapy)) for therapy, finding in completions.missing[name])
        for name in ("decides", "raises")
    )
    found = [
        MissingFinding(
            finding,
            table.ordered(decides.get(finding, ())),
            table.ordered(raises.get(finding, ())),
            tuple(_outcomes(decoder, values)),
        )
        for finding, values in open_findings(completions).items()
        if finding in decides or finding in raises
    ]
    preferred, grade = decoder.preferred()
    result = Missing(
        tuple(found), provenance, True, preferred, grade, joint, tuple(decoder.findings())
    )

    def order(it: MissingFinding) -> tuple[object, ...]:
        return not result.changes(it), -len(it.decides), -len(it.raises), natural(it.finding)

    return replace(result, findings=tuple(sorted(found, key=order)))


def _outcomes(decoder: AdviceDecoder, values: Mapping[str, int]) -> Iterator[Outcome]:
    for value, literal in values.items():
        yield Outcome(value, *_assuming(decoder, [literal]).preferred())


def _assuming(decoder: AdviceDecoder, literals: Iterable[int]) -> AdviceDecoder:
    return AdviceDecoder(decoder.completions.assuming(literals), decoder.table, decoder)


# ---- findings that would add a therapy together -----------------------------------------------


def together(decoder: AdviceDecoder) -> tuple[Together, ...]:
    """Return every smallest set of findings, with values, that would add a therapy.

    First those that change the preferred sets; among these, and after them, the smaller first.
    """
    return tuple(_Together(decoder).found()) if decoder.in_scope else ()


def open_findings(completions: Completions) -> dict[str, dict[str, int]]:
    """Return for each unknown finding its possible values in words, each with its literal."""
    domains: dict[str, dict[Word, int]] = {}
    possible = {tuple(atom.arguments) for atom in completions.possible if atom.name == "is"}
    for atom, literal in completions.literals("turns_out", 2).items():
        finding, value = atom.arguments
        if (finding, value) not in possible:
            continue
        domains.setdefault(str(finding), {})[word(value)] = literal
    return {
        finding: {bounds(values, [value])[0]: literal for value, literal in values.items()}
        for finding, values in domains.items()
        if len(values) > 1
    }


class _Together:
    def __init__(self, decoder: AdviceDecoder) -> None:
        self.decoder = decoder
        self.completions = decoder.completions
        domains = open_findings(self.completions)
        self.domains = {name: [*values.values()] for name, values in domains.items()}
        self.called = {
            literal: (name, value)
            for name, values in domains.items()
            for value, literal in values.items()
        }
        self.entailing = [*self._entailing()]
        self.now, self.grade = decoder.preferred()
        self.lowest = decoder.table.ranks.get(str(self.grade), 0)
        self.graded = {
            (str(word(atom.arguments[0])), atom.arguments[1].number): literal
            for atom, literal in self.completions.literals("has_grade", 2).items()
        }

    def _entailing(self) -> Iterator[int]:
        """Yield the literals of values that say something of another unknown finding.

        Where one entails another, what is not the other says that it is not the one either. What
        constraints of an overlay tie together is not looked into: any value may say something.
        """
        if engine(self.completions.program).constrained:
            yield from self.called
            return
        entails = [atom.arguments for atom in self.completions.literals("entails", 4)]
        for atom, literal in self.completions.literals("turns_out", 2).items():
            finding, value = atom.arguments
            says = (
                [finding, value] == [name, cause] or (finding == other and value != entailed)
                for name, cause, other, entailed in entails
            )
            if literal in self.called and any(says):
                yield literal

    def found(self) -> list[Together]:
        allows: dict[tuple[int, ...], set[str]] = {}
        raises: dict[tuple[int, ...], set[str]] = {}
        for into, goals in ((allows, self._eligible()), (raises, self._higher())):
            known: dict[int, list[list[int]]] = {}
            for therapy, goal in goals:
                if goal not in known:
                    known[goal] = all_causes(self.completions, goal, self.domains, self.entailing)
                for chosen in known[goal]:
                    into.setdefault(tuple(chosen), set()).add(therapy)
        made = [self._made(chosen, allows, raises) for chosen in {**allows, **raises}]
        return sorted(filter(lambda it: it.prefers or it.allows, made), key=_first)

    def _eligible(self) -> Iterator[tuple[str, int]]:
        """Yield each undetermined therapy, with the literal that says that it is eligible."""
        for atom, literal in self.completions.literals("eligible", 1).items():
            therapy = word(atom.arguments[0])
            if therapy in self.decoder.open:
                yield str(therapy), literal

    def _higher(self) -> Iterator[tuple[str, int]]:
        """Yield each grade that a therapy may reach and by which it would be preferred."""
        certain = {*self.completions.certain}
        possible = {*self.completions.possible}
        told = {therapy for therapy, goal in self._eligible() if self.reaches((goal,), therapy)}
        graded = [
            *self.completions.literals("has_grade", 2).items(),
            *self.completions.literals("grade_beside", 3).items(),
        ]
        for atom, literal in graded:
            therapy, rank = word(atom.arguments[0]), atom.arguments[-1].number
            is_told = atom.name == "has_grade" and therapy in told  # with that it is eligible
            needed = self.lowest + is_told
            if atom in possible and atom not in certain and rank >= needed:
                yield str(therapy), literal

    def reaches(self, chosen: tuple[int, ...], therapy: str) -> bool:
        """Return whether a therapy has at least the grade of the preferred sets, by a choice."""
        literal = self.graded.get((therapy, self.lowest))
        return not self.lowest or (
            literal is not None and not self.completions.satisfiable([*chosen, -literal])
        )

    def _made(
        self,
        chosen: tuple[int, ...],
        allows: Mapping[tuple[int, ...], set[str]],
        raises: Mapping[tuple[int, ...], set[str]],
    ) -> Together:
        added = allows.get(chosen, set()) | raises.get(chosen, set())
        fresh: set[str] = set()
        grade, instead = self.grade, False
        if any(self.reaches(chosen, therapy) for therapy in added):
            preferred, grade = _assuming(self.decoder, chosen).preferred()
            instead = grade != self.grade
            moved = (names for names in preferred if instead or names not in self.now)
            fresh = {name for names in moved for name in names} & added
        table = self.decoder.table
        return Together(
            tuple(sorted((self.called[it] for it in chosen), key=lambda it: natural(it[0]))),
            table.ordered(fresh),
            grade if fresh else None,
            bool(fresh) and instead,
            table.ordered(allows.get(chosen, ())),
        )


def _first(it: Together) -> tuple[object, ...]:
    added = len({*it.prefers, *it.allows})
    return not it.prefers, not it.instead, len(it.findings), -added, it.findings
