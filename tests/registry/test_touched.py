"""Whom an update touches: those rows to which both tables, asked one by one, say another thing."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import overlay_reading
import pytest
import random_overlays
import reading
from overlay_reading import Overlay, Reader, TooMany
from pages import inside, parsed
from random_overlays import Given
from registries import Row, row_of, varied_patients, written
from runs import Run

from crcasp import Advice, InputError, UsageError, cohort, parse_facts, recommend
from crcasp.cli import main
from crcasp.facts import read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.questions.compare import EXCLUDED
from crcasp.questions.patient import Patient
from crcasp.questions.recommend import advise
from crcasp.registry import advisor, answers, update_impact
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.evaluation import Evaluator
from crcasp.registry.update_impact import Touched, with_words
from crcasp.results.advice import Verdict
from crcasp.results.comparison import KINDS, Kind, kind_of

ROOT = Path(__file__).parents[2]
OVERLAYS = ROOT / "examples" / "overlays" / "since_2019"
TRIAL = OVERLAYS / "keynote_177.lp"
RANKS: dict[str | None, int] = {None: 0, **{name: n for n, name in reading.GRADES.items()}}
TURNED = {
    **{"gained": "lost", "raised": "lowered", "opened": "ruled_out"},
    **{"lost": "gained", "lowered": "raised", "ruled_out": "opened"},
}
CEA = (
    "value(cea, 0..9). given(cea, V, cea(V)) :- cea(V). #defined cea/1. "
    'statement("CEA", first, benefit). text("CEA", "capox if CEA is high"). '
    'offers("CEA", a, capox). needs("CEA", a, cea, at_least(2)).'
)


class Said(NamedTuple):
    """What a table says of one row."""

    therapies: Mapping[str, Verdict]
    preferred: Set[frozenset[str]]


Both = tuple[Said | None, Said | None]  # by the two tables, None if the row is refused


# ---- one by one ---------------------------------------------------------------------------


def read(given: Given, overlay: Overlay) -> Said:
    """What the second reading says of a patient under an overlay."""
    found = overlay_reading.read(Reader(given.patient, overlay, given.extra))
    names = {name: EXCLUDED._replace(status=it) for name, it in found.status.items()}  # type: ignore[arg-type]
    graded = {name: names[name]._replace(grade=it) for name, it in found.grade.items()}
    best = max((RANKS[grade] for grade in found.sets.values()), default=0)
    return Said(
        {**names, **graded}, {names for names, it in found.sets.items() if RANKS[it] == best}
    )


def said(advice: Advice) -> Said:
    return Said(advice.therapies, {frozenset(it.therapies) for it in advice.preferred})


def asked(facts: str, overlays: Sequence[Path] = (), other: Sequence[Path] = ()) -> Said | None:
    """What a table that reads the words of another one says; None if the facts contradict."""
    program = with_words(Program.build(overlays), Program.build(other))
    try:
        return said(advise(Patient(read_text(facts, "facts", engine(program).vocabulary), program)))
    except InputError:
        return None


def recommended(patient: reading.Patient, overlays: Sequence[Path]) -> Said | None:
    """What `recommend` says, which is quick where a history comes again."""
    try:
        return said(recommend(parse_facts(patient.facts()), overlays=overlays, tests=False))
    except InputError:
        return None


def kinds(before: Said, after: Said) -> dict[str, Kind]:
    """How each therapy changes for a patient, as `compare` says it."""
    olds, news = before.therapies, after.therapies
    found = {
        name: kind_of(one.status, other.status, (RANKS[one.grade], RANKS[other.grade]))
        for name in {*olds, *news}
        for one, other in [(olds.get(name, EXCLUDED), news.get(name, EXCLUDED))]
    }
    return {name: kind for name, kind in found.items() if kind}


def counted(pairs: Iterable[Both]) -> dict[str, Any]:
    """The counts that rows come to, by `compare`."""
    found: Counter[str] = Counter()
    therapies: Counter[tuple[str, str]] = Counter()
    for old, new in pairs:
        if new is None:
            continue
        if old is None:
            found["left_out"] += 1
            continue
        changed = kinds(old, new)
        therapies.update(changed.items())
        verdicts = [one.therapies.items() for one in (old, new)]
        grades = [{name: it.grade for name, it in one if it.grade} for one in verdicts]
        other = any(grades[1].get(name, grade) != grade for name, grade in grades[0].items())
        found["compared"] += 1
        found["preferred"] += old.preferred != new.preferred
        found["patients"] += bool(changed) or other or old.preferred != new.preferred
    counts = {name: found[name] for name in ("compared", "left_out", "patients", "preferred")}
    return {**counts, "therapies": dict(therapies)}


def plain(touched: Touched | None) -> dict[str, Any]:
    """The counts of a run, to be compared with those."""
    assert touched is not None
    counts = {n: getattr(touched, n) for n in ("compared", "left_out", "patients", "preferred")}
    found = {(name, kind): n for name, row in touched.therapies.items() for kind, n in row.items()}
    return {**counts, "therapies": found}


def touched(
    folder: Path, rows: Sequence[Row], new: Sequence[Path], old: Sequence[Path], **more: Any
) -> Touched:
    """What a run on some rows says."""
    source = written(folder / "in.csv", rows, ["id", "age"])
    found = cohort(source, folder / "out.csv", overlays=new, old=old, **more).touched
    assert found is not None
    return found


def overlay(folder: Path, text: str, name: str = "own.lp") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def small_patients(seed: int, count: int) -> list[reading.Patient]:
    """Patients of two lines at most, whose grounding is quick."""
    rng = random.Random(seed)
    drawn = (reading.random_patient(rng) for _ in range(100 * count))
    return list(islice((one for one in drawn if len(one.received) < 3), count))


def check(
    folder: Path,
    patients: Sequence[reading.Patient],
    new: Sequence[Path],
    old: Sequence[Path] = (),
) -> dict[str, Any]:
    """Hold a run against both tables, each of which knows all of the patients."""
    found = plain(touched(folder, [row_of(one) for one in patients], new, old))
    pairs = [(recommended(one, old), recommended(one, new)) for one in patients]
    assert found == counted(pairs)
    return found


@pytest.mark.slow
def test_it_is_what_compare_says_of_every_row(tmp_path: Path) -> None:
    found = check(tmp_path, small_patients(1, 20), [TRIAL])
    assert 0 < found["patients"] < found["compared"] == 20
    assert {kind for _, kind in found["therapies"]} >= {"gained", "opened"}


@pytest.mark.slow
def test_the_table_of_today(tmp_path: Path) -> None:
    patients = [*varied_patients(2, 60), reading.Patient({"liver_metastases": "none"})]
    found = check(tmp_path, patients, [OVERLAYS], [TRIAL])
    assert len({kind for _, kind in found["therapies"]}) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_overlays(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    one, other = (random_overlays.random_overlay(rng) for _ in range(2))
    words = Overlay(
        regimens=one.regimens,
        partners=one.partners,
        classes=one.classes,
        findings=one.findings,
        implies=one.implies,
    )
    first, second = (
        overlay(tmp_path, random_overlays.rules(it), f"{n}.lp") for n, it in enumerate((one, other))
    )
    rows: list[Row] = []
    found: list[list[Said]] = []
    while len(rows) < 60:
        given = random_overlays.random_patient(rng, rng.choice((0, 0.4)))
        with suppress(TooMany):
            found.append([read(given, it) for it in (words, one, other)])
            rows.append({**row_of(given.patient), **given.extra})
    without, new, old = zip(*found, strict=True)
    by_run = plain(touched(tmp_path, rows, [first], []))
    assert by_run == counted(zip(without, new, strict=True))
    assert by_run["patients"]
    by_run = plain(touched(tmp_path, rows, [first], [second]))
    assert by_run == counted(zip(old, new, strict=True))


@pytest.mark.slow
def test_a_table_against_itself(tmp_path: Path) -> None:
    patients = small_patients(3, 60)
    for own in ([], [TRIAL]):
        found = touched(tmp_path, [row_of(one) for one in patients], own, own)
        assert (found.compared, found.patients, found.preferred) == (60, 0, 0)
        assert found.therapies == {}


@pytest.mark.slow
def test_exchanged_it_is_turned_round(tmp_path: Path) -> None:
    rows = [row_of(one) for one in small_patients(4, 200)]
    there = plain(touched(tmp_path, rows, [TRIAL], []))
    back = plain(touched(tmp_path, rows, [], [TRIAL]))
    turned = {(name, TURNED[kind]): n for (name, kind), n in there["therapies"].items()}
    assert back == {**there, "therapies": turned}
    assert turned


@pytest.mark.slow
def test_rows_come_out_as_they_do_without(tmp_path: Path) -> None:
    rows = [*(row_of(one) for one in small_patients(5, 50)), {"ras": "maybe"}, {"age": "7"}]
    source = written(tmp_path / "in.csv", rows, ["id", "age"])
    one = cohort(source, tmp_path / "1.csv", overlays=[TRIAL])
    two = cohort(source, tmp_path / "2.csv", overlays=[TRIAL], old=[])
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert replace(two, touched=None, seconds=one.seconds) == one
    assert two.errors == 2
    assert two.touched is not None
    assert (two.touched.compared, two.touched.left_out) == (50, 0)  # rows with errors are neither
    assert one.touched is None
    assert "touched" not in one.to_dict()


@pytest.mark.slow
def test_in_parts_and_whatever_the_history_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = [*varied_patients(7, 30), *small_patients(6, 30)]
    assert max(len(one.received) for one in patients) > 2
    rows = [row_of(one) for one in patients]
    whole = touched(tmp_path, rows, [TRIAL], [])
    monkeypatch.setattr("crcasp.registry.evaluation.ROWS", 7)
    assert touched(tmp_path, rows, [TRIAL], []) == whole
    assert whole.patients


# ---- what one table does not know -----------------------------------------------------------


@pytest.mark.slow
def test_a_finding_that_only_the_new_one_knows(tmp_path: Path) -> None:
    own = overlay(tmp_path, CEA)
    rows = [{"cea": "3"}, {"cea": "1"}, {"age": "50"}, {"cea": "high"}]
    news = [asked(f"cea({row['cea']})." if "cea" in row else "", [own]) for row in rows[:3]]
    found = plain(touched(tmp_path, rows, [own], []))
    assert found == counted((asked(""), new) for new in news)
    assert found["therapies"]["capox", "gained"] == 1
    assert found["therapies"]["capox", "opened"] == 1
    assert found["compared"] == 3  # the fourth row has an error


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_finding_that_only_the_old_one_knows(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crcasp.registry.evaluation.ROWS", 1)
    own = overlay(tmp_path, CEA)
    rows: list[dict[str, object]] = [{"CEA": 3}, {"CEA": 1}, {"age": 50}, {"CEA": "high"}]
    source = tmp_path / f"in.{form}"
    if form == "csv":
        written(source, [{k: str(v) for k, v in row.items()} for row in rows], ["id"])
    else:
        source.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    summary = cohort(source, tmp_path / "out.csv", old=[own])
    assert summary.errors == 0
    assert "cea" in summary.columns
    assert summary.touched is not None
    assert summary.touched.therapies == {"capox": {"lost": 1, "ruled_out": 1}}
    assert (summary.touched.compared, summary.touched.left_out) == (3, 1)
    assert "1 whom the old table cannot answer are excluded" in summary.text(200)
    mapping = ColumnMap({"cea": "CEA"}, {"cea": {"high": "5"}}, {}, ())
    mapped = cohort(source, tmp_path / "out.csv", mapping=mapping, old=[own])
    assert mapped.touched is not None
    assert mapped.touched.therapies["capox"] == {"lost": 2, "ruled_out": 1}


NOVEL = (
    "regimen(novel). "
    'statement("N", beyond_first, benefit). text("N", "n"). offers("N", a, novel). '
    'needs("N", a, earlier(novel), no).'
)


def novel_patients(seed: int, count: int) -> list[reading.Patient]:
    """Patients whose lines held a new therapy too, which every toxicity was due to."""
    return [
        replace(
            one,
            received={line: names | {"novel"} for line, names in one.received.items()},
            toxic={n: frozenset({"novel"}) for n, why in one.stopped.items() if why == "toxicity"},
            contraindicated=frozenset({"novel"}) if len(one.findings) % 2 else frozenset(),
        )
        for one in small_patients(seed, count)
        if one.received
    ]


@pytest.mark.slow
def test_a_therapy_that_only_the_new_one_knows(tmp_path: Path) -> None:
    own = overlay(tmp_path, NOVEL)
    patients = novel_patients(12, 30)
    facts = [one.facts() for one in patients]
    pairs = [(asked(one, [], [own]), asked(one, [own])) for one in facts]
    found = plain(touched(tmp_path, [row_of(one) for one in patients], [own], []))
    assert found == counted(pairs)
    assert found["compared"] == len(patients)


@pytest.mark.slow
def test_what_contradicts_itself_to_the_old_one_alone_is_left_out(tmp_path: Path) -> None:
    own = overlay(tmp_path, "implies(mmr, deficient, msi, high).")
    rows = [{"mmr": "deficient", "msi": "stable"}, {"mmr": "deficient"}, {"msi": "low"}]
    found = touched(tmp_path, rows, [TRIAL], [own])
    assert (found.compared, found.left_out) == (2, 1)


# ---- grades, and programs that are no circuit ------------------------------------------------


@pytest.mark.slow
def test_each_table_ranks_its_own_grades(tmp_path: Path) -> None:
    ranks = 'withdrawn("I14"). rank(benefit, {}). rank(recommended, {}). rank(considered, {}).'
    turned = overlay(tmp_path, ranks.format(1, 2, 3), "turned.lp")
    high = overlay(tmp_path, ranks.format(7, 8, 9), "high.lp")
    rows = [row_of(one) for one in small_patients(7, 60)]
    for new, old in ((turned, high), (high, turned)):
        same = touched(tmp_path, rows, [new], [old])
        assert same.patients == 0  # a grade of the same name is the same, whatever its rank
    regrade = "rank(best, 4). " + 'regraded("2", wild_type, best).'
    found = touched(tmp_path, rows, [overlay(tmp_path, regrade, "best.lp")], [])
    assert {kind for row in found.therapies.values() for kind in row} == {"raised"}
    assert found.preferred > 0  # of the same sets, another one is


@pytest.mark.slow
@pytest.mark.parametrize("most", [0, 3])
def test_rows_with_too_many_completions_are_compared_one_by_one(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", most)
    monkeypatch.setattr(advisor, "Evaluator", Evaluator)
    monkeypatch.setattr(update_impact, "Evaluator", Evaluator)
    patients = small_patients(8, 10)
    found = check(tmp_path, patients, [TRIAL])
    assert found["patients"]
    summary = cohort(tmp_path / "in.csv", tmp_path / "out.csv", overlays=[TRIAL], old=[])
    assert sum("so rows are solved one by one." in note for note in summary.notes) == 1


# ---- what it says ------------------------------------------------------------------------------

TEXT = "id,ras,mmr\n1,mutant,deficient\n2,wild_type,proficient\n3,mutant,\n4,maybe,\n"


@pytest.mark.slow
def test_the_summary_says_it(run: Run) -> None:
    run.of(TEXT, "--with", str(TRIAL), "--old")
    assert run.status == 1
    assert "Old table the table alone. Touched 2 of 3 patients;" in run.said
    assert "- pembrolizumab: gained 1, opened 1." in run.said
    found = run.summary["touched"]
    assert found["old"] == []
    assert (found["compared"], found["left_out"], found["patients"]) == (3, 0, 2)
    assert found["therapies"]["pembrolizumab"] == {"gained": 1, "opened": 1}
    assert [*found["therapies"]["pembrolizumab"]] == ["gained", "opened"]
    run.of(TEXT, "--with", str(TRIAL), "--old", str(TRIAL), "--old", str(OVERLAYS / "beacon.lp"))
    assert run.summary["touched"]["old"] == [str(TRIAL), str(OVERLAYS / "beacon.lp")]
    assert "Old table the table with" in run.said
    run.of(TEXT, "--with", str(TRIAL))
    assert "touched" not in run.summary
    assert "Touched" not in run.said


@pytest.mark.slow
def test_who_has_other_preferred_sets_is_touched(tmp_path: Path) -> None:
    own = overlay(tmp_path, 'withdrawn("I9").')
    found = check(tmp_path, small_patients(13, 40), [own])
    assert found["therapies"] == {}
    assert found["patients"] == found["preferred"] > 0


@pytest.mark.slow
def test_therapies_are_in_the_order_of_the_new_table_and_kinds_in_theirs(tmp_path: Path) -> None:
    rows = [row_of(one) for one in small_patients(9, 150)]
    first = overlay(tmp_path, NOVEL.replace('"N"', '"0"'))
    found = touched(tmp_path, rows, [first, TRIAL], [OVERLAYS / "beacon.lp"])
    tables = [engine(Program.build(own)).table for own in ([first, TRIAL], found.old)]
    order = list(dict.fromkeys([*tables[0].places, *tables[1].places]))
    assert [*found.therapies] == sorted(found.therapies, key=order.index)
    assert next(iter(found.therapies)) == "novel"
    assert order[-1] in found.therapies
    assert len(found.therapies) > 2
    for row in found.therapies.values():
        assert [*row] == [kind for kind in KINDS if kind in row]
        assert all(row.values())


@pytest.mark.slow
def test_a_folder_is_its_overlays(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.lp").write_text(TRIAL.read_text())
    rows = [row_of(one) for one in small_patients(10, 10)]
    found = touched(tmp_path, rows, [TRIAL], [tmp_path / "old"])
    assert (found.patients, found.old) == (0, (str(tmp_path / "old" / "a.lp"),))


@pytest.mark.slow
def test_the_page_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(TEXT)
    overlay(tmp_path, TRIAL.read_text(), "a.lp")
    command = ["cohort", "in.csv", "-o", "out.csv", "--with", "a.lp", "--report", "1.html"]
    main([*command, "--old"])
    page = (tmp_path / "1.html").read_text()
    parsed(page)
    inside(page)
    text = " ".join(page.split())
    assert "Whom the update touches" in text
    assert "Against the 2019 table: 2 of 3 patients;" in text
    assert "<bdi>pembrolizumab</bdi></th><td>1</td><td>0</td><td>0</td><td>0</td><td>1</td>" in text
    assert "--with a.lp --old</code>" in text
    assert "<dt>Old table</dt><dd>the program alone</dd>" in text
    main([*command, "--old", "a.lp"])
    text = " ".join((tmp_path / "1.html").read_text().split())
    parsed(text)
    assert "0 of 3 patients; 0 with other preferred sets." in text
    assert "Overlay of the old table</dt><dd><bdi>a.lp</bdi>" in text
    assert "--with a.lp --old a.lp</code>" in text
    main(command)
    assert "update touches" not in (tmp_path / "1.html").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "old.lp: it cannot be read"),
        ('statement("Z", first, benefit). offers("Z", b, folfox).', "Z has no text/2"),
        ("oops(", "syntax error"),
    ],
)
def test_an_old_table_that_is_not_in_order_is_refused(
    text: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text(TEXT)
    if text is not None:
        overlay(tmp_path, text, "old.lp")
    output = str(tmp_path / "out.csv")
    command = ["cohort", str(tmp_path / "in.csv"), "-o", output, "--old", str(tmp_path / "old.lp")]
    assert main(command) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
    with pytest.raises(UsageError, match=said.split("/")[0]):
        cohort(tmp_path / "in.csv", output, old=[tmp_path / "old.lp"])


@pytest.mark.parametrize("name", ["in.csv", "in.parquet", "-"])
def test_a_registry_behind_old_is_not_taken_for_an_overlay(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cohort", "-o", "out.csv", "--old", name]) == 2
    assert f"{name} is no overlay: where --old stands without one" in capsys.readouterr().err


def test_an_output_is_no_overlay_of_the_old_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text(TEXT)
    own = overlay(tmp_path, CEA)
    command = ["cohort", str(tmp_path / "in.csv"), "-o", str(tmp_path / "o.csv")]
    assert main([*command, "--summary", str(own), "--old", str(own)]) == 2
    assert "this output is also the input" in capsys.readouterr().err
    assert own.read_text() == CEA


@pytest.mark.slow
def test_an_old_table_without_an_answer_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text(TEXT)
    own = overlay(tmp_path, ":- in_scope.")
    command = ["cohort", str(tmp_path / "in.csv"), "-o", str(tmp_path / "o.csv")]
    assert main([*command, "--old", str(own)]) == 2
    assert capsys.readouterr().err == f"{own}: its constraints leave no answer for a patient.\n"
    assert not (tmp_path / "o.csv").exists()
