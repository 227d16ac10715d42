"""The logic program itself: its manners, and that each part of it matters."""

from __future__ import annotations

import random
import re
from pathlib import Path

import clingo
import pytest
import reading
from clingo import ast

from crcasp.program.files import main_files, program_directory

LP = Path(program_directory())
ROOT = Path(__file__).parents[2]
PATIENTS = sorted((ROOT / "examples").glob("*.lp"))


def grounded(text: str, *extra: str) -> tuple[clingo.Control, list[str]]:
    messages: list[str] = []
    control = clingo.Control(["0", "--warn=all"], lambda _, said: messages.append(said))
    for name in [*main_files(), *extra]:
        control.load(str(LP / name))
    control.add("base", [], text)
    control.ground([("base", [])])
    return control, messages


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_plain_clingo_is_silent(path: Path) -> None:
    _, messages = grounded(path.read_text())
    assert messages == []


def test_plain_clingo_is_silent_on_random_patients() -> None:
    rng = random.Random(3)
    for _ in range(15):
        patient = reading.random_patient(rng)
        assert grounded(patient.facts())[1] == [], patient.facts()


def test_all_but_the_sets_is_decided_by_grounding() -> None:
    """The table's part has no search: every atom outside `sets.lp` is a fact."""
    chosen = {"regimen_chosen", "partner_chosen", "locoregional_chosen", "with_partner"}
    chosen |= {"recommended", "in_set", "set_grade", "set_relies"}
    rng = random.Random(4)
    for _ in range(15):
        control, _ = grounded(reading.random_patient(rng).facts())
        open_atoms = {a.symbol.name for a in control.symbolic_atoms if not a.is_fact}
        assert open_atoms <= chosen


def test_the_program_is_tight() -> None:
    control, _ = grounded("", "wrapper/externals.lp", "wrapper/histories.lp")
    control.solve()
    assert control.statistics["problem"]["lp"]["sccs"] == 0


def test_each_condition_is_exactly_one_of_met_failing_open() -> None:
    rng = random.Random(6)
    for _ in range(15):
        control, _ = grounded(reading.random_patient(rng).facts())
        atoms = {str(atom.symbol) for atom in control.symbolic_atoms}
        offers = control.symbolic_atoms.by_signature("offers", 3)
        for therapy in {offer.symbol.arguments[2] for offer in offers}:
            held = [f"{status}({therapy})" in atoms for status in STATUSES]
            assert sum(held) == ("out_of_scope" not in atoms), therapy


STATUSES = ("eligible", "undetermined", "excluded")

# ---- headers ------------------------------------------------------------------------------


def defined(path: Path) -> set[str]:
    """The predicates in the heads of a file's rules."""
    heads: set[str] = set()

    def visit(node: ast.AST) -> None:
        if node.ast_type == ast.ASTType.Rule:
            collect(node.head)
        elif node.ast_type == ast.ASTType.External:
            collect(node.atom)

    def collect(head: ast.AST) -> None:
        if head.ast_type in (ast.ASTType.Aggregate, ast.ASTType.Disjunction):
            for element in head.elements:
                collect(element.literal)
        elif head.ast_type == ast.ASTType.Literal:
            if head.atom.ast_type == ast.ASTType.SymbolicAtom:
                collect(head.atom.symbol)
        elif head.ast_type == ast.ASTType.SymbolicAtom:
            collect(head.symbol)
        elif head.ast_type == ast.ASTType.Pool:
            for argument in head.arguments:
                collect(argument)
        elif head.ast_type == ast.ASTType.Function:
            heads.add(head.name)

    ast.parse_files([str(path)], visit)
    return heads


def header(path: Path) -> str:
    lines = path.read_text().splitlines()
    return "\n".join(lines[: next(i for i, line in enumerate(lines) if not line.startswith("%"))])


@pytest.mark.parametrize("path", sorted(LP.rglob("*.lp")), ids=lambda path: path.name)
def test_header_states_purpose_and_interface(path: Path) -> None:
    text = header(path)
    assert text.startswith("%%% ")
    for word in ("Purpose", "Input"):
        assert f"% {word}" in text, f"{path.name} lacks {word}"
    outputs = text.partition("% Defines")[2]
    named = set(re.findall(r"[a-z]\w*(?=[(/])", text))
    promised = set(re.findall(r"[a-z]\w*(?=[(/])", outputs))
    for predicate in promised & ALL_DEFINED - defined(path):
        assert predicate in named, f"{path.name} promises {predicate}"


ALL_DEFINED: set[str] = set().union(*(defined(path) for path in LP.rglob("*.lp")))


def test_the_table_is_in_the_order_of_the_paper() -> None:
    blocks = re.findall(r"^% ---- (\S+) -+$", (LP / "table.lp").read_text(), re.MULTILINE)
    statements = [block for block in blocks if block[0].isdigit()]
    assert statements == sorted(statements, key=lambda name: [int(n) for n in name.split(".")])
    assert [block for block in blocks if block[0] == "X"] == ["X1", "X2", "X3", "X4", "X5"]
    assert len(statements) == 22


def names(*signatures: tuple[str, int]) -> set[str]:
    """The first arguments of the program's own facts."""
    control, _ = grounded("")  # must outlive its atoms
    atoms = control.symbolic_atoms
    found = [atom for signature in signatures for atom in atoms.by_signature(*signature)]
    return {str(atom.symbol.arguments[0]) for atom in found}


THERAPEUTIC = (("therapy_name", 1), ("agent", 1), ("class", 1))


def test_the_encoding_names_no_drug_and_no_statement() -> None:
    for name in ("patient.lp", "eligibility.lp", "missing.lp", "reasons.lp", "sets.lp"):
        rules = re.sub(r"%.*|\"[^\"]*\"", "", (LP / name).read_text())
        assert not names(*THERAPEUTIC) & set(re.findall(r"\b[a-z]\w*\b", rules)), name


def test_python_names_no_clinical_thing() -> None:
    clinical = names(*THERAPEUTIC, ("value", 2))
    for path in sorted((ROOT / "crcasp").rglob("*.py")):
        code = re.sub(r'"""(?:.|\n)*?"""|#.*', "", path.read_text())
        assert not clinical & set(re.findall(r"\b[a-z]\w*\b", code)), path.name
