"""Output into a file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress

from crcasp.errors import UsageError

unfinished: set[str] = set()
"""Files that are being written, under a name that is not yet theirs."""


def discard() -> None:
    """Remove what is unfinished, and end the processes that help, as the last act of this one."""
    for path in unfinished:
        with suppress(OSError):
            os.unlink(path)
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.kill()


def save(path: str, text: str) -> None:
    """Write a text to a file through a temporary one beside it.

    Raises:
        UsageError: it cannot be written.
    """
    folder = os.path.dirname(path) or "."
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".crcasp-", dir=folder)
        unfinished.add(temporary)
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except (OSError, ValueError) as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        reason = getattr(error, "strerror", None) or "it is no path"
        raise UsageError(
            f"{path}: it cannot be written ({reason}); give a file in a folder of yours."
        ) from None
    finally:
        unfinished.discard(temporary or "")
