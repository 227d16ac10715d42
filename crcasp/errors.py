"""What can go wrong, with the place where it did and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MAX_BYTES = 2**20  # of one file that is read whole


class CrcaspError(Exception):
    """Any failure of this package that its user can do something about."""


class UsageError(CrcaspError):
    """A command or a call that asks for something unknown or impossible."""


class NoAnswerError(UsageError):
    """The constraints of an overlay leave no answer; `places` are those of many patients."""

    places: Sequence[int] = (0,)


class OverlayError(UsageError):
    """Overlays, or other rules of the user's own, are refused; `faults` says why, in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(sorted(set(faults), key=str), key=_position))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[OverlayError], tuple[tuple[Fault, ...]]]:
        """Pickle by the faults, not by the text made of them."""
        return type(self), (self.faults,)


class NotInstalledError(UsageError, ImportError):
    """Something that not everybody needs is not installed.

    Args:
        purpose: what it is for, as the subject of a sentence.
        needed: what it is.
        command: what installs it.
    """

    def __init__(self, purpose: str, needed: str, command: str) -> None:
        self.parts = (purpose, needed, command)
        super().__init__(f"{purpose} needs {needed}: install it by {command}.")

    def __reduce__(self) -> tuple[type[NotInstalledError], tuple[str, str, str]]:
        """Pickle by the parts, not by the sentence made of them."""
        return type(self), self.parts


def not_installed(purpose: str, error: ImportError) -> NotInstalledError:
    """Return the error that a registry lacks one of the packages of its extra."""
    return NotInstalledError(purpose, str(error.name), "pip install 'crcasp[cohort]'")


class Place(NamedTuple):
    """Where something is written; a part that is not known is None."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """The place as `file:line:column`, without the parts that are not known."""
        return ":".join(str(part) for part in self if part is not None)


class Fault(NamedTuple):
    """One thing wrong with the input: a sentence, and the place it speaks of."""

    place: Place | None
    message: str

    def __str__(self) -> str:
        """The fault as `place: message`."""
        return self.message if self.place is None else f"{self.place}: {self.message}"


class InputError(CrcaspError, ValueError):
    """The facts of a patient are refused; `faults` says why, in order of place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults, key=_position))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        """Pickle by the faults, not by the text made of them."""
        return type(self), (self.faults,)


def _position(fault: Fault) -> tuple[str, int, int]:
    place = fault.place or Place("")
    return place.source, place.line or 0, place.column or 0
