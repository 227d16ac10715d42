"""`crcasp cohort`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crcasp.cli import options as shared
from crcasp.errors import UsageError, not_installed

if TYPE_CHECKING:
    from crcasp.registry.column_map import ColumnMap
    from crcasp.registry.summary import Summary

ERRORS = 1
HOW = ("format", "separator", "encoding", "skip", "comment")  # a table is written


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = (
        "Exit status: 0 if every row was answered, 1 if rows have errors, 2 if nothing was "
        "answered or an output could not be written; then no file is touched."
    )
    add = parser.add_argument
    files = "a .csv, .tsv, .ndjson, .parquet or .xlsx file, text also as .gz"
    add("input", metavar="INPUT", help=f"{files}; - is standard input")
    written = "a .csv, .tsv, .ndjson or .parquet file; - is standard output"
    add("-o", dest="answers", required=True, metavar="OUTPUT", help=written)
    forms = "the form of a file whose suffix does not say it"
    add("--format", choices=("csv", "ndjson", "parquet", "xlsx"), help=forms)
    add("--separator", metavar="SIGN", help="comma, semicolon, tab, bar, or a character (CSV)")
    add("--encoding", metavar="NAME", help="of a text that is not UTF-8, such as cp1252")
    add("--skip", metavar="N", type=int, default=0, help="lines above the names of the columns")
    above = "what lines above the names of the columns begin with that are comments, such as '#'"
    add("--comment", metavar="SIGN", help=above)
    rows = "a table with a row for each patient (id), line of therapy (line) and drug (drug, or "
    rows += "regimen), with stopped, toxic and setting if there are; NAME is treatments.drug and "
    rows += "so on in --column and --value"
    add("--treatments", metavar="FILE", help=rows)

    def several(option: str, form: str, text: str) -> None:
        add(option, action="append", default=[], metavar=form, help=f"{text}; repeatable")

    several("--column", "NAME=COLUMN", "what a column of a patient is called in the input")
    value = "what a text in a column means; no VALUE: unknown; TEXT may be a range of numbers such "
    several("--value", "NAME:TEXT=VALUE", f"{value}as 80-100, or * for all other texts")
    rule = "make a finding of several columns: ANY if any has it, ALL if all have; or the VALUE "
    rule += "whose columns have these texts, as NAME=VALUE:COLUMN=TEXT,..."
    several("--rule", "NAME=COLUMN,...:ANY/ALL", rule)
    dates = "make a number of whole years of two columns of dates, of birth and of another time"
    several("--years", "NAME=BORN,AT", dates)
    several("--unknown", "TEXT", "a further text that says that something is unknown")
    several("--floor", "NAME", "cut what stands behind the point of a number")
    add("--map", metavar="FILE", help="a TOML file that says all this of columns and texts")
    add("--summary", metavar="FILE", help="write the summary as JSON, too")
    add("--report", metavar="FILE", help="write the summary as an HTML page, too")
    add(
        "--old",
        action="append",
        nargs="?",
        type=_overlay,
        metavar="FILE",
        help="say in the summary how many patients the update of an old table touches, by therapy "
        "and kind of change; FILE is an overlay of the old table, which without one is the "
        "table alone; repeatable",
    )
    shared.add_program(parser)


def _overlay(name: str) -> str:
    """Return the name of an overlay, or refuse the registry that follows a --old without one."""
    try:
        from crcasp.registry.form import suffix_form
    except ImportError:  # which is said before any work
        return name
    if name == "-" or suffix_form(name):
        raise argparse.ArgumentTypeError(
            f"{name} is no overlay: where --old stands without one, write INPUT before it."
        )
    return name


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Answer a registry."""
    from crcasp.program.files import Program

    try:
        from crcasp.registry.form import Format
        from crcasp.registry.run import answer_files
    except ImportError as error:
        raise not_installed("crcasp cohort", error) from None
    program, old = shared.program(options), None
    if options.old is not None:  # without a name, the table alone
        old = Program.build([*filter(None, options.old)])
    mapping = _map(options)
    further: list[tuple[str, Callable[[Summary], str]]] = []
    for name, form in ((options.report, "html"), (options.summary, "json")):
        shared.refuse_other_form(name or "", form)
    if options.report:
        from crcasp.registry.report import registry_html
        from crcasp.views.page.templating import environment

        environment()  # that it is lacking is said before the work
        said = [(f"--{name}", getattr(options, name)) for name in (*HOW, "treatments")]
        more = "".join(f" {name} {shlex.quote(str(text))}" for name, text in said if text)

        def report(summary: Summary) -> str:
            name = options.map
            return registry_html(summary, options.input, program, mapping, name, more, old)

        further.append((options.report, report))
    if options.summary:
        further.append((options.summary, lambda summary: shared.json_text(summary.to_dict())))
    summary = answer_files(
        program,
        options.input,
        options.answers,
        mapping,
        old=old,
        treatments=options.treatments,
        how=Format(*(getattr(options, name) for name in HOW)),
        inputs=[options.map] if options.map else [],
        further=further,
    )
    if sys.stderr is not None:
        sys.stderr.write(summary.text())
    return "", ERRORS if summary.errors else 0


def _map(options: argparse.Namespace) -> ColumnMap:
    """Return what the map file, and the options over it, say of the columns."""
    from crcasp.registry.column_map import Cases, ColumnMap, Rule, Years, column_map
    from crcasp.registry.treatments import PREFIX

    columns: dict[str, str] = {}
    for text in options.column:
        _once(columns, *_pair(text, f"--column {text}", "NAME=COLUMN"), f"--column {text}")
    values: dict[str, dict[str, str]] = {}
    for text in options.value:
        name, colon, meaning = text.partition(":")
        cell, value = _pair(meaning if colon else "", f"--value {text}", "NAME:TEXT=VALUE", 1)
        _once(values.setdefault(name.strip(), {}), cell, value, f"--value {text}")
    rules: dict[str, Rule | Cases | Years] = {}
    for text in options.rule:
        name, made = _pair(text, f"--rule {text}", RULE)
        listed, colon, ends = made.partition(":") if "=" in made else made.rpartition(":")
        if "=" in ends:
            known = rules.get(name)
            cases = dict(known.cases) if isinstance(known, Cases) else {}
            pairs = (_pair(part, f"--rule {text}", RULE) for part in ends.split(","))
            rules[name] = Cases({**cases, listed.strip(): dict(pairs)})
            continue
        some, slash, every = ends.partition("/")
        if not (colon and slash and listed and some and every):
            raise UsageError(f"--rule {text}: write it as {RULE}.")
        rules[name] = Rule(tuple(part.strip() for part in listed.split(",")), some, every)
    for text in options.years:
        name, made = _pair(text, f"--years {text}", "NAME=BORN,AT")
        born, _, at = (part.strip() for part in made.partition(","))
        if not (born and at):
            raise UsageError(f"--years {text}: write it as NAME=BORN,AT.")
        rules[name] = Years(born, at)

    def of(prefix: str, pairs: dict[str, Any]) -> dict[str, Any]:
        """Return what is said of the columns of a table, by their names without the prefix."""
        mine = {name: it for name, it in pairs.items() if name.startswith(PREFIX) == bool(prefix)}
        return {name.removeprefix(prefix): it for name, it in mine.items()}

    lines = ColumnMap(of(PREFIX, columns), of(PREFIX, values))
    if options.treatments is None:
        for name in (*lines.columns, *lines.values):
            raise UsageError(
                f"{PREFIX}{name}: there are no treatments: name their file by --treatments."
            )
    given = ColumnMap(
        of("", columns),
        of("", values),
        rules,
        tuple(options.unknown),
        tuple(options.floor),
        lines if lines != ColumnMap() else None,
    )
    return column_map(options.map) | given


def _once(known: dict[str, str], name: str, value: str, option: str) -> None:
    """Add what an option says; refuse it where another says something else."""
    if known.setdefault(name, value) != value:
        raise UsageError(f"{option}: it is {known[name] or 'unknown'} already: say it once.")


RULE = "NAME=COLUMN,...:ANY/ALL or NAME=VALUE:COLUMN=TEXT,..."


def _pair(text: str, option: str, form: str, needed: int = 2) -> tuple[str, str]:
    """Return what stands before and behind a sign of equality; the last may be empty."""
    name, equals, value = text.rpartition("=") if needed == 1 else text.partition("=")
    pair = name.strip(), value.strip()
    if not (equals and all(pair[:needed])):
        raise UsageError(f"{option}: write it as {form}.")
    return pair
