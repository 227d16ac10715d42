"""The logic program as files, constants and overlays."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from crcasp.errors import UsageError

if TYPE_CHECKING:
    from clingo import Control, Observer

VOCABULARY = ("vocabulary.lp", "interpretations.lp")  # its files


@cache
def program_directory() -> str:
    """Return the directory of the logic program, in a wheel or beside the package."""
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    for directory in (os.path.join(package, "lp"), os.path.join(os.path.dirname(package), "lp")):
        if os.path.isfile(os.path.join(directory, "table.lp")):
            return directory
    raise UsageError(f"The logic program is missing beside {package}: install crcasp anew.")


class Program(NamedTuple):
    """The main program with what the user put on top: the key of the engine cache.

    Attributes:
        overlays: further `.lp` files of the user's own, trusted, each with its text.
        constants: overridden constants as (name, value) pairs.
    """

    overlays: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()

    @classmethod
    def build(
        cls,
        overlays: Sequence[str | os.PathLike[str]] = (),
        constants: Mapping[str, str | int] | None = None,
    ) -> Program:
        """Read the overlays and check the constants' names and values.

        A folder stands for the `.lp` files in it.

        Raises:
            UsageError: an overlay cannot be read, or a constant is unknown.
        """
        program = cls(read_all_trusted(overlays, "overlays"))
        if overlays:
            from crcasp.program.overlays import refuse_unasked

            refuse_unasked(program.overlays, main_paths())
        if not constants:
            return program
        if not isinstance(constants, Mapping):
            raise UsageError('constants must be a mapping: write {"name": value}.')
        known = program.known_constants()
        for name, value in constants.items():
            if name not in known:
                names = ", ".join(f"{key}={known[key]}" for key in sorted(known))
                raise UsageError(f"There is no constant {name}; the known ones are {names}.")
            if not re.fullmatch(r"-?\d{1,9}|[a-z]\w*", str(value)):
                raise UsageError(f"{name}={value}: a constant is a whole number or a name.")
            if _is_number(known[name]) != _is_number(str(value)):
                kind = "whole number" if _is_number(known[name]) else "name"
                raise UsageError(f"{name}={value}: this constant is a {kind}, as in {known[name]}.")
        pairs = tuple(sorted((name, str(value)) for name, value in constants.items()))
        return cls(program.overlays, pairs)

    def known_constants(self) -> dict[str, str]:
        """Return each constant that the program defines, with its default."""
        from clingo import ast

        from crcasp.program.overlays import parse

        known: dict[str, str] = {}

        def collect(node: ast.AST) -> None:
            if node.ast_type == ast.ASTType.Definition:
                known.setdefault(node.name, str(node.value))

        ast.parse_files(main_paths(), collect)
        for name, text in self.overlays:
            parse(name, text, collect)
        return known

    def control(
        self,
        *extra: str,
        lines: int = 0,
        facts: str = "",
        trusted: tuple[tuple[str, str], ...] = (),
        observer: Observer | None = None,
        asked: Collection[tuple[str, int]] = (),
    ) -> Control:
        """Return the grounded program with files from subfolders of `lp/`, and facts.

        Args:
            extra: files in subfolders of `lp/`, such as "wrapper/show.lp".
            lines: how many lines of therapy the externals provide for.
            facts: facts as text, from symbols that have been checked.
            trusted: further texts of the user's own for this control, with their names.
            observer: what is told the ground rules, in place of a solver.
            asked: predicates, if only what these depend on is to be grounded.

        Raises:
            UsageError: clingo refuses an overlay or has anything to say about it.
        """
        messages: list[str] = []
        texts = [facts, *(text for _, text in trusted)]
        names = ", ".join(name for name, _ in (*self.overlays, *trusted)) or "program"
        try:
            files = [*main_files(), *extra]
            control = self._grounded(files, messages, lines, texts, observer, asked)
        except RuntimeError:
            raise _complaint(names, messages) from None
        if messages:
            raise _complaint(names, messages)
        return control

    def vocabulary_control(self, check: str = "", facts: str = "") -> Control:
        """Return the vocabulary grounded, with a check of facts where one is named.

        An overlay may extend the vocabulary; what else it says is not asked here.
        """
        names = VOCABULARY + ((check,) if check else ())
        return self._grounded(names, [], texts=[facts])

    def _grounded(
        self,
        names: Iterable[str],
        messages: list[str],
        lines: int = 0,
        texts: Sequence[str] = (),
        observer: Observer | None = None,
        asked: Collection[tuple[str, int]] = (),
    ) -> Control:
        from clingo import Control

        arguments = ["0", "--opt-mode=ignore", f"-clines={lines}"]
        arguments += [f"-c{name}={value}" for name, value in self.constants]
        control = Control(arguments, lambda _, message: messages.append(message), 20)
        if observer is not None:
            control.register_observer(observer, replace=True)
        paths = [os.path.join(program_directory(), name) for name in names]
        whole = (*(text for _, text in self.overlays), *texts)
        if asked:
            from crcasp.program.reduced import load_reduced

            load_reduced(control, paths, whole, asked)
        else:
            for path in paths:
                control.load(path)
            for text in whole:
                control.add("base", [], text)
        control.ground([("base", [])])
        return control

    def names(self) -> str:
        """Return the overlays' names, for a message about them."""
        return ", ".join(name for name, _ in self.overlays) or "program"

    def without_answer(self) -> UsageError:
        """Return the error that a patient has no model, not even one without a set."""
        return UsageError(f"{self.names()}: its constraints leave no answer for a patient.")


def read_all_trusted(
    paths: Sequence[str | os.PathLike[str]], called: str
) -> tuple[tuple[str, str], ...]:
    """Return the names and texts of `.lp` files of the user's own.

    Raises:
        UsageError: it is no list of files, or one of them cannot be read.
    """
    is_list = isinstance(paths, Iterable) and not isinstance(paths, (str, bytes))
    if not is_list or not all(isinstance(path, (str, os.PathLike)) for path in paths):
        raise UsageError(f'{called} must be a list of files: write ["file.lp"].')
    return tuple(map(read_trusted, in_folders(paths)))


def in_folders(paths: Iterable[str | os.PathLike[str]]) -> list[str | os.PathLike[str]]:
    """Return files, with the `.lp` files of each folder in its place, sorted by name.

    Raises:
        UsageError: a folder holds none, or cannot be read.
    """
    found: list[str | os.PathLike[str]] = []
    for path in paths:
        if not os.path.isdir(path):
            found.append(path)
            continue
        try:
            names = sorted(name for name in os.listdir(path) if name.endswith(".lp"))
        except OSError as error:
            raise UsageError(f"{os.fspath(path)}: it cannot be read: {error.strerror}.") from None
        if not names:
            raise UsageError(
                f"{os.fspath(path)}: this folder holds no .lp file: name one that does."
            )
        found += [os.path.join(path, name) for name in names]
    return found


def read_trusted(path: str | os.PathLike[str]) -> tuple[str, str]:
    """Return the name and text of an `.lp` file of the user's own.

    Raises:
        UsageError: it cannot be read.
    """
    name = os.fspath(path)
    try:
        with open(name, encoding="utf-8") as overlay:
            return name, overlay.read()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        raise UsageError(f"{name}: it cannot be read: {reason}.") from None


def _complaint(names: str, messages: Sequence[str]) -> UsageError:
    from crcasp.program.overlays import complaint

    return complaint(names, messages)


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+", value) is not None


@cache
def main_files() -> tuple[str, ...]:
    """Return the names of the files of the main program, in a fixed order."""
    return tuple(sorted(name for name in os.listdir(program_directory()) if name.endswith(".lp")))


def main_paths() -> list[str]:
    """Return the paths of the files of the main program, in a fixed order."""
    return [os.path.join(program_directory(), name) for name in main_files()]
