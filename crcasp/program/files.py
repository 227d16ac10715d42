"""The logic program as files, constants and overlays."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from crcasp.errors import UsageError

if TYPE_CHECKING:
    from clingo import Control, Observer

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
            OverlayError: clingo refuses an overlay or has anything to say about it.
        """
        names, texts = [*self.files(), *extra], (*self.overlays, *trusted)
        messages: list[str] = []
        with suppress(RuntimeError):
            control = self.grounded(names, messages, lines, facts, texts, observer, asked=asked)
            if not messages:
                return control
        from crcasp.program.complaints import refused
        from crcasp.program.overlays import add_named

        messages.clear()  # and again, so that clingo names the texts
        with suppress(RuntimeError):
            self.grounded(names, messages, lines, facts, texts, add=add_named)
        raise refused(messages, dict(texts))

    def files(self) -> tuple[str, ...]:
        """Return the names of its files in `lp/`."""
        return (*main_files(), *(overlay_files() if self.overlays else ()))

    def vocabulary_control(self, check: str = "", facts: str = "") -> Control:
        """Return the vocabulary grounded, with a check of facts where one is named.

        An overlay may extend the vocabulary; what else it says is not asked here.
        """
        names = VOCABULARY + ((check,) if check else ())
        return self.grounded(names, [], 0, facts, self.overlays)

    def grounded(
        self,
        names: Iterable[str],
        messages: list[str],
        lines: int,
        facts: str,
        texts: Iterable[tuple[str, str]],
        observer: Observer | None = None,
        add: Callable[[Control, str, str], None] | None = None,
        asked: Collection[tuple[str, int]] = (),
    ) -> Control:
        """Return files of `lp/` grounded with facts and texts of the user's own.

        Args:
            names: the files, in `lp/` or its subfolders.
            messages: takes what clingo has to say.
            lines: how many lines of therapy the externals provide for.
            facts: facts as text.
            texts: the user's own texts, with their names.
            observer: what is told the ground rules, in place of a solver.
            add: adds such a text to the control, where it is not just its text.
            asked: predicates, if only what these depend on is to be grounded.

        Raises:
            RuntimeError: clingo refuses any of it.
        """
        from clingo import Control

        arguments = ["0", "--opt-mode=ignore", f"-clines={lines}"]
        arguments += [f"-c{name}={value}" for name, value in self.constants]
        control = Control(arguments, lambda _, message: messages.append(message), MESSAGES)
        if observer is not None:
            control.register_observer(observer, replace=True)
        paths = [os.path.join(program_directory(), name) for name in names]
        if asked:
            from crcasp.program.reduced import load_reduced

            load_reduced(control, paths, (*(text for _, text in texts), facts), asked)
        else:
            for path in paths:
                control.load(path)
        control.add("base", [], facts)
        for name, text in texts:
            if add is None:
                control.add("base", [], text)
            else:
                add(control, name, text)
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
        raise UsageError(f"{name}: it cannot be read: {reason}; name a file of rules.") from None


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+", value) is not None


@cache
def main_files() -> tuple[str, ...]:
    """Return the names of the files of the main program, in a fixed order."""
    return tuple(sorted(name for name in os.listdir(program_directory()) if name.endswith(".lp")))


@cache
def overlay_files() -> tuple[str, ...]:
    """Return the names of the files by which an overlay says what the table alone does not."""
    names = os.listdir(os.path.join(program_directory(), "overlay"))
    return tuple(f"overlay/{name}" for name in sorted(names))


def main_paths() -> list[str]:
    """Return the paths of the files that an overlay is put on, in a fixed order."""
    names = (*main_files(), *overlay_files())
    return [os.path.join(program_directory(), name) for name in names]
