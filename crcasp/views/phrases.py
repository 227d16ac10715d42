"""How results are said: conditions, facts, therapies, and the key to the codes."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from clingo import parse_term

from crcasp.program.table import Rules
from crcasp.program.terms import Word, natural, word
from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Condition, Reason
from crcasp.results.provenance import Provenance
from crcasp.views.document import Field, Fields, Note, Section

RESEARCH = "Research software, not for treatment decisions"
OUT_OF_SCOPE = "out of scope: the table does not speak of this patient"
UNNAMED = ("facts", "-", "<stdin>")  # sources of facts that are no files
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """Return the second of each pair by the first, in order."""
    groups: dict[Key, list[Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def conjoined(conditions: Iterable[str]) -> str:
    """Return conditions that hold together; those with alternatives come last, set apart."""
    parts = sorted(conditions, key=lambda text: " or " in text)
    apart = len(parts) > 1 and " or " in parts[-1]
    return ", and ".join(parts) if apart else listed(parts)


def capital(text: str) -> str:
    """Return a text with a capital letter."""
    return text[:1].upper() + text[1:]


# ---- by which rules ---------------------------------------------------------------------------


def rules_of(provenance: Provenance | None) -> Rules:
    """Return the rules behind a result; those of a result made by hand say nothing."""
    return provenance.rules if provenance else Rules()


def named_rules(rules: Rules) -> str:
    """Return by which rules an answer is given, as a header has it."""
    parts = [f"{rules.year} table" if rules.year else "the table"]
    years = sorted(year for year in rules.sources.values() if year)
    if len(rules.sources) > 2:
        span = f" ({years[0]} to {years[-1]})" if years else ""
        parts.append(f"{len(rules.sources)} later sources{span}")
    else:
        parts += [f"{name} ({year})" if year else name for name, year in rules.sources.items()]
    texts = [" + ".join(parts)]
    if rules.withdrawn:
        texts.append(f"without {listed(rules.withdrawn)}")
    texts += [f"{name}={value}" for name, value in rules.constants]
    return ", ".join(texts)


def header(rules: Rules) -> str:
    """Return the header's right side."""
    return f"Rules: {named_rules(rules)}"


def closing(*rules: Rules) -> str:
    """Return the sentence that closes a document."""
    newest = max((one.newest for one in rules), default=0)
    return f"{RESEARCH}; newest source {newest}." if newest else f"{RESEARCH}."


def ordinal(number: int) -> str:
    """Return a number as a place in an order."""
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"{number}th"


def patient_name(provenance: Provenance | None, otherwise: str = "Patient") -> str:
    """Return what a patient is called: the files of its facts, if they come from any."""
    sources = provenance.sources if provenance else ()
    files = [os.path.basename(name) for name in sources if name not in UNNAMED]
    return listed(files) or otherwise


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
    texts = []
    for found, regimens in alike.items():
        beside = [words.name(partner) for partner in found if partner]
        first = listed([words.name(regimen) for regimen in regimens], "or")
        each = ", each" if len(regimens) > 1 else ""
        if not beside:
            texts += [words.name(regimen) for regimen in regimens]
        elif "" in found:
            texts.append(f"{first}{each} alone or + {listed(beside, 'or')}")
        else:
            texts.append(f"{first}{each} + {listed(beside, 'or')}")
    texts.sort(key=lambda text: " + " in text if joint == "or" else False)
    return listed(texts, joint) if joint == "or" else joint.join(texts)


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
    lines: dict[int, list[str]] = {}
    ended: dict[int, str] = {}
    texts = []
    for fact in sorted(facts, key=natural):
        term = parse_term(fact)
        arguments = [word(argument) for argument in term.arguments]
        if len(arguments) == 2:
            held = lines.setdefault(int(arguments[0]), [])
            held += [words.name(arguments[1])] if term.name == "received" else []
            if term.name == "stopped" and ends:
                ended[int(arguments[0])] = f", {words.said('ended', [arguments[1]])}"
        elif len(arguments) == 1 and term.name in ("contraindicated", "unavailable"):
            texts.append(f"{words.name(arguments[0])} {term.name}")
        elif term.name != besides:
            texts.append(words.said(term.name, arguments))
    for held in lines.values():
        held.sort(key=lambda name: not name[:1].isupper())  # a regimen before its partners
    histories = [
        f"line {number} {' + '.join(held)}{ended.get(number, '')}".strip()
        for number, held in lines.items()
    ]
    if len(histories) > 2 and not ends:
        histories = [f"lines {', '.join(map(str, lines))}"]
    return [*histories, *texts]


def found(item: Condition, words: Wording, *, codes: bool = False) -> str:
    """Return what was found of a condition, with what shows it; "" where nothing was.

    Args:
        item: the condition.
        words: names and phrases.
        codes: whether the interpretations by which the facts show it are named.
    """
    if item.value is None:
        return ""
    said = words.said(item.finding, [item.value])
    excepted = words.excepted(item.finding, item.needs) if item.state == "met" else ""
    if excepted:
        said = f"{excepted} ({words.name(item.value)})"
    shown = fact_words(item.facts, words, besides=item.finding)
    shown = [text for text in shown if text != said]
    for text in shown:  # what a line held stands behind its number
        line = re.match(r"line \d+", text)
        if line and said.startswith(line[0]):
            said, shown = said.replace(line[0], text, 1), [it for it in shown if it != text]
    shown += item.interpretations if codes else ()
    return f"{said} ({', '.join(shown)})" if shown else said


def needed(item: Condition, words: Wording) -> str:
    """Return what a condition needs."""
    return words.said(item.finding, in_words(item.needs))


def fits(item: Condition) -> bool:
    """Return whether the value of a condition is itself one of those that would do."""
    bounds = any(" " in need for need in item.needs)
    return bounds or str(item.value) in item.needs


def in_words(needs: Sequence[str]) -> list[str]:
    """Return the values that would do; of a number, bounds hold together."""
    limits = [need for need in needs if " " in need]
    return [*(need for need in needs if need not in limits), *([listed(limits)] if limits else [])]


def lacking(reason: Reason) -> list[Condition]:
    """Return the conditions that stand against a statement, of those branches that lack least."""
    named = {name for way in reason.any_of for name in way}
    return [item for item in reason.conditions if not named or item.finding in named]


def unless_met(reason: Reason, words: Wording) -> str:
    """Return what a statement that does not apply would need, with its logic."""
    needs = {item.finding: needed(item, words) for item in lacking(reason)}
    ways = [[needs[name] for name in names if name in needs] for names in reason.any_of]
    shared = [need for need in needs.values() if all(need in way for way in ways)]
    rest = dict.fromkeys(listed([it for it in way if it not in shared]) for way in ways)
    if len(ways) < 2 or "" in rest:
        return listed(list(needs.values()))
    others = listed([*rest], "or")
    return f"{listed(shared)}, and {others}" if shared else others


def called(source: str | None) -> str:
    """Return a source as a sentence names it: a statement of the table by its number."""
    return f"statement {source}" if str(source)[:1].isdigit() else str(source)


def cited(references: Iterable[int | str]) -> str:
    """Return references in brackets, after a space; "" where there are none."""
    numbers = ", ".join(map(str, references))
    return f" [{numbers}]" if numbers else ""


def coded(codes: Iterable[str]) -> str:
    """Return codes in parentheses, after a space; "" where there are none."""
    names = ", ".join(sorted({*codes}, key=natural))
    return f" ({names})" if names else ""


def lowering(reason: Reason, words: Wording) -> str:
    """Return what keeps a grade down, with what was found."""
    seen = [found(item, words) or needed(item, words) for item in reason.conditions]
    where = f" {listed(seen)}" if seen else ""
    return (
        f"{reason.source}: {reason.text}{cited(reason.references)};{where}"
        if where
        else (f"{reason.source}: {reason.text}{cited(reason.references)}")
    )


def value_words(value: Word | None, words: Wording) -> str:
    """Return a value, "not known" where there is none."""
    return "not known" if value is None else words.name(value)


# ---- the key to the codes -----------------------------------------------------------------------


def key(blocks: Iterable[object], rules: Rules, *, grades: bool = True) -> Iterator[Note | Section]:
    """Yield what the codes in some blocks stand for.

    Args:
        blocks: what is shown.
        rules: which have the codes.
        grades: whether grades are shown.
    """
    shown = " ".join(_texts(blocks))
    seen = {*re.findall(r"(?<![\w.])[A-Z]\w*(?![\w.])", shown)}
    texts = []
    if grades and rules.grades:
        texts.append(f"Grades, best first: {', '.join(rules.grades)}.")
    exclusions = [name for name in rules.exclusions if name in seen and name not in rules.sources]
    if exclusions:
        plural = "exclusions" if len(exclusions) > 1 else "exclusion"
        texts.append(f"{listed(exclusions)}: {plural} of the table.")
    relied = [name for name in rules.interpretations if name in seen]
    if relied:
        called = (f"{name} {rules.words.labels.get(name, rules.texts[name])}" for name in relied)
        texts.append(f"Interpretations: {'; '.join(called)}.")
    if rules.review and re.search(r"\[\d", shown):
        texts.append(f"[numbers] are references of the review ({rules.review}).")
    if texts:
        yield Note(" ".join(texts))
    if relied:
        items = tuple(Field(name, rules.texts[name]) for name in relied)
        yield Section("Interpretations relied on", (Fields(items),), folded=True)


def _texts(item: object) -> Iterable[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, Iterable):
        for part in item:
            yield from _texts(part)
