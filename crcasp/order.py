"""The order in which names are listed."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts 2 before 10 and numbers before words."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
