"""A whole registry by evaluation: every row is what `recommend()` says of it alone."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice, product, repeat
from pathlib import Path
from typing import Any

import clingo
import pytest
import random_overlays
import reading

import crcasp
from crcasp import Advice, InputError, recommend
from crcasp.facts import read_path, read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.ground import GroundRules

np = pytest.importorskip("numpy", reason="the extra crcasp[cohort] is not installed")
pl = pytest.importorskip("polars", reason="the extra crcasp[cohort] is not installed")

from crcasp.registry import answers  # noqa: E402
from crcasp.registry.answers import OfMany  # noqa: E402
from crcasp.registry.circuit import Circuit, Unevaluable  # noqa: E402
from crcasp.registry.evaluation import Evaluator  # noqa: E402
from crcasp.registry.outcome import Coded, distinct, packed, patterns, unpacked  # noqa: E402

ROOT = Path(__file__).parents[2]
OVERLAYS = ROOT / "examples" / "overlays" / "since_2019"
Facts = list[clingo.Symbol]
Row = dict[str, Any]
TABLE = Program()

# ---- a circuit ------------------------------------------------------------------------------

PROGRAMS = {
    "negation": "a :- not x. b :- a, not y. c :- not a, not b.",
    "several rules": "a :- x, y. a :- z, not x. b :- a. b :- not a, z.",
    "pools": "p(1; 2) :- x. q(X) :- p(X), not y. a :- q(1), q(2).",
    "facts": "f(1..3). a :- f(2), x. b :- not f(4), y. c :- f(4). b.",
    "conditions": "n(1) :- x. n(2) :- y. m(1; 2). a :- n(X) : m(X). b :- not n(X) : m(X).",
    "counts": "n(1) :- x. n(2) :- y. n(3) :- z. a :- 2 { n(X) }. b :- { n(X) } 1. c :- 4 { n(X) }.",
    "sums": "w(1) :- x. w(2) :- y. w(3) :- z. a :- #sum { X : w(X) } >= 3. "
    "b :- #sum { X : w(X) } = 3.",
    "least": "w(1) :- x. w(2) :- y. w(3) :- z. a(M) :- M = #min { X : w(X) }. b :- a(2).",
    "also derived": "x :- y. a :- x, not z. z :- not x.",
    "never": "a :- x, not x. b :- not a. c :- a. d :- y, b.",
}


def grounded(text: str, given: str = "") -> Circuit:
    """A small program, of which some facts may be given."""

    control, rules = clingo.Control(), GroundRules()
    control.register_observer(rules)
    control.add("base", [], text + " ".join(f" #external {name}." for name in given))
    control.ground([("base", [])])
    return Circuit(control, rules)


def models(text: str) -> list[set[str]]:
    control = clingo.Control(["0"])
    control.add("base", [], text)
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        return [{str(atom) for atom in model.symbols(atoms=True)} for model in handle]


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_circuit_is_what_the_solver_says(text: str) -> None:
    known = grounded(text, "xyz")
    worlds = list(product([False, True], repeat=3))
    columns = np.array(worlds).T
    facts = {clingo.Function(name): own for name, own in zip("xyz", columns, strict=True)}
    many = OfMany(known, facts, 8, 255)
    atoms = [atom.symbol for atom in known.control.symbolic_atoms]
    for number, world in enumerate(worlds):
        told = "".join(f"{name}. " for name, value in zip("xyz", world, strict=True) if value)
        (shown,) = models(text + told)
        for atom in atoms:
            assert unpacked(many.ask(atom)[0], 8)[number] == (str(atom) in shown), (world, atom)


VALUES = "value(f, 1..4). value(g, (a; b; c)). value(h, (u; v)). "
CHOICE = "{ turns_out(F, V) : could_be(F, V) } = 1 :- could_be(F, _). "
COULD = (
    "could_be(f, V) :- value(f, V), not x. could_be(f, 2) :- x. could_be(g, V) :- value(g, V), y. "
    "could_be(g, c) :- not y, z. could_be(h, V) :- value(h, V), not z. could_be(h, u) :- z. "
)
COMPLETED = {
    "one finding": "eligible(a) :- turns_out(f, V), V > 2.",
    "two": "eligible(a) :- turns_out(f, (1; 3)), not turns_out(g, b). eligible(b) :- x, not y.",
    "none at all": "eligible(a) :- not turns_out(g, a), not turns_out(g, b), turns_out(h, u).",
    "in no case": "eligible(a) :- turns_out(f, 1), turns_out(f, 2).",
    "in any case": "eligible(a) :- turns_out(f, 1). eligible(a) :- not turns_out(f, 1).",
    "constraint": "eligible(a) :- turns_out(f, 1). :- turns_out(f, 1), not turns_out(h, u).",
    "beyond": "eligible(a) :- turns_out(f, 2), z. :- turns_out(f, 2), turns_out(g, V), V != c.",
    "sum": "eligible(a) :- #sum { 2 : turns_out(f, 4); 1 : turns_out(g, a); 1 : z } >= 2.",
    "clash": "eligible(a) :- turns_out(f, 3). :- #count { 1 : turns_out(f, 3); 2 : x; "
    "3 : turns_out(h, v) } >= 2.",
}


@pytest.mark.parametrize("text", COMPLETED.values(), ids=COMPLETED)
def test_completions_are_the_stable_models(text: str) -> None:
    text = f"{VALUES}{CHOICE}{COULD}{text}"
    known = grounded(text, "xyz")
    worlds = list(product([False, True], repeat=3))
    columns = np.array(worlds).T
    facts = {clingo.Function(name): own for name, own in zip("xyz", columns, strict=True)}
    many = OfMany(known, facts, 8, 255)
    found = {atom: many.ask(atom) for atom in known.atoms("eligible", 1)}
    missing = many.missing()
    assert not many.inconsistent
    for number, world in enumerate(worlds):
        told = "".join(f"{name}. " for name, value in zip("xyz", world, strict=True) if value)
        every = models(text + told)
        for atom, (certain, possible) in found.items():
            holds = [str(atom) in model for model in every]
            assert certain >> number & 1 == all(holds), (world, atom)
            assert possible >> number & 1 == any(holds), (world, atom)
        assert {name for name, whom in missing.items() if whom >> number & 1} == flips(every)


def flips(every: Sequence[set[str]]) -> set[str]:
    """The findings that alone tell apart two completions of which one has more that is eligible."""

    def read(model: set[str]) -> tuple[dict[str, str], set[str]]:
        atoms = [clingo.parse_term(atom) for atom in model]
        known = [atom.arguments for atom in atoms if atom.name == "turns_out"]
        chosen = {str(finding): str(value) for finding, value in known}
        return chosen, {str(atom) for atom in atoms if atom.name == "eligible"}

    found = set()
    for (one, has), (two, had) in product(map(read, every), repeat=2):
        apart = [name for name in one if one[name] != two[name]]
        if len(apart) == 1 and has != had:
            found.add(apart[0])
    return found


def test_a_patient_without_a_completion_is_found() -> None:
    known = grounded(f"{VALUES}{CHOICE}{COULD} :- turns_out(f, 2), x.", "xyz")
    facts = {clingo.Function("x"): np.array([False, True])}
    assert OfMany(known, facts, 2, 0b11).inconsistent == 0b10
    assert not OfMany(known, facts, 2, 0b01).inconsistent


def test_values_that_nothing_tells_apart_are_one() -> None:
    text = f"{VALUES}{CHOICE} could_be(F, V) :- value(F, V). eligible(a) :- turns_out(f, (2; 3))."
    known = grounded(text)
    node = known.node(clingo.parse_term("eligible(a)"))
    ((question),) = [known.question(node)]
    assert [str(finding) for finding in question.findings] == ["f"]
    assert sorted(len(leaves) for _, leaves in question.classes[0]) == [2, 2]


@pytest.mark.parametrize(
    "text",
    [
        "{ a }. eligible(1) :- a.",
        "a ; b :- x. eligible(1) :- b.",
        "a :- not b. b :- not a. eligible(1) :- b, x.",
        "a :- b, x. b :- a. b :- x. eligible(1) :- b.",
        "#external x(1..200). eligible(1) :- #sum { X, X : x(X) } >= 10000.",
    ],
)
def test_what_is_no_circuit_is_refused(text: str) -> None:
    with pytest.raises(Unevaluable):
        OfMany(grounded(text, "x"), {}, 1, 1).missing()


@pytest.mark.parametrize("count", [0, 1, 7, 8, 65, 200])
@pytest.mark.parametrize("outputs", [0, 1, 8, 13, 70])
def test_bits_by_patient(outputs: int, count: int) -> None:
    columns = np.random.default_rng(count).random((outputs, count)) < 0.5
    places = np.arange(count)[::2]
    found = patterns([packed(column) for column in columns], count, places)
    rows = [found.values[code].tolist() for code in found.codes]
    assert rows == columns.T[::2].tolist()


@pytest.mark.parametrize("kind", ["uint8", "int64"])
def test_distinct_rows(kind: str) -> None:
    rows = np.random.default_rng(1).integers(0, 3, (500, 3)).astype(kind)
    rows[:, 2] = 7
    first, codes = distinct(rows)
    assert (rows[first[codes]] == rows).all()
    assert len(first) == len({tuple(row) for row in rows.tolist()})
    assert all(place == codes.tolist().index(code) for code, place in enumerate(first))
    assert not any(map(len, distinct(rows[:0])))


# ---- patients -------------------------------------------------------------------------------


def read(patients: Sequence[reading.Patient], program: Program) -> list[Facts]:
    vocabulary = engine(program).vocabulary
    return [list(read_text(patient.facts(), "facts", vocabulary).facts) for patient in patients]


def random_facts(seed: int, count: int, program: Program = TABLE, lines: int = 5) -> list[Facts]:
    """Random patients; to one in six some facts are added that may contradict the others.

    Their histories have no more than so many lines: each length costs a grounding.
    """
    rng = random.Random(seed)
    vocabulary = engine(program).vocabulary
    drawn = (reading.random_patient(rng) for _ in repeat(None))
    found = read([*islice((one for one in drawn if len(one.received) <= lines), count)], program)
    words = {name: list(values) for name, values in vocabulary.findings.items()}
    pool = [term(name, rng.choice(values)) for name, values in words.items() for _ in range(4)]
    for line in {1, 2, 3, 5} & {*range(lines + 1)}:
        pool += [term("stopped", line, reason) for reason in vocabulary.reasons]
        pool += [term("toxic", line, agent) for agent in vocabulary.agents]
        pool += [term("received", line, therapy) for therapy in vocabulary.therapies]
    for facts in found:
        if rng.random() < 1 / 6:
            facts += {*rng.sample(pool, rng.choice((1, 1, 2)))} - {*facts}
    return found


def term(name: str, *arguments: str | int) -> clingo.Symbol:
    return clingo.Function(
        name, [clingo.Number(x) if isinstance(x, int) else clingo.Function(x) for x in arguments]
    )


def columns(patients: Sequence[Facts]) -> dict[clingo.Symbol, Any]:
    """For each fact the patients who have it."""
    facts = {fact for patient in patients for fact in patient}
    return {fact: np.array([fact in patient for patient in patients], bool) for fact in facts}


def therapies(seed: int, count: int, program: Program = TABLE) -> Any:
    """For each of some patients what was given, or None."""
    rng = random.Random(seed)
    offered = [str(name) for name in recommend({}, overlays=paths(program)).therapies]
    given = np.full(count, None)
    for place in range(count):
        if rng.random() < 0.8:
            names = rng.sample([*offered, "capox", "hai", "tace"], rng.choice((1, 1, 2, 3)))
            given[place] = tuple(dict.fromkeys(names))
    return given


def paths(program: Program) -> list[str]:
    return [name for name, _ in program.overlays]


def expected(
    facts: Facts, given: tuple[str, ...] | None, program: Program
) -> tuple[Advice, Row] | None:
    """What `recommend` comes to in the columns of the output, None if it refuses the facts."""
    try:
        advice = recommend(
            facts, overlays=paths(program), constants=dict(program.constants), tests=False
        )
    except InputError:
        return None

    def having(status: str) -> str:
        names = (name for name, verdict in advice.therapies.items() if verdict.status == status)
        return ";".join(sorted(names))

    missing = {name for verdict in advice.therapies.values() for name in verdict.missing}
    return advice, {
        "in_scope": advice.in_scope,
        "line": advice.line,
        "grade": advice.preferred[0].grade if advice.preferred else None,
        "preferred": {str(chosen) for chosen in advice.preferred},
        "eligible": having("eligible"),
        "undetermined": having("undetermined"),
        "missing": missing,
        "concordance": None if given is None else concordance(advice, given),
    }


def concordance(advice: Advice, given: tuple[str, ...]) -> str:
    if not advice.in_scope:
        return "out_of_scope"
    for chosen in advice.sets:
        if set(chosen.therapies) == set(given):
            return "preferred" if chosen.preferred else "eligible"
    verdicts = [advice.therapies.get(name) for name in given]
    statuses = {verdict.status if verdict else "" for verdict in verdicts}
    if "" in statuses:
        return "not_in_table"
    return "undetermined" if statuses & {"undetermined"} > statuses & {"excluded"} else "excluded"


@cache
def evaluator_of(program: Program) -> Evaluator:
    return Evaluator(program)


def reason(advice: Advice, name: str) -> str:
    """How the reason against an excluded therapy begins, and how it goes on."""
    verdict = advice.therapies[name]
    source = str(verdict.deciding)
    findings = [
        condition.finding
        for objection in verdict.against
        if objection.statement == source
        for condition in objection.conditions
    ]
    return f"{name}: statement {source} needs: " if findings else f"{name}: {source}, "


def check(patients: Sequence[Facts], program: Program = TABLE, seed: int = 1) -> Evaluator:
    """Compare the answers to some patients with what each has alone."""
    given = therapies(seed, len(patients), program)
    bad = np.array([place % 37 == 5 for place in range(len(patients))], bool)
    evaluator = evaluator_of(program)
    coded = Coded([*given], np.arange(len(given)))
    frame, issues = evaluator.answers(len(patients), columns(patients), bad, coded)
    assert len(frame) == len(patients)
    for place, (facts, row) in enumerate(zip(patients, frame.to_dicts(), strict=True)):
        told = " ".join(map(str, facts))
        case = None if bad[place] else expected(facts, given[place], program)
        refused = any(whom[place] for whom in issues.values())
        assert bad[place] or refused == (case is None), told
        if case is None:
            assert set(row.values()) == {None}, told
            continue
        advice, answer = case
        found = {name: row[name] for name in answer}
        for name, joint in (("preferred", "; "), ("missing", ";")):
            found[name] = set(filter(None, found[name].split(joint)))
        if "stand" in str(row["reason"]):  # see `test_concordance_agrees_with_the_reading`
            found["concordance"] = answer["concordance"]
            assert answer["concordance"] in ("undetermined", "excluded"), told
        assert found == answer, told
        assert (row["reason"] is None) == (
            row["concordance"] in (None, "preferred", "eligible", "out_of_scope")
        )
        if row["concordance"] == "excluded":
            excluded = [n for n in given[place] if advice.therapies[n].status == "excluded"]
            assert all(reason(advice, name) in row["reason"] for name in excluded), told
    return evaluator


# Statements of an overlay for a random need, with a random grade, of the table's therapies.
NEEDS = (
    *("ras, mutant", "braf, mutant", "mmr, deficient", "age, at_least(75)", "ecog, at_most(2)"),
    *("later_line, yes", "earlier(oxaliplatin), no", "failed(irinotecan), yes", "country, japan"),
)
OFFERED = (
    "capox",
    "folfox",
    "with(folfiri, bevacizumab)",
    "regorafenib",
    "hai",
    "with(capiri, cetuximab)",
)
CHANGES = (
    *("", "", 'withdrawn("I9"). withdrawn("I19").', 'withdrawn("I14").', 'withdrawn("I20").'),
    *('spares("X3", "N0").', "s1_used_in(taiwan).", ":- recommended(folfox), recommended(hai)."),
    *(
        'withdrawn("I8") :- received(1, folfox).',
        "implies(side, left, country, japan).",
        "tumor_burden(high).",
    ),
    "seldom :- #sum { 2 : received(1, folfox); 1 : received(1, capox); 1 : received(2, _) } >= 3. "
    ":- recommended(tace), seldom.",
)


def random_overlay(rng: random.Random) -> str:
    rules = [rng.choice(CHANGES)]
    for number in range(rng.randint(1, 3)):
        name = f'"N{number}"'
        line, grade = (
            rng.choice(("any", "first", "beyond_first")),
            rng.choice(("benefit", "considered")),
        )
        rules.append(f'statement({name}, {line}, {grade}). text({name}, "something new").')
        rules.append(f"offers({name}, one, {rng.choice(OFFERED)}).")
        rules += [f"needs({name}, one, {need})." for need in rng.sample(NEEDS, rng.randint(0, 2))]
    return "\n".join(rules)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("overlays", "rows"), [(1, 6), pytest.param(3, 20, marks=pytest.mark.slow)]
)
def test_rows_under_all_that_an_overlay_can_say(overlays: int, rows: int, tmp_path: Path) -> None:
    rng = random.Random(overlays)
    for number in range(overlays):
        path = tmp_path / f"{number}.lp"
        path.write_text(random_overlays.rules(random_overlays.random_overlay(rng)))
        program = Program.build([path])
        vocabulary = engine(program).vocabulary
        patients = [
            random_overlays.random_patient(rng, rng.choice((0, 0.4))).facts() for _ in range(rows)
        ]
        check([list(read_text(text, "facts", vocabulary).facts) for text in patients], program)


def test_every_row_is_what_recommend_says() -> None:
    assert not check(random_facts(1, 8)).solved


@pytest.mark.slow
def test_all_examples_in_one_batch() -> None:
    vocabulary = engine(TABLE).vocabulary
    paths = sorted((ROOT / "examples").glob("*.lp"))
    assert len(paths) > 20
    assert not check([list(read_path(str(path), vocabulary).facts) for path in paths]).solved


@pytest.mark.slow
@pytest.mark.parametrize("names", [("beacon", "keynote_177")])
def test_with_overlays(names: Sequence[str]) -> None:
    program = Program.build([OVERLAYS / f"{name}.lp" for name in names])
    assert not check(random_facts(2, 25, program, 2), program).solved


@pytest.mark.slow
def test_with_the_table_of_today() -> None:
    test_with_overlays([path.stem for path in sorted(OVERLAYS.glob("*.lp"))])


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "lines"), [(1, 2)])
def test_with_random_overlays(seed: int, lines: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    overlay = tmp_path / "own.lp"
    overlay.write_text(random_overlay(rng))
    program = Program.build([overlay], {"younger_age": rng.choice((60, 70))})
    check(random_facts(seed, 20, program, lines), program)


@pytest.mark.slow
def test_many_rows() -> None:
    """What is refused, and what is said of therapies that were given.

    The verdicts of many more are those of the brute-force reading (`test_cohort.py`).
    """
    assert not check(random_facts(3, 250)).solved


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *range(10, 16)])
def test_with_many_random_overlays(seed: int, tmp_path: Path) -> None:
    test_with_random_overlays(seed, 5, tmp_path)


def patients_of_lines(counts: Sequence[int]) -> list[reading.Patient]:
    rng = random.Random(5)
    patients = []
    for lines in counts:
        received = {line: reading._random_line(rng) for line in range(1, lines + 1)}
        stopped = {line: str(rng.choice(reading.REASONS)) for line in received}
        for ras in ("mutant", "wild_type"):
            patients.append(reading.Patient({"ras": ras}, received, stopped))
    rng.shuffle(patients)
    return patients


@pytest.mark.slow
def test_each_history_has_the_grounding_it_needs() -> None:
    evaluator = check(read(patients_of_lines((0, 1, 2, 3, 4, 5)), TABLE))
    assert {2, 4, 8} <= evaluator.verdicts.made.keys()
    assert not evaluator.solved


@pytest.mark.slow
def test_long_histories() -> None:
    assert not check(read(patients_of_lines((8, 9, 17, 20)), TABLE)).solved


@pytest.mark.slow
@pytest.mark.parametrize("most", [0, 3])
def test_rows_with_too_many_completions_are_solved(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", most)
    evaluator = check(random_facts(6, 12))
    assert evaluator.solved.endswith("too many completions, so rows are solved one by one.")
    evaluator_of.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize("most", [answers.MOST, -1])
def test_no_answer_is_an_error_of_its_row(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", most)
    overlay = tmp_path / "own.lp"
    overlay.write_text(":- eligible(folfox).")
    facts = [[], [term("ras", "mutant")], [term("contraindicated", "folfox")]]
    evaluator = Evaluator(Program.build([overlay]))
    frame, issues = evaluator.answers(3, columns(facts), np.zeros(3, bool))
    ((issue, rows),) = issues.items()
    assert (str(issue.arguments[0]), [*rows]) == (str(overlay), [True, True, False])
    assert frame["eligible"].is_null().to_list() == [True, True, False]
    assert "folfox" not in frame["eligible"][2].split(";")


def test_nothing_given_and_nobody_at_all() -> None:
    frame, issues = Evaluator(TABLE).answers(0, {}, np.zeros(0, bool))
    assert (len(frame), len(issues)) == (0, 0)
    some, _ = Evaluator(TABLE).answers(2, {}, np.array([False, True]))
    assert frame.schema == some.schema
    assert some["line"].to_list() == ["first", None]
    assert some["concordance"].to_list() == [None, None]


@pytest.mark.slow
def test_a_batch_in_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    patients = random_facts(7, 200)
    given, bad = Coded([*therapies(7, 200)], np.arange(200)), np.zeros(200, bool)
    evaluator = evaluator_of(TABLE)
    whole, refused = evaluator.answers(200, columns(patients), bad, given)
    monkeypatch.setattr("crcasp.registry.evaluation.ROWS", 30)
    parts, refused_too = evaluator.answers(200, columns(patients), bad, given)
    assert whole.equals(parts)
    assert refused.keys() == refused_too.keys()


@pytest.mark.slow
def test_threads_share_an_evaluator() -> None:
    evaluator = evaluator_of(TABLE)
    coded = (Coded([*therapies(seed, 40)], np.arange(40)) for seed in range(3))
    cases = [(columns(random_facts(seed, 40)), given) for seed, given in enumerate(coded)]

    def answered(case: tuple[Mapping[clingo.Symbol, Any], Any]) -> Any:
        return evaluator.answers(40, case[0], np.zeros(40, bool), case[1])[0]

    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(answered, cases * 2))
    for case, frame in zip(cases * 2, together, strict=True):
        assert frame.equals(answered(case))


@pytest.mark.slow
def test_in_a_set_the_locoregional_therapy_is_named_last(tmp_path: Path) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text(
        'statement("A", any, benefit). text("A", "a"). offers("A", one, regorafenib). '
        'offers("A", one, radioembolization).'
    )
    program = Program.build([overlay])
    facts = [term("disease_extent", "liver_only"), term("liver_metastases", "unresectable")]
    facts += [term("organ_function", "adequate"), term("ecog", 0), term("tumor_burden", "low")]
    facts.append(term("multifocal_liver_disease", "absent"))
    frame, _ = Evaluator(program).answers(1, columns([facts]), np.zeros(1, bool))
    assert "regorafenib & radioembolization" in frame["preferred"][0].split("; ")


def test_what_implies_each_other_is_solved_row_by_row(tmp_path: Path) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text(
        "implies(her2, positive, tumor_burden, high). implies(tumor_burden, high, her2, positive)."
    )
    rows = pl.DataFrame({"her2": ["positive", "negative"], "tumor_burden": ["low", "low"]})
    first, second = crcasp.answer(rows, overlays=[overlay]).to_pylist()
    assert "her2" in first["error"]
    assert (first["preferred"], second["error"]) == (None, None)
