"""Where an answer comes from: enough to ask again and to print a page anew."""

from __future__ import annotations

from typing import NamedTuple

from crcasp.errors import UsageError
from crcasp.facts import FactBase
from crcasp.program.completions import Completions
from crcasp.program.engine import engine
from crcasp.program.files import Program, program_directory
from crcasp.program.table import Table
from crcasp.program.terms import in_order, natural

SHOWN = 16  # hexadecimal digits of a fingerprint


class Provenance(NamedTuple):
    """The facts and the program behind an answer.

    Attributes:
        facts: the patient's facts, in order of appearance.
        sources: where they were read, such as file names.
        program: the program with its overlays and constants.
        withdrawn: what overlays take back, of a patient what they take back there.
    """

    facts: tuple[str, ...]
    sources: tuple[str, ...]
    program: Program
    withdrawn: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, program: Program, base: FactBase | None = None, completions: Completions | None = None
    ) -> Provenance:
        """Return the provenance of an answer, to facts that were read if it is one to facts."""
        facts = base.facts if base else {}
        sources = dict.fromkeys(place.source for place in facts.values())
        withdrawn = engine(program).table.withdrawn
        if completions:
            names = (str(name) for (name,) in completions.facts("withdrawn", 1))
            withdrawn = in_order(names)
        return cls(tuple(map(str, facts)), tuple(sources), program, withdrawn)

    @property
    def rules(self) -> Table:
        """By which rules the answer is given, in words."""
        return engine(self.program).table._replace(withdrawn=self.withdrawn)

    def lines(self) -> list[str]:
        """Return the facts as lines of a fact file, sorted."""
        return [f"{fact}." for fact in sorted(self.facts, key=natural)]

    def fingerprint(self) -> str:
        """Return the fingerprint of the facts: of their sorted lines."""
        return digest("".join(f"{line}\n" for line in self.lines()).encode())


def known(provenance: Provenance | None) -> Provenance:
    """Return a provenance that is there.

    Raises:
        UsageError: there is none, as in a result that was not made by this package.
    """
    if provenance is None:
        raise UsageError(
            "This result was made by hand: only what a function of crcasp returns has a page."
        )
    return provenance


def program_fingerprint() -> str:
    """Return the fingerprint of every file in `lp/`, one after another by path."""
    from pathlib import Path

    root = Path(program_directory())
    files = {path.relative_to(root).as_posix().encode(): path for path in root.rglob("*.lp")}
    return digest(b"".join(files[name].read_bytes() for name in sorted(files)))


def overlay_fingerprints(program: Program) -> list[tuple[str, str]]:
    """Return each overlay's name with its fingerprint."""
    return [(name, digest(text.encode())) for name, text in program.overlays]


def digest(content: bytes) -> str:
    """Return the fingerprint of some bytes."""
    from hashlib import sha256

    return sha256(content).hexdigest()[:SHOWN]
