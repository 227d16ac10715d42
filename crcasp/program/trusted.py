"""Files of the user's own that are named: overlays, properties, maps; each is read whole or not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from crcasp.errors import MAX_BYTES, UsageError

Texts: TypeAlias = tuple[tuple[str, str], ...]  # each with the name of its file


def read_all_trusted(paths: Sequence[str | os.PathLike[str]], called: str) -> Texts:
    """Return the names and texts of `.lp` files of the user's own.

    Raises:
        UsageError: it is no list of files, or one of them cannot be read.
    """
    is_list = isinstance(paths, Iterable) and not isinstance(paths, (str, bytes))
    if not is_list or not all(isinstance(path, (str, os.PathLike)) for path in paths):
        raise UsageError(f'{called} must be a list of files: write ["file.lp"].')
    texts, faults = [], []
    for path in in_folders(paths):
        try:
            texts.append(read_trusted(path))
        except UsageError as error:
            faults.append(str(error))
    if faults:
        raise UsageError("\n".join(faults))
    return tuple(texts)


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
        return name, content_of(name).decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        raise UsageError(f"{name}: it cannot be read: {reason}; name a file of rules.") from None


def content_of(path: str) -> bytes:
    """Return the content of a regular file, or of a pipe that was handed over open.

    Nobody may ever write to a named pipe, and a device may never end.

    Raises:
        OSError: it is none, it cannot be read, or it is too large.
    """
    mode = os.stat(path).st_mode
    handed_over = path.startswith(("/dev/stdin", "/dev/fd/", "/proc/self/fd/"))
    if not (stat.S_ISREG(mode) or (handed_over and stat.S_ISFIFO(mode))):
        raise OSError(0, "it is a directory" if stat.S_ISDIR(mode) else "it is not a regular file")
    with open(path, "rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(0, "it is larger than 1 MiB")
    return content
