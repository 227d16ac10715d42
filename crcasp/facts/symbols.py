"""What a symbol of clingo says, where it is an argument of a fact."""

from __future__ import annotations

import clingo

from crcasp.facts.wording import Odd, clipped, quoted, show


def content_of(symbol: clingo.Symbol) -> str | int | Odd:
    """The content of a term; what is deeper than a name is not looked into."""
    if symbol.type == clingo.SymbolType.Number:
        return symbol.number
    if symbol.type == clingo.SymbolType.String:
        return Odd(quoted(clipped(symbol.string)), symbol.string)
    if symbol.type != clingo.SymbolType.Function:
        return Odd("a limit of the order of terms")
    if symbol.arguments or not symbol.name:
        return Odd(f"{show(symbol.name)}(...)" if symbol.name else "a tuple")
    return Odd(f"-{show(symbol.name)}") if symbol.negative else symbol.name
