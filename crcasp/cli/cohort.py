"""`crcasp cohort`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from crcasp.cli import options as shared
from crcasp.errors import UsageError, not_installed

if TYPE_CHECKING:
    from crcasp.program.files import Program
    from crcasp.registry.column_map import ColumnMap
    from crcasp.registry.summary import Summary

ERRORS = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = (
        "Exit status: 0 if every row was answered, 1 if rows have errors, 2 if nothing was "
        "answered or an output could not be written; then no file is touched."
    )
    add = parser.add_argument
    add(
        "input", metavar="INPUT", help="a .csv, .tsv, .ndjson or .parquet file; - is standard input"
    )
    add(
        "-o", dest="answers", required=True, metavar="OUTPUT", help="likewise; - is standard output"
    )
    forms = "of a file whose suffix does not say it"
    add("--format", choices=("csv", "ndjson", "parquet"), help=f"the form {forms}")
    add("--separator", metavar="SIGN", help="comma, semicolon, tab, bar, or a character (CSV)")

    def several(option: str, form: str, text: str) -> None:
        add(option, action="append", default=[], metavar=form, help=f"{text}; repeatable")

    several("--column", "NAME=COLUMN", "what a column of a patient is called in the input")
    several("--value", "NAME:TEXT=VALUE", "what a text in a column means; no VALUE: unknown")
    rule = "make a finding of several columns: ANY if any has it, ALL if all have"
    several("--rule", "NAME=COLUMN,...:ANY/ALL", rule)
    several("--unknown", "TEXT", "a further text that says that something is unknown")
    add("--map", metavar="FILE", help="a TOML file with columns, values, rules and unknown")
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
        from crcasp.registry.source import suffix_form
    except ImportError:  # which is said before any work
        return name
    if name == "-" or suffix_form(name):
        raise argparse.ArgumentTypeError(
            f"{name} is no overlay: where --old stands without one, write INPUT before it."
        )
    return name


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Answer a registry."""
    try:
        from crcasp.registry.run import answer_files
    except ImportError as error:
        raise not_installed("crcasp cohort", error) from None
    program, old = shared.program(options), _old(options)
    mapping = _map(options)
    further: list[tuple[str, Callable[[Summary], str]]] = []
    if options.report:
        from crcasp.registry.report import registry_html
        from crcasp.views.page.templating import environment

        environment()  # that it is lacking is said before the work
        said = {"--format": options.format, "--separator": options.separator}
        more = "".join(f" {name} {shlex.quote(text)}" for name, text in said.items() if text)

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
        form=options.format,
        separator=options.separator,
        inputs=[options.map] if options.map else [],
        further=further,
    )
    if sys.stderr is not None:
        sys.stderr.write(summary.text())
    return "", ERRORS if summary.errors else 0


def _old(options: argparse.Namespace) -> Program | None:
    """Return the old table, if there is one to compare with."""
    from crcasp.program.files import Program

    if options.old is None:
        return None
    return Program.build([name for name in options.old if name is not None])


def _map(options: argparse.Namespace) -> ColumnMap:
    """Return what the map file, and the options over it, say of the columns."""
    from crcasp.registry.column_map import ColumnMap, Rule, column_map

    columns = dict(_pair(text, "--column", "NAME=COLUMN") for text in options.column)
    values: dict[str, dict[str, str]] = {}
    for text in options.value:
        name, colon, meaning = text.partition(":")
        cell, value = _pair(meaning if colon else "", f"--value {text}", "NAME:TEXT=VALUE", 1)
        values.setdefault(name.strip(), {})[cell] = value
    rules = {}
    for text in options.rule:
        name, made = _pair(text, "--rule", "NAME=COLUMN,...:ANY/ALL")
        listed, colon, ends = made.rpartition(":")
        some, slash, every = ends.partition("/")
        if not (colon and slash and listed and some and every):
            raise UsageError(f"--rule {text}: write it as NAME=COLUMN,...:ANY/ALL.")
        rules[name] = Rule(tuple(part.strip() for part in listed.split(",")), some, every)
    given = ColumnMap(columns, values, rules, tuple(options.unknown))
    return column_map(options.map) | given


def _pair(text: str, option: str, form: str, needed: int = 2) -> tuple[str, str]:
    """Return what stands before and behind a sign of equality; the last may be left out."""
    name, equals, value = text.rpartition("=") if needed == 1 else text.partition("=")
    pair = name.strip(), value.strip()
    if not (equals and all(pair[:needed])):
        raise UsageError(f"{option} {text}: write it as {form}.")
    return pair
