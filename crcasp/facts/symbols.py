"""What a symbol of clingo says, as a fact and as an argument of one."""

from __future__ import annotations

from collections.abc import Iterable

from clingo import Symbol, SymbolType

from crcasp.facts.collector import Collector, Content, Value
from crcasp.facts.wording import NO_FACT, Odd, clipped, quoted, show


def fill_symbols(symbols: Iterable[Symbol], collector: Collector) -> None:
    """Check facts that are symbols already."""
    for symbol in symbols:
        if symbol.type != SymbolType.Function or not symbol.name or symbol.negative:
            collector.refuse(f"{clipped(str(symbol))}: {NO_FACT}", ())
        elif collector.knows(symbol.name, len(symbol.arguments), ()):
            columns = [[Value(_content(term), ())] for term in symbol.arguments]
            collector.add(symbol.name, columns, ())


def _content(symbol: Symbol) -> Content:
    """The content of a term; what is deeper than a name is not looked into."""
    if symbol.type == SymbolType.Number:
        return symbol.number
    if symbol.type == SymbolType.String:
        return Odd(quoted(clipped(symbol.string)), symbol.string)
    if symbol.type != SymbolType.Function:
        return Odd("a limit of the order of terms")
    if symbol.arguments or not symbol.name:
        return Odd(f"{show(symbol.name)}(...)" if symbol.name else "a tuple")
    return Odd(f"-{show(symbol.name)}") if symbol.negative else symbol.name
