"""How results are said: conditions, facts, therapies, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from math import prod
from typing import NamedTuple

from clingo import parse_term

from crcasp.program.terms import Word, grouped, natural, word
from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Condition, Reason, Verdict

OUT_OF_SCOPE = "out of scope: the table does not speak of this patient"
AGAIN = ", the initial therapy again"
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)


def conjoined(conditions: Iterable[str]) -> str:
    """Return conditions that hold together; those with alternatives come last, set apart."""
    parts = [*conditions]
    choices = [text for text in parts if " or " in text]
    plain = listed([text for text in parts if text not in choices])
    return ", and ".join(filter(None, [plain, *choices]))


def capital(text: str) -> str:
    """Return a text with a capital letter."""
    return text[:1].upper() + text[1:]


def ordinal(number: int) -> str:
    """Return a number as a place in an order."""
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"{number}th"


# ---- therapies ----------------------------------------------------------------------------------


def folded(therapies: Iterable[str], words: Wording, joint: str = "; ") -> str:
    """Return therapies in words, those that share a regimen or a partner together.

    >>> folded(["a", "b", "a+x", "b+x"], Wording({}))
    'a or b, each alone or + x'
    """
    partners: dict[str, list[str]] = {}
    for therapy in dict.fromkeys(therapies):
        regimen, _, partner = therapy.partition("+")
        if "+" in partner:
            regimen, partner = therapy, ""
        partners.setdefault(regimen, []).append(partner)
    alike = grouped((tuple(sorted(found)), regimen) for regimen, found in partners.items())
    texts: list[str] = []
    for found, regimens in alike.items():
        beside = words.names(filter(None, found), "or")
        each = ", each" if len(regimens) > 1 else ""
        alone = " alone or" if "" in found else ""
        together = f"{words.names(regimens, 'or')}{each}{alone} + {beside}"
        texts += [together] if beside else map(words.name, regimens)
    texts.sort(key=lambda text: " + " in text if joint == "or" else False)
    return listed(texts, joint) if joint == "or" else joint.join(texts)


def folded_sets(sets: tuple[tuple[str, ...], ...], words: Wording) -> str:
    """Return sets in words, first therapies that stand with the same others together."""
    company = grouped((chosen[1:], chosen[0]) for chosen in sets)
    texts = []
    for beside, firsts in company.items():
        each = ", each" if len(firsts) > 1 else ""
        alone = f"{words.names(firsts, 'or')}{each} with {words.names(beside)}"
        texts.append(alone if beside else folded(firsts, words))
    return "; ".join(texts)


# ---- facts and conditions -----------------------------------------------------------------------


def fact_words(
    facts: Iterable[str], words: Wording, besides: str = "", *, ends: bool = False
) -> list[str]:
    """Return facts in words: a line of treatment with what it held, a finding as it was given.

    Args:
        facts: the patient's own facts.
        words: names and phrases.
        besides: a finding whose own facts are not repeated.
        ends: whether it is said why lines ended.
    """
    lines: dict[int, dict[str, list[str]]] = {}
    texts = []
    for fact in sorted(facts, key=natural):
        term = parse_term(fact)
        arguments = [word(argument) for argument in term.arguments]
        if len(arguments) == 2:
            line = lines.setdefault(int(arguments[0]), {})
            line.setdefault(term.name, []).append(str(arguments[1]))
        elif len(arguments) == 1 and term.name in ("contraindicated", "unavailable"):
            texts.append(f"{words.name(arguments[0])} {term.name}")
        elif term.name != besides:
            texts.append(words.said(term.name, arguments))
    histories = []
    for number, line in lines.items():  # a regimen before its partners
        held = sorted(line.get("received", ()), key=lambda it: not words.name(it)[:1].isupper())
        text = " + ".join(map(words.name, held))
        if ends and "stopped" in line:
            text = history(held, line["stopped"][0], line.get("toxic", ()), words)
        histories.append(f"line {number} {text}".strip())
    if len(histories) > 2 and not ends:
        histories = [f"lines {', '.join(map(str, lines))}"]
    return [*histories, *texts]


def found(
    item: Condition, words: Wording, *, codes: bool = False, besides_lines: bool = True
) -> str:
    """Return what was found of a condition, with what shows it; "" where nothing was.

    Args:
        item: the condition.
        words: names and phrases.
        codes: whether the interpretations by which the facts show it are named.
        besides_lines: whether other facts than those of a line of treatment are named.
    """
    if item.value is None:
        return ""
    said = words.said(item.finding, [item.value])
    if item.finding.startswith("stopped("):
        toxic = (parse_term(fact) for fact in item.facts if fact.startswith("toxic("))
        said += due_to([str(word(fact.arguments[1])) for fact in toxic], words)
    excepted = words.excepted(item.finding, item.needs) if item.state == "met" else ""
    if excepted:
        said = f"{excepted} ({words.name(item.value)})"
    facts = [fact for fact in item.facts if besides_lines or "," in fact]
    shown = fact_words(facts, words, besides=item.finding)
    said, shown = beside_number(said, [text for text in shown if text != said])
    shown += item.interpretations if codes else ()
    return f"{said} ({', '.join(shown)})" if shown else said


def beside_number(said: str, shown: Iterable[str]) -> tuple[str, list[str]]:
    """Return what is said of a line, with what it held behind its number, and what is left."""
    rest = []
    for text in shown:
        line = re.match(r"line \d+", text)
        if line and said.startswith(line[0]):
            said = said.replace(line[0], text, 1)
        else:
            rest.append(text)
    return said, rest


def history(
    received: Iterable[str], stopped: str | None, toxic: Iterable[str], words: Wording
) -> str:
    """Return a line of treatment in words."""
    held = " + ".join(map(words.name, received))
    ended = words.said("ended", [stopped or "unknown"]) + due_to(toxic, words)
    return f"{held}, {ended}" if held else ended


def due_to(toxic: Iterable[str], words: Wording) -> str:
    """Return what a toxicity was due to, after a space; "" where that is not told."""
    blamed = listed([words.name(name) for name in toxic])
    return f" of {blamed}" if blamed else ""


def ground(item: Condition, words: Wording) -> str:
    """Return what was found of a condition that is met, with the lines that show it."""
    said = words.said(item.finding, ["" if item.value is None else item.value])
    terms = (parse_term(fact) for fact in item.facts)
    lines = sorted({int(word(it.arguments[0])) for it in terms if len(it.arguments) == 2})
    shown = f" ({'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))})"
    return said + shown if lines and not said.startswith("line") else said


def grounds(reason: Reason, words: Wording) -> list[str]:
    """Return what was found of the conditions of a statement, but for the line of therapy."""
    known = (it for it in reason.conditions if it.value is not None and it.finding != "line")
    return [ground(item, words) for item in known]


def needed(item: Condition, words: Wording) -> str:
    """Return what a condition needs; of a number, bounds hold together."""
    limits = [need for need in item.needs if " " in need]
    values = [need for need in item.needs if need not in limits]
    return words.said(item.finding, [*values, *([listed(limits)] if limits else [])])


def fits(item: Condition) -> bool:
    """Return whether the value of a condition is itself one of those that would do."""
    bounds = any(" " in need for need in item.needs)
    return bounds or str(item.value) in item.needs


def lacking(reason: Reason) -> list[Condition]:
    """Return the conditions that stand against a statement, of those branches that lack least."""
    named = {name for way in reason.any_of for name in way}
    return [item for item in reason.conditions if not named or item.finding in named]


def unless_met(reason: Reason, words: Wording) -> str:
    """Return what a statement that does not apply would need, with its logic."""
    needs = {item.finding: needed(item, words) for item in lacking(reason)}
    ways = [[need for name, need in needs.items() if name in way] for way in reason.any_of]
    return alternatives(ways) or listed([*needs.values()])


def alternatives(ways: Sequence[Sequence[str]]) -> str:
    """Return alternatives, each of some conditions, in words; "" if one of them has none."""
    order = [*dict.fromkeys(need for way in ways for need in way)]
    parts = factors([frozenset(way) for way in ways])
    said = []
    for choice in parts:
        texts = [listed(sorted(way, key=order.index)) for way in choice]
        apart = any(len(way) > 1 for way in choice)
        either = "either " if len(choice) > 1 and (apart or len(parts) > 1) else ""
        said.append(either + (", or ".join(texts) if apart else listed(texts, "or")))
    return conjoined(said)


def factors(ways: Sequence[frozenset[str]]) -> list[list[frozenset[str]]]:
    """Return alternatives as what must hold together, each part with alternatives of its own.

    >>> [len(part) for part in factors([frozenset("ac"), frozenset("ad"), frozenset("bc"),
    ...                                 frozenset("bd")])]
    [2, 2]
    """
    parts: list[set[str]] = []
    for need in dict.fromkeys(need for way in ways for need in sorted(way)):
        beside = {other for way in ways if need in way for other in way}
        apart = [part for part in parts if not part <= beside]
        parts = [part for part in parts if part <= beside] + [{need}.union(*apart)]
    found = [[*dict.fromkeys(way & part for way in ways)] for part in parts]
    whole = prod(map(len, found)) == len({*ways}) and frozenset() not in chain(*found)
    return found if whole else [[*dict.fromkeys(ways)]]


def called(source: str | None) -> str:
    """Return a source as a sentence names it: a statement of the table by its number."""
    return f"statement {source}" if str(source)[:1].isdecimal() else str(source)


def graded(grade: str | None) -> str:
    """Return a grade in parentheses, after a space; "" where there is none."""
    return f" ({grade})" if grade else ""


def cited(references: Iterable[int | str]) -> str:
    """Return references in brackets, after a space; "" where there are none."""
    numbers = ", ".join(map(str, references))
    return f" [{numbers}]" if numbers else ""


def coded(codes: Iterable[str]) -> str:
    """Return codes in parentheses, after a space; "" where there are none."""
    names = ", ".join(sorted({*codes}, key=natural))
    return f" ({names})" if names else ""


def lowering(reason: Reason, words: Wording, *, told: bool = False) -> str:
    """Return what keeps a grade down, with what was found.

    Args:
        reason: what lowers it.
        words: names and phrases.
        told: whether the reader has been told what the source says.
    """
    text = "" if told else f": {reason.text}{cited(reason.references)}"
    rests = (
        f"{needed(it, words)} or not known" if it.value is None else ground(it, words)
        for it in reason.conditions
    )
    return "; ".join(filter(None, [f"{reason.source}{text}", listed([*rests])]))


def value_words(value: Word | None, words: Wording) -> str:
    """Return a value, "not known" where there is none."""
    return "not known" if value is None else words.name(value)


# ---- why a therapy is excluded ------------------------------------------------------------------


class Decisive(NamedTuple):
    """What decides that a therapy is excluded.

    Attributes:
        source: the statement as a sentence names it; "" of an exclusion, and of another line.
        rule: what the statement needs, what the exclusion says, or for which line it is.
        met: what it met with.
        line: whether it is the line of therapy alone.
    """

    source: str
    rule: str
    met: str = ""
    line: bool = False


def decisive(verdict: Verdict, words: Wording) -> Decisive:
    """Return what decides that a therapy is excluded."""
    reason = next((item for item in verdict.against if item.source == verdict.deciding), None)
    if reason is None:  # its statements are withdrawn, or offer it, for other patients only
        return Decisive("", "no statement offers it here")
    lines = [item for item in reason.conditions if item.finding == "line"]
    if reason.exclusion is None and lines:
        conditions = (item for of in verdict.against for item in of.conditions)
        asked = dict.fromkeys(
            need for item in conditions if item.finding == "line" for need in item.needs
        )
        return Decisive("", f"{words.names(asked, 'or')} only", line=True)
    shown = (
        found(item, words, besides_lines=False)
        for item in (lacking(reason) if reason.exclusion is None else reason.conditions)
        if item.facts or (item.value, item.needs) != ("no", ("yes",))
    )
    met = listed([*filter(None, shown)])
    if reason.exclusion is None:
        return Decisive(called(reason.statement), unless_met(reason, words), met)
    return Decisive("", f"{reason.text}{cited(reason.references)} ({reason.exclusion})", met)
