"""The logic program itself, by plain clingo: three commands, and the manners of its files."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import clingo
import pytest
import reading
from clingo import ast

from crcasp import Advice, parse_facts, recommend
from crcasp.program.files import main_paths, program_directory
from crcasp.program.terms import grouped, natural

LP = Path(program_directory())
ROOT = Path(__file__).parents[2]
EXAMPLES = {path.stem: path.read_text() for path in sorted((ROOT / "examples").glob("*.lp"))}
Model = frozenset[str]


class Plain:
    """`clingo lp/*.lp PATIENT.lp`, without Python, and without a warning."""

    def __init__(self, facts: str) -> None:
        messages: list[str] = []
        self.control = clingo.Control(["0", "--warn=all"], lambda _, said: messages.append(said))
        for path in main_paths():
            self.control.load(path)
        self.control.add("base", [], facts)
        self.control.ground([("base", [])])
        assert messages == [], facts

    def models(self) -> list[Model]:
        """What `0` prints."""
        with self.control.solve(yield_=True) as handle:
            return [frozenset(map(str, model.symbols(shown=True))) for model in handle]

    def last(self, mode: str) -> set[str]:
        """The therapies eligible by the last line that `--enum-mode=MODE` prints."""
        solving = self.control.configuration.solve
        assert isinstance(solving, clingo.Configuration)
        solving.enum_mode = mode
        return arguments(self.models()[-1], "eligible")


def arguments(model: Model, predicate: str) -> set[str]:
    """What a predicate says in a model, a therapy as results write it."""
    found = {atom[len(predicate) + 1 : -1] for atom in model if atom.startswith(f"{predicate}(")}
    return {re.sub(r"with\((\w+),(.*)\)", r"\1+\2", text).replace(",", "+") for text in found}


def expected(advice: Advice) -> list[Model]:
    """The models of a fully known patient: one a set, or one that recommends nothing."""
    eligible = {name: v for name, v in advice.therapies.items() if v.status == "eligible"}
    always = {f"eligible({term(name)})" for name in eligible} | {
        f'supported_by({term(name)},"{statement}")'
        for name, verdict in eligible.items()
        for statement in verdict.statements
    }
    return [
        frozenset(
            always
            | {f"recommended({term(name)})" for name in chosen.therapies}
            | {f'set_relies("{interpretation}")' for interpretation in chosen.interpretations}
            | {f"set_grade({chosen.grade})"}
        )
        for chosen in advice.sets
    ] or [frozenset(always)]


def term(name: str) -> str:
    return f"with({name.replace('+', ',')})" if "+" in name else name


def check(facts: str) -> None:
    """Compare the three commands with `recommend`."""
    plain, advice = Plain(facts), recommend(parse_facts(facts), tests=False)
    statuses = {name: verdict.status for name, verdict in advice.therapies.items()}
    if advice.in_scope and "undetermined" not in statuses.values() and fully_known(advice):
        models = plain.models()
        assert sorted(models, key=sorted) == sorted(expected(advice), key=sorted), facts
    eligible = {name for name, status in statuses.items() if status == "eligible"}
    possible = {name for name, status in statuses.items() if status != "excluded"}
    assert plain.last("cautious") == eligible, facts
    assert plain.last("brave") == possible, facts


def fully_known(advice: Advice) -> bool:
    return all(item.value is not None for item in advice.findings)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_three_commands_on_the_examples(name: str) -> None:
    check(EXAMPLES[name])


@pytest.mark.slow
@pytest.mark.parametrize("patients", [8, pytest.param(80, marks=pytest.mark.slow)])
def test_the_three_commands_on_random_patients(patients: int) -> None:
    rng = random.Random(3)
    for number in range(patients):
        check(reading.random_patient(rng, ignorance=(0.0, 0.0, None)[number % 3]).facts())


def deciding_patients() -> list[str]:
    """Random patients, each second one with sources of an overlay."""
    rng = random.Random(7)
    own = 'statement("Z", any, benefit). text("Z", "z"). exclusion("Y", "y"). exclusion("W", "w"). '
    own += 'offers("Z", k, (folfox; with(folfiri, aflibercept))). needs("Z", k, ecog, 4). '
    own += 'bars(("Y"; "W"), k, oxaliplatin).'
    some = [f"{reading.random_patient(rng).facts()} {own if it % 2 else ''}" for it in range(6)]
    return [*some, f"received(1, irinotecan). stopped(1, completed). ecog(0). {own}"]


def check_deciding(facts: str) -> None:
    """Of an excluded therapy one source decides: the first of the table, then an overlay's."""
    plain = Plain(facts)
    with plain.control.solve(yield_=True) as handle:
        atoms = next(iter(handle)).symbols(atoms=True)
    said = {
        name: [it.arguments for it in atoms if it.match(name, 2)]
        for name in ("decisive", "deciding")
    }
    several = grouped((therapy, source.string) for therapy, source in said["decisive"])
    first = {
        therapy: min(sources, key=lambda it: (it in ("W", "Y", "Z"), natural(it)))
        for therapy, sources in several.items()
    }
    assert {(therapy, it.string) for therapy, it in said["deciding"]} == {*first.items()}, facts
    assert len(said["deciding"]) == len(first)
    assert first or "none" in facts


def test_one_source_decides_in_each_completion() -> None:
    for facts in deciding_patients():
        check_deciding(facts)


def test_where_nothing_is_eligible_there_is_one_model_that_recommends_nothing() -> None:
    for facts in ("liver_metastases(none).", f"{NOTHING} {KNOWN}"):
        (model,) = set(Plain(facts).models())
        assert model == frozenset(), facts


NOTHING = "contraindicated(fluoropyrimidine). liver_metastases(resectable)."
KNOWN = (
    "age(54). ecog(0). organ_function(adequate). side(left). kras(mutant). nras(wild_type). "
    "braf(wild_type). mmr(proficient). country(other). tumor_burden(low). "
    "disease_extent(disseminated). multifocal_liver_disease(absent)."
)


def test_the_program_is_tight() -> None:
    rng = random.Random(5)
    for facts in ("", reading.random_patient(rng).facts(), EXAMPLES["reuse"]):
        control = Plain(facts).control
        control.solve(on_model=lambda _: False)
        assert control.statistics["problem"]["lp"]["sccs"] == 0


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
    said = "\n%" + text.partition("% Defines")[2].partition("% Output")[0]
    promised = set(re.findall(r"\n% {2,10}([a-z]\w*)\(", said))
    assert promised <= defined(path), f"{path.name} does not define {promised - defined(path)}"


def test_the_table_is_in_the_order_of_the_paper() -> None:
    blocks = re.findall(r"^% ---- (\S+) -+$", (LP / "table.lp").read_text(), re.MULTILINE)
    statements = [block for block in blocks if block[0].isdigit()]
    assert statements == sorted(statements, key=lambda name: [int(n) for n in name.split(".")])
    assert [block for block in blocks if block[0] == "X"] == ["X1", "X2", "X3", "X4", "X5"]
    assert len(statements) == 22


@cache
def names(*signatures: tuple[str, int]) -> frozenset[str]:
    """The first arguments of the program's own facts."""
    control = Plain("").control  # must outlive its atoms
    atoms = control.symbolic_atoms
    found = [atom for signature in signatures for atom in atoms.by_signature(*signature)]
    return frozenset(str(atom.symbol.arguments[0]) for atom in found)


THERAPEUTIC = (("therapy_name", 1), ("agent", 1), ("class", 1))


@pytest.mark.parametrize("name", ["patient", "offers", "verdicts", "reasons", "sets", "show"])
def test_the_encoding_names_no_drug_and_no_statement(name: str) -> None:
    rules = re.sub(r"%.*", "", (LP / f"{name}.lp").read_text())
    assert not names(("place", 2), ("interpretation", 2)) & set(re.findall(r'"[^"]*"', rules))
    assert not names(*THERAPEUTIC) & set(re.findall(r"\b[a-z]\w*\b", re.sub(r'"[^"]*"', "", rules)))


def test_python_names_no_clinical_thing() -> None:
    clinical = names(*THERAPEUTIC, ("value", 2))
    for path in sorted((ROOT / "crcasp").rglob("*.py")):
        code = re.sub(r'"""(?:.|\n)*?"""|#.*', "", path.read_text())
        assert not clinical & set(re.findall(r"\b[a-z]\w*\b", code)), path.name
