"""The one solver: a grounded program, asked under assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias, cast

from clingo import Configuration, Control, Model, Symbol, TruthValue

from crcasp.program.terms import Row, row

Assumptions: TypeAlias = Sequence[int]


class Solver:
    """A grounded control. All questions leave it as it was; one thread may ask at a time."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.solving = cast(Configuration, control.configuration.solve)
        self.search = cast(Configuration, control.configuration.solver)

    # ---- what is grounded ---------------------------------------------------------------

    def literals(self, predicate: str, arity: int) -> dict[Symbol, int]:
        """Return each atom of a predicate that some model may have, with its literal."""
        atoms = self.control.symbolic_atoms.by_signature(predicate, arity)
        return {atom.symbol: atom.literal for atom in atoms}

    def literals_of(self, signatures: Iterable[tuple[str, int]]) -> dict[Symbol, int]:
        """Return each atom of some predicates that some model may have, with its literal."""
        return {atom: it for of in signatures for atom, it in self.literals(*of).items()}

    def facts(self, predicate: str, arity: int) -> list[Row]:
        """Return the arguments of each atom of a predicate that holds in every model."""
        atoms = self.control.symbolic_atoms.by_signature(predicate, arity)
        return [row(atom.symbol) for atom in atoms if atom.is_fact]

    # ---- its models -----------------------------------------------------------------------

    def models(self, assumptions: Assumptions = ()) -> Iterator[Model]:
        """Yield every model; one is valid only until the next is asked for."""
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            yield from handle

    def satisfiable(self, assumptions: Assumptions = ()) -> bool:
        """Return whether there is a model."""
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            return handle.model() is not None

    def core(self, assumptions: Assumptions) -> list[int] | None:
        """Return assumptions that no model has together, None if there is a model."""
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            return None if handle.get().satisfiable else list(handle.core())

    def consequences(self, mode: str, assumptions: Assumptions = ()) -> Sequence[Symbol] | None:
        """Return the shown atoms that hold in all models ("cautious") or in some ("brave").

        It is None if there is no model.
        """
        shown: Sequence[Symbol] | None = None
        with self._mode("enum_mode", mode):
            for model in self.models(assumptions):
                shown = model.symbols(shown=True)
        return shown

    def literals_in_model(self, assumptions: Assumptions, atoms: Sequence[int]) -> list[int] | None:
        """Return atoms as literals that hold in the first model, None if there is no model."""
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            model = handle.model()
            if model is None:
                return None
            return [atom if model.is_true(atom) else -atom for atom in atoms]

    def smallest(
        self, assumptions: Assumptions, atoms: Iterable[Symbol] = ()
    ) -> list[Symbol] | None:
        """Return which of some atoms hold in an optimal model, None if there is no model."""
        if not self.satisfiable(assumptions):
            return None
        candidates, found = list(atoms), list[Symbol]()
        # Core-guided: the smallest patients have few facts, so that few cores are in the way.
        with self._mode("opt_strategy", "usc"), self._mode("opt_mode", "opt"):
            for model in self.models(assumptions):
                found = [atom for atom in candidates if model.contains(atom)]
        return found

    @contextmanager
    def _mode(self, key: str, value: str) -> Iterator[None]:
        part = self.solving if key in (self.solving.keys or ()) else self.search
        before = getattr(part, key)
        setattr(part, key, value)
        try:
            yield
        finally:
            setattr(part, key, before)

    # ---- guarded clauses --------------------------------------------------------------------

    def guard(self) -> int:
        """Return a new literal under which clauses can be added: they bind where it is assumed."""
        with self.control.backend() as backend:
            literal: int = backend.add_atom()
            backend.add_external(literal, TruthValue.Free)
        return literal

    def exclude(self, literals: Iterable[int]) -> None:
        """Leave out all models in which these literals hold together."""
        with self.control.backend() as backend:
            backend.add_rule([], list(literals))
