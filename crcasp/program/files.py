"""The logic program as files, constants and overlays."""

from __future__ import annotations

import atexit
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from crcasp.errors import NoAnswerError, UsageError
from crcasp.program.trusted import Texts, read_all_trusted

if TYPE_CHECKING:
    from clingo import Control, Observer
    from clingo.ast import AST

VOCABULARY = ("vocabulary.lp", "interpretations.lp")  # its files
MESSAGES = 1000  # of clingo's that are read


@cache
def program_directory() -> str:
    """Return the directory of the logic program, in a wheel or beside the package."""
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    for directory in (os.path.join(package, "lp"), os.path.join(os.path.dirname(package), "lp")):
        if os.path.isfile(os.path.join(directory, "table.lp")):
            return directory
    raise UsageError(f"The logic program is missing beside {package}: install crcasp anew.")


def path_of(name: str) -> str:
    """Return the path of a file of `lp/`."""
    return os.path.join(program_directory(), name)


class Program(NamedTuple):
    """The main program with what the user put on top: the key of the engine cache.

    Attributes:
        overlays: further `.lp` files of the user's own, trusted, each with its text.
        constants: overridden constants as (name, value) pairs.
    """

    overlays: Texts = ()
    constants: tuple[tuple[str, str], ...] = ()

    @classmethod
    def build(
        cls,
        overlays: Sequence[str | os.PathLike[str]] = (),
        constants: Mapping[str, str | int] | None = None,
        *,
        called: str = "overlays",
    ) -> Program:
        """Read the overlays and check the constants' names and values.

        A folder stands for the `.lp` files in it. `called` is what a message calls the overlays.

        Raises:
            UsageError: an overlay cannot be read, or a constant is unknown.
        """
        program = cls(read_all_trusted(overlays, called))
        if not constants:
            return program
        if not isinstance(constants, Mapping):
            raise UsageError('constants must be a mapping: write {"name": value}.')
        known = program.known_constants()
        for name, value in constants.items():
            if name not in known:
                names = ", ".join(f"{key}={known[key]}" for key in sorted(known))
                raise UsageError(f"There is no constant {name}; the known ones are {names}.")
            if not re.fullmatch(r"-?(0|[1-9][0-9]{0,3})|[a-z]\w*", str(value), re.ASCII):
                raise UsageError(f"{name}={value}: a constant is a name, or a number up to 9999.")
            if _is_number(known[name]) != _is_number(str(value)):
                kind = "whole number" if _is_number(known[name]) else "name"
                raise UsageError(f"{name}={value}: this constant is a {kind}, as in {known[name]}.")
        pairs = tuple(sorted((name, str(value)) for name, value in constants.items()))
        return cls(program.overlays, pairs)

    def known_constants(self) -> dict[str, str]:
        """Return each constant that the program defines, with its default."""
        from clingo.ast import ASTType

        from crcasp.program.syntax import parse

        with SYNTAX:
            nodes = [node for path in main_paths() for node in statements_of(path)]
            for name, text in self.overlays:
                parse(name, text, nodes.append)
            found = (node for node in nodes[::-1] if node.ast_type == ASTType.Definition)
            return {node.name: str(node.value) for node in found}

    def control(
        self,
        *extra: str,
        facts: str = "",
        trusted: tuple[tuple[str, str], ...] = (),
        observer: Observer | None = None,
        files: Sequence[str] | None = None,
        rules: Sequence[AST] = (),
    ) -> Control:
        """Return the grounded program with files from subfolders of `lp/`, and facts.

        Args:
            extra: files in subfolders of `lp/`, such as "wrapper/show.lp".
            facts: facts as text, from symbols that have been checked.
            trusted: further texts of the user's own for this control, with their names.
            observer: is told the ground rules.
            files: the files of `lp/`, if not those that lead to the verdicts.
            rules: further rules.

        Raises:
            OverlayError: clingo refuses an overlay or has anything to say about it.
        """
        names = [*(verdict_files() if files is None else files), *extra]
        texts = (*(self.overlays if "sets.lp" in names else self.divided[0]), *trusted)
        messages: list[str] = []
        with suppress(RuntimeError):
            control = self.grounded(names, messages, facts, texts, observer, rules=rules)
            if not messages:
                return control
        from crcasp.program.clingo_messages import refused
        from crcasp.program.syntax import named_statements

        messages.clear()  # and again, so that clingo names the texts
        named = [node for text in texts for node in named_statements(*text)]
        with suppress(RuntimeError):
            self.grounded(names, messages, facts, texts, rules=named, apart=True)
        raise refused(messages, dict(texts))

    def vocabulary_control(self, check: str = "", facts: str = "") -> Control:
        """Return the vocabulary grounded, with a check of facts where one is named.

        An overlay may extend the vocabulary; what else it says is not asked here.
        """
        names = VOCABULARY + ((check,) if check else ())
        return self.grounded(names, [], facts, self.overlays)

    def grounded(
        self,
        names: Sequence[str],
        messages: list[str],
        facts: str,
        texts: Iterable[tuple[str, str]],
        observer: Observer | None = None,
        rules: Sequence[AST] = (),
        apart: bool = False,
    ) -> Control:
        """Return files of `lp/` grounded with facts and texts of the user's own.

        Args:
            names: the files, in `lp/` or its subfolders.
            messages: takes what clingo has to say.
            facts: facts as text.
            texts: the user's own texts, with their names.
            observer: is told the ground rules.
            rules: further rules.
            apart: whether these are the rules of the texts, which are not read again.

        Raises:
            RuntimeError: clingo refuses any of it.
        """
        from clingo import Control

        texts = tuple(texts)
        if texts and "patient.lp" in names:
            from crcasp.program.overlays import told_apart

            facts += f" {told_apart(texts)}"
        arguments = ["0", "--opt-mode=ignore"]
        arguments += [f"-c{name}={value}" for name, value in self.constants]
        control = Control(arguments, lambda _, message: messages.append(message), MESSAGES)
        if observer is not None:
            control.register_observer(observer)
        for name in names:
            _load(control, path_of(name))
        control.add("base", [], facts)
        for _, text in () if apart else texts:
            control.add("base", [], text)
        if rules:
            _add(control, rules)
        control.ground([("base", [])])
        return control

    @property
    def divided(self) -> tuple[Texts, Texts, frozenset[tuple[str, int]]]:
        """The overlays for the verdicts, those for the sets, and what these ask of the verdicts."""
        if not self.overlays:
            return (), (), frozenset()
        from crcasp.program.overlays import divided

        return divided(self.overlays, path_of("sets.lp"))

    def names(self) -> str:
        """Return the overlays' names, for a message about them."""
        return ", ".join(name for name, _ in self.overlays) or "program"

    def without_answer(self) -> NoAnswerError:
        """Return the error that a patient has no model, not even one without a set."""
        return NoAnswerError(f"{self.names()}: its constraints leave no answer for a patient.")


_loaded: set[str] = set()
SYNTAX = Lock()  # clingo counts the uses of a syntax tree, and has no lock for that


def _load(control: Control, path: str) -> None:
    """Load a file of `lp/`, by its syntax tree if it was loaded before."""
    with SYNTAX:
        if path not in _loaded:  # once, the file itself is quicker
            control.load(path)
            _loaded.add(path)
            return
    _add(control, statements_of(path))


def _add(control: Control, statements: Iterable[AST]) -> None:
    from clingo.ast import ProgramBuilder

    with SYNTAX, ProgramBuilder(control) as builder:
        for statement in statements:
            builder.add(statement)


@cache
def statements_of(path: str) -> list[AST]:
    """Return the statements of a file of `lp/`, read once; they are used under `SYNTAX`."""
    from clingo import ast

    found: list[AST] = []
    ast.parse_files([path], found.append)
    return [node for node in found if node.ast_type != ast.ASTType.Comment]


atexit.register(statements_of.cache_clear)  # while clingo is still there to free them


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?[0-9]+", value) is not None


@cache
def main_files() -> tuple[str, ...]:
    """Return the names of the files of the main program, in a fixed order."""
    return tuple(sorted(name for name in os.listdir(program_directory()) if name.endswith(".lp")))


@cache
def verdict_files() -> tuple[str, ...]:
    """Return the names of the files of the main program that lead to the verdicts."""
    return tuple(name for name in main_files() if name not in ("sets.lp", "show.lp"))


def main_paths() -> list[str]:
    """Return the paths of the files of the main program, in a fixed order."""
    return [*map(path_of, main_files())]
