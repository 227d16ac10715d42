"""How far a run is, on a terminal."""

from __future__ import annotations

import io
import os
import sys
from typing import IO, Any


class Progress:
    """A bar on standard error with rate and time left; silent where that is no terminal."""

    def __init__(self, name: str) -> None:
        from tqdm import tqdm

        size = None if name == "-" or not os.path.isfile(name) else os.path.getsize(name)
        self.bar: Any = tqdm(
            total=size,
            unit="B",
            unit_scale=True,
            desc="crcasp cohort",
            disable=sys.stderr is None or not sys.stderr.isatty(),
            file=sys.stderr,
        )
        self.rows = self.read = 0

    def watched(self, stream: IO[bytes]) -> IO[bytes]:
        """Return a stream of which it is counted how much was read."""
        return _Watched(stream, self) if not self.bar.disable else stream  # type: ignore[return-value]

    def count(self, rows: int) -> None:
        """Count rows that are done, and with them what was read until now."""
        self.rows += rows
        self.bar.set_postfix_str(f"{self.rows:,} rows", refresh=False)
        self.bar.update(self.read - self.bar.n)

    def close(self) -> None:
        """Take the bar away."""
        self.bar.close()


class _Watched(io.BufferedIOBase):
    def __init__(self, stream: IO[bytes], progress: Progress) -> None:
        self.stream = stream
        self.progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        content = self.stream.read(-1 if size is None else size)
        self.progress.read += len(content)
        return content

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        content = self.stream.readline(-1 if size is None else size)
        self.progress.read += len(content)
        return content

    def seekable(self) -> bool:
        return self.stream.seekable()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()
