"""`crcasp cohort`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from crcasp.cli import options as shared
from crcasp.errors import UsageError
from crcasp.saving import save

if TYPE_CHECKING:
    from crcasp.registry.mapping import ColumnMap

ERRORS = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "input", metavar="INPUT", help="a .csv, .ndjson or .parquet file; - is standard input"
    )
    parser.add_argument(
        "-o",
        dest="answers",
        required=True,
        metavar="OUTPUT",
        help="likewise; - is standard output",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=COLUMN",
        help="what a column of a patient is called in the input; repeatable",
    )
    parser.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="NAME:TEXT=VALUE",
        help="what a text in a column means; repeatable",
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="NAME=COLUMN,...:ANY/ALL",
        help="make a finding of several columns: ANY if any has it, ALL if all have; repeatable",
    )
    parser.add_argument("--map", metavar="FILE", help="a TOML file with columns, values and rules")
    parser.add_argument("--summary", metavar="FILE", help="write the summary as JSON")
    parser.add_argument("--report", metavar="FILE", help="write the summary as an HTML page")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that solve")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Answer a registry."""
    try:
        from crcasp.registry.run import answer_files
    except ImportError as error:
        raise UsageError(
            f"crcasp cohort needs {error.name}: install it by pip install 'crcasp[cohort]'."
        ) from None
    if options.workers is not None and options.workers < 1:
        raise UsageError(f"--workers {options.workers}: give at least 1.")
    if options.report:
        from crcasp.views.page.templating import environment

        environment()  # that it is lacking is said before the work
    program = shared.program(options)
    summary = answer_files(program, options.input, options.answers, _map(options), options.workers)
    if options.report:
        from crcasp.views.page.registry import registry_html

        save(options.report, registry_html(summary, options.input, program))
    if options.summary:
        save(options.summary, shared.json_text(summary.to_dict()))
    else:
        sys.stderr.write(summary.text())
    return "", ERRORS if summary.errors else 0


def _map(options: argparse.Namespace) -> ColumnMap:
    """Return what the map file, and the options over it, say of the columns."""
    from crcasp.registry.mapping import ColumnMap, Rule, from_toml, merged

    columns = dict(_pair(text, "--column", "NAME=COLUMN") for text in options.column)
    values: dict[str, dict[str, str]] = {}
    for text in options.value:
        name, colon, meaning = text.partition(":")
        cell, value = _pair(meaning if colon else "", f"--value {text}", "NAME:TEXT=VALUE")
        values.setdefault(name.strip(), {})[cell] = value
    rules = {}
    for text in options.rule:
        name, made = _pair(text, "--rule", "NAME=COLUMN,...:ANY/ALL")
        listed, colon, ends = made.rpartition(":")
        some, slash, every = ends.partition("/")
        if not (colon and slash and listed and some and every):
            raise UsageError(f"--rule {text}: write it as NAME=COLUMN,...:ANY/ALL.")
        rules[name] = Rule(tuple(part.strip() for part in listed.split(",")), some, every)
    given = ColumnMap(columns, values, rules)
    return merged(from_toml(options.map), given) if options.map else given


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        raise UsageError(f"{option} {text}: write it as {form}.")
    return name.strip(), value.strip()
