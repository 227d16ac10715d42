"""What a symbol of clingo says, as a fact and as an argument of one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from clingo import Symbol, SymbolType

from crcasp.facts.collector import Collector, Content, Value
from crcasp.facts.wording import NEGATED, Odd, clipped, quoted, show


def fill_symbols(symbols: Iterable[Symbol], collector: Collector) -> None:
    """Check facts that are symbols already."""
    for symbol in symbols:
        name, arguments = _parts(symbol)
        if arguments is None:
            collector.refuse(name, ())
        elif collector.knows(name, len(arguments), ()):
            collector.add(name, arguments, ())


@lru_cache(maxsize=4096)
def _parts(symbol: Symbol) -> tuple[str, tuple[tuple[Value], ...] | None]:
    """The name and the arguments of a fact, or what is said of a symbol that is none."""
    if symbol.type != SymbolType.Function or not symbol.name:
        content = _content(symbol)
        shown = content.shown if isinstance(content, Odd) else show(content)
        return f"{shown} is not a fact; write a fact as name(value).", None
    if symbol.negative:
        return NEGATED, None
    return symbol.name, tuple((Value(_content(term), ()),) for term in symbol.arguments)


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
