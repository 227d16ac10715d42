"""A registry: every row has the answer that it has alone, and no row is lost."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import pytest
import reading
from registries import Row, row_of, varied_patients, written

from crcasp import InputError, parse_facts, recommend
from crcasp.cli import main

pl = pytest.importorskip("polars", reason="the extra crcasp[cohort] is not installed")
pa = pytest.importorskip("pyarrow", reason="the extra crcasp[cohort] is not installed")

from crcasp.registry.column_map import ColumnMap, Rule, from_toml  # noqa: E402
from crcasp.registry.run import answer_batch, answer_batches, cohort  # noqa: E402
from crcasp.views.page.templating import environment  # noqa: E402

ROOT = Path(__file__).parents[2]


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def answered(tmp_path: Path, rows: Sequence[Mapping[str, str]], *options: str) -> list[Row]:
    """The output rows of a run of the command."""
    source = written(tmp_path / "in.csv", rows, ["id", "age"])
    main(["cohort", str(source), "-o", str(tmp_path / "out.csv"), *options])
    return read(tmp_path / "out.csv")


def alone(patient: reading.Patient, **options: Any) -> Row:
    """What `recommend` says of one patient, in the columns of the output."""
    advice = recommend(parse_facts(patient.facts()), tests=False, **options)

    def therapies(status: str) -> str:
        found = (name for name, verdict in advice.therapies.items() if verdict.status == status)
        return ";".join(sorted(found))

    missing = {name for verdict in advice.therapies.values() for name in verdict.missing}
    return {
        "in_scope": "true" if advice.in_scope else "false",
        "line": advice.line,
        "grade": advice.preferred[0].grade if advice.preferred else "",
        "preferred": "; ".join(sorted(str(chosen) for chosen in advice.preferred)),
        "eligible": therapies("eligible"),
        "undetermined": therapies("undetermined"),
        "missing": ";".join(sorted(missing)),
        "error": "",
    }


def as_read(patient: reading.Patient) -> Row:
    """What the brute-force reading says of one patient, in the columns of the output."""
    read = reading.read(patient)
    sets = (
        sorted(names, key=lambda it: (it in reading.LOCOREGIONAL, it)) for names in read.preferred
    )

    def therapies(status: str) -> str:
        return ";".join(sorted(name for name, it in read.status.items() if it == status))

    return {
        "in_scope": "true" if read.in_scope else "false",
        "line": read.line,
        "grade": next((read.set_grade[chosen] for chosen in read.preferred), ""),
        "preferred": "; ".join(sorted(" & ".join(names) for names in sets)),
        "eligible": therapies("eligible"),
        "undetermined": therapies("undetermined"),
        "missing": ";".join(sorted({name for names in read.missing.values() for name in names})),
        "error": "",
    }


def same(answer: Row, expected: Row) -> bool:
    found = {name: answer[name] for name in expected}
    found["preferred"] = "; ".join(sorted(found["preferred"].split("; ")))
    found["missing"] = ";".join(sorted(found["missing"].split(";")))
    return found == expected


def random_patients(seed: int, count: int) -> list[reading.Patient]:
    rng = random.Random(seed)
    return [reading.random_patient(rng) for _ in range(count)]


def small_patients(seed: int, count: int) -> list[reading.Patient]:
    """Random patients of two lines at most, whose grounding is quick."""
    rng = random.Random(seed)
    drawn = (reading.random_patient(rng) for _ in range(100 * count))
    return list(islice((patient for patient in drawn if len(patient.received) < 3), count))


def test_every_row_is_what_the_reading_says(tmp_path: Path) -> None:
    patients = random_patients(1, 60)
    answers = answered(tmp_path, [row_of(patient) for patient in patients])
    assert len(answers) == len(patients)
    for patient, answer in zip(patients, answers, strict=True):
        assert same(answer, as_read(patient)), (patient.facts(), answer)


@pytest.mark.slow
def test_rows_that_differ_in_toxic_agents_alone(tmp_path: Path) -> None:
    past = {
        1: frozenset({"capox", "bevacizumab"}),
        2: frozenset({"folfiri"}),
        3: frozenset({"hai"}),
    }
    stopped = dict.fromkeys(past, "toxicity")
    held = {line: sorted(reading.agents_of(names)) for line, names in past.items()}
    patients = [reading.Patient({"ras": "mutant"}, past, stopped)]
    patients += [
        replace(patients[0], toxic={line: frozenset(agents)})
        for line, names in held.items()
        for count in range(1, len(names) + 1)
        for agents in combinations(names, count)
    ]
    patients.append(replace(patients[0], toxic={line: frozenset(held[line]) for line in past}))
    answers = answered(tmp_path, [row_of(patient) for patient in patients])
    for patient, answer in zip(patients, answers, strict=True):
        assert same(answer, as_read(patient)), (patient.facts(), answer)
    assert len({(answer["eligible"], answer["undetermined"]) for answer in answers}) > 2


def with_gaps(seed: int, count: int) -> list[reading.Patient]:
    """Patients who are fully known, and what is left without one or two of their findings."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        whole = reading.random_patient(rng, ignorance=0)
        known = sorted(whole.findings)
        for gone in [
            set(),
            *({name} for name in known),
            *(set(rng.sample(known, 2)) for _ in "1234"),
        ]:
            left = {name: value for name, value in whole.findings.items() if name not in gone}
            found.append(replace(whole, findings=left))
    return found


@pytest.mark.slow
def test_thousands_of_rows(tmp_path: Path) -> None:
    """The brute-force reading of the table says the same, at every level of ignorance."""
    patients = [*varied_patients(2, 4000), *random_patients(3, 1500), *with_gaps(7, 100)]
    source = written(tmp_path / "in.csv", [row_of(patient) for patient in patients])
    summary = cohort(source, tmp_path / "out.csv")
    answers = read(tmp_path / "out.csv")
    assert summary.rows == len(patients) == len(answers)
    for patient, answer in zip(patients, answers, strict=True):
        assert same(answer, as_read(patient)), patient.facts()


@pytest.mark.slow
def test_an_overlay_and_a_constant_keep_it_right(tmp_path: Path) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text("s1_used_in(taiwan).\n")
    rules = tmp_path / "rules.lp"
    rules.write_text('withdrawn("I8") :- received(1, folfox).\n')
    for options, arguments in (
        ({"overlays": [overlay]}, ["--with", str(overlay)]),
        ({"overlays": [rules]}, ["--with", str(rules)]),
        ({"constants": {"younger_age": 60}}, ["-c", "younger_age=60"]),
        ({"constants": {"fit_ecog": 2}}, ["-c", "fit_ecog=2"]),
    ):
        patients = varied_patients(5, 25)
        answers = answered(tmp_path, [row_of(patient) for patient in patients], *arguments)
        for patient, answer in zip(patients, answers, strict=True):
            assert same(answer, alone(patient, **options)), (patient.facts(), arguments)


def test_a_finding_of_an_overlay(tmp_path: Path) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text(
        "value(cea, 0..30). given(cea, V, cea(V)) :- cea(V). #defined cea/1. "
        'statement("CEA", first, benefit). text("CEA", "capox if CEA is high"). '
        'offers("CEA", a, capox). needs("CEA", a, cea, at_least(20)).'
    )
    rows = [{"id": "1", "cea": "25"}, {"id": "2", "cea": "10"}, {"id": "3", "cea": "NA"}]
    answers = answered(tmp_path, rows, "--with", str(overlay))
    assert [answer["preferred"] == "capox" for answer in answers] == [True, False, False]
    assert "cea" in answers[2]["missing"].split(";")


@pytest.mark.slow
def test_a_country_of_an_overlay(tmp_path: Path) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text("s1_used_in(taiwan).\n")
    row = {"id": "1", "country": "taiwan"}
    (answer,) = answered(tmp_path, [row], "--with", str(overlay))
    assert "sox" in answer["eligible"].split(";")
    answer, _ = answered(tmp_path, [row, {"id": "2", "country": "japan"}])
    assert "taiwan" in answer["error"]


@pytest.mark.slow
def test_an_overlay_that_derives_a_finding(tmp_path: Path) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text("implies(side, left, country, japan). tumor_burden(high).\n")
    rows = [
        {"side": "left"},
        {"side": "right"},
        {"side": "left", "country": "japan"},
        {"side": "right", "country": "japan", "tumor_burden": "high"},
        {"side": "left", "country": "korea"},
    ]
    given = [{"id": str(number), **row} for number, row in enumerate(rows)]
    answers = answered(tmp_path, given, "--with", str(overlay))
    for row, answer in zip(rows[:4], answers[:4], strict=True):
        advice = recommend(row, overlays=[overlay])
        eligible = (name for name, item in advice.therapies.items() if item.status == "eligible")
        assert sorted(answer["eligible"].split(";")) == sorted(eligible), row
    assert "sox" in answers[3]["eligible"].split(";")
    assert "country(korea)" in answers[4]["error"]
    with pytest.raises(InputError, match="country"):
        recommend(rows[4], overlays=[overlay])


@pytest.mark.parametrize(
    ("constraint", "status"),
    [(":- not recommended(_).", 0), (":- in_scope.", 2), (":- recommended(_).", 2)],
)
def test_an_overlay_with_a_constraint(
    constraint: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text(constraint)
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id,age\n1,50\n")
    assert main(["cohort", str(source), "-o", str(output), "--with", str(overlay)]) == status
    if status:
        said = " ".join(capsys.readouterr().err.split())
        assert f"1 x {overlay}: its constraints leave no answer for this patient" in said
        assert not output.exists()
    else:
        assert read(output)[0]["preferred"]


# ---- rows in, rows out --------------------------------------------------------------------

TOXIC = {"line1": "folfox", "line1_stopped": "toxicity"}
FAULTY = [
    ({"ras": "maybe"}, "ras must be wild_type or mutant, not maybe"),
    ({"age": "500"}, "age must be 18 to 120, not 500."),
    ({"age": "old"}, "age must be 18 to 120"),
    ({"primary_site": "cecum", "side": "left"}, "the primary site lies on the other side"),
    ({"ras": "wild_type", "kras": "mutant"}, "the combined result is wild-type only if"),
    ({"line2": "folfox"}, "the line before this one is missing"),
    ({"line1_stopped": "toxicity"}, "nothing was received in this line"),
    ({"line1": "folfax"}, "did you mean folfox?"),
    ({"contraindicated": "oxaliplatine"}, "did you mean oxaliplatin?"),
    ({"line1": "folfox", "line1_stopped": "PD"}, "must be progression"),
    ({**TOXIC, "line1_toxic": "folfox"}, "toxic must be floxuridine"),
    ({**TOXIC, "line1_toxic": "oxaliplatin; leucovorine"}, "did you mean leucovorin?"),
    ({**TOXIC, "line1_toxic": "irinotecan"}, "this line did not hold the agent"),
    ({"line1": "folfox", "line1_toxic": "oxaliplatin"}, "this line did not stop for toxicity"),
    ({"line1_toxic": "oxaliplatin"}, "toxic(1,oxaliplatin)"),
]


def test_a_bad_row_stops_nothing_and_says_what_is_wrong(tmp_path: Path) -> None:
    rows = [{"id": str(place), **row} for place, (row, _) in enumerate(FAULTY)]
    good = [{"id": "good", "ras": "mutant"}] * len(rows)
    mixed = [row for pair in zip(rows, good, strict=True) for row in pair]
    answers = answered(tmp_path, mixed)
    assert [row["id"] for row in answers] == [row["id"] for row in mixed]
    for (row, said), answer in zip(FAULTY, answers[::2], strict=True):
        assert said in answer["error"], row
        assert answer["eligible"] == answer["in_scope"] == ""
    for answer in answers[1::2]:
        assert answer["error"] == ""
        assert answer["in_scope"] == "true"


def test_a_fault_is_what_the_input_check_says(tmp_path: Path) -> None:
    good = {"id": "2", "ras": "mutant"}
    answer, _ = answered(tmp_path, [{"id": "1", "ecog": "9", "ras": "muntant"}, good])
    with pytest.raises(InputError) as refusal:
        recommend({"ecog": 9, "ras": "muntant"})
    for fault in refusal.value.faults:
        assert fault.message in answer["error"]


def test_other_columns_pass_untouched_and_rows_keep_their_order(tmp_path: Path) -> None:
    notes = ['a "quoted", one', "two\nlines", "  spaces  ", "007", "Müller", "=1+1", "", "\u05d0"]
    rows = [{"id": f"{place:03}", "note": note} for place, note in enumerate(notes)]
    answers = answered(tmp_path, rows)
    assert [row["note"] for row in answers] == notes
    assert [row["id"] for row in answers] == [row["id"] for row in rows]
    assert list(answers[0])[:3] == ["id", "age", "note"]


def test_a_row_that_is_not_whole_keeps_its_place(tmp_path: Path) -> None:
    lines = ["id,ras,note"]
    lines += [f"{n},mutant,x" if n % 10 else f"{n},mutant" for n in range(1, 41)]
    lines[5] = "5,mutant,x,y"
    source = tmp_path / "in.csv"
    source.write_text("\n".join(lines) + "\n")
    status = main(["cohort", str(source), "-o", str(tmp_path / "out.csv")])
    answers = read(tmp_path / "out.csv")
    assert status == 1
    assert [row["id"] for row in answers] == [str(n) for n in range(1, 41)]
    faulty = [row["id"] for row in answers if row["error"]]
    assert faulty == ["5", "10", "20", "30", "40"]
    assert answers[4]["error"] == "row 5, id 5: this row has 4 fields and not 3."


def test_text_that_is_not_utf8_is_a_fault_of_its_row(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"id,age,note\n1,,ok\n2,,M\xfcller\n3,,ok\n")
    assert main(["cohort", str(source), "-o", str(tmp_path / "out.csv")]) == 1
    answers = read(tmp_path / "out.csv")
    assert [bool(row["error"]) for row in answers] == [False, True, False]
    assert answers[1]["error"].startswith("row 2, id 2: note")
    assert "not text in UTF-8" in answers[1]["error"]


@pytest.mark.parametrize("rows", [0, 1])
def test_a_header_alone_is_an_empty_registry(rows: int, tmp_path: Path) -> None:
    answers = answered(tmp_path, [{"id": "1", "age": "NA"}] * rows)
    assert len(answers) == rows
    assert "error" in (tmp_path / "out.csv").read_text().splitlines()[0]


# ---- forms ------------------------------------------------------------------------------


@pytest.mark.slow
def test_csv_ndjson_and_parquet_say_the_same(tmp_path: Path) -> None:
    patients = small_patients(6, 12)
    assert any(patient.received for patient in patients)
    lines = [
        json.dumps({"id": place, "given": "folfox", **patient.mapping()})
        for place, patient in enumerate(patients)
    ]
    (tmp_path / "in.ndjson").write_text("\n".join(lines) + "\n")
    rows = [{"id": str(n), "given": "folfox", **row_of(p)} for n, p in enumerate(patients)]
    expected = answered(tmp_path, rows)
    pl.read_csv(tmp_path / "in.csv", infer_schema_length=None).write_parquet(
        tmp_path / "in.parquet"
    )
    results = ["in_scope", "line", "grade", "preferred", "eligible", "missing", "concordance"]
    ways = [("in.ndjson", "o.ndjson"), ("in.ndjson", "o.parquet"), ("in.parquet", "o.csv")]
    for source, output in [*ways, ("in.csv", "o.ndjson")]:
        assert main(["cohort", str(tmp_path / source), "-o", str(tmp_path / output)]) == 0
        found = table(tmp_path / output)
        assert [str(row["id"]) for row in found] == [str(n) for n in range(len(patients))]
        for row, other in zip(found, expected, strict=True):
            assert {name: plain(row[name]) for name in results} == {
                name: other[name] for name in results
            }, (source, output)


def table(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        return [dict(row) for row in read(path)]
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pl.read_parquet(path).to_dicts()
        return rows
    return [json.loads(line) for line in path.read_text().splitlines()]


def plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_ndjson_keeps_what_it_holds(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "tags": ["a", {"b": 2}], "history": [{"received": ["folfox"]}]}',
        "{broken",
        "[1, 2]",
        '{"id": 4, "age": 54}',
        '{"id": 5, "history": [{"received": ["folfox"], "dose": 3}]}',
        '{"id": 6, "history": [{"received": ["folfox"], "toxic": ["folfox"]}]}',
    ]
    (tmp_path / "in.ndjson").write_text("\n".join(lines) + "\n")
    assert main(["cohort", str(tmp_path / "in.ndjson"), "-o", str(tmp_path / "o.ndjson")]) == 1
    found = table(tmp_path / "o.ndjson")
    assert len(found) == len(lines)
    assert found[0]["tags"] == ["a", {"b": 2}]
    assert found[0]["line"] == "beyond_first"
    assert "not JSON" in found[1]["error"]
    assert "not a JSON object" in found[2]["error"]
    assert found[3]["error"] is None
    assert "dose" in found[4]["error"]
    assert "toxic must be" in found[5]["error"]


@pytest.mark.slow
def test_standard_streams(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crcasp", "cohort", "-", "-o", "-"]
    run = subprocess.run(
        command, input="id,ras\n1,mutant\n2,bad\n", capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    answers = list(csv.DictReader(io.StringIO(run.stdout)))
    assert [bool(row["error"]) for row in answers] == [False, True]
    assert "2 in" in run.stderr


# ---- concordance --------------------------------------------------------------------------

LEFT = {"primary_site": "rectum", "ras": "wild_type", "disease_extent": "disseminated"}
BEYOND = "statement 6.4 needs: line of therapy beyond first line"
CONFINED = "hai: statement 5 needs: liver metastases unresectable"
FEW = {"liver_metastases": "resectable", "multifocal_liver_disease": "absent"}


GIVEN: list[tuple[Row, str, str, str]] = [
    # row, given, concordance, reason
    (LEFT, "folfox+cetuximab", "preferred", ""),
    (LEFT, "cetuximab + folfox", "preferred", ""),
    (LEFT, "folfox", "eligible", ""),
    (LEFT, "sox", "undetermined", "missing: "),
    (LEFT, "tace", "excluded", "X5"),
    (LEFT, "folfiri+aflibercept", "excluded", BEYOND),
    (LEFT, "capox", "not_in_table", "capox: not in the table"),
    (LEFT, "hai + cetuximab+FOLFOX", "excluded", "hai: X5"),
    (LEFT, "folfox & tace", "excluded", "tace: X5"),
    ({"ras": "mutant"}, "folfox+cetuximab", "excluded", "X2"),
    ({"ras": "mutant"}, "folfox & capox", "not_in_table", "capox"),
    ({"liver_metastases": "none"}, "folfox", "out_of_scope", ""),
    (
        {"disease_extent": "liver_only", "multifocal_liver_disease": "early", "side": "left"},
        "folfox & hai",
        "preferred",
        "",
    ),
    (
        {"disease_extent": "liver_only", "multifocal_liver_disease": "early"},
        "folfox+bevacizumab & hai",
        "excluded",
        "do not stand in one set",
    ),
    ({"line1": "folfox", "ecog": "3"}, "regorafenib", "excluded", "statement 8 needs: "),
    ({**FEW, "disease_extent": "liver_only"}, "hai", "excluded", CONFINED),
]


def test_concordance(tmp_path: Path) -> None:
    answers = answered(tmp_path, [{**row, "given": given} for row, given, *_ in GIVEN])
    for answer, (row, given, concordance, reason) in zip(answers, GIVEN, strict=True):
        assert answer["concordance"] == concordance, (row, given)
        assert reason in answer["reason"], (row, given)
        assert bool(reason) == bool(answer["reason"]), (row, given)


@pytest.mark.slow
def test_concordance_agrees_with_the_reading(tmp_path: Path) -> None:
    rng = random.Random(7)
    patients = small_patients(7, 150)
    beside = [f"{name} & {local}" for name in reading.THERAPIES for local in ("hai", "tace")]
    given = [rng.choice([*reading.THERAPIES, *beside]) for _ in patients]
    rows = [{**row_of(p), "given": text} for p, text in zip(patients, given, strict=True)]
    answers = answered(tmp_path, rows)
    for patient, text, answer in zip(patients, given, answers, strict=True):
        truth = reading.read(patient)
        chosen = frozenset(text.split(" & "))
        statuses = {truth.status.get(name) for name in chosen}
        expected = (
            "out_of_scope"
            if not truth.in_scope
            else "preferred"
            if chosen in truth.preferred
            else "eligible"
            if chosen in truth.sets
            else "undetermined"
            if "undetermined" in statuses
            and "excluded" not in statuses
            and reading.may_stand(patient, chosen)
            else "excluded"
        )
        assert answer["concordance"] == expected, (patient.facts(), text)


@pytest.mark.slow
def test_the_reason_is_what_decides_for_recommend(tmp_path: Path) -> None:
    rng = random.Random(9)
    patients = varied_patients(9, 60)
    given = [rng.choice(reading.THERAPIES) for _ in patients]
    rows = [{**row_of(p), "given": text} for p, text in zip(patients, given, strict=True)]
    seen = set()
    for patient, text, answer in zip(patients, given, answered(tmp_path, rows), strict=True):
        if answer["concordance"] == "excluded":
            deciding = recommend(parse_facts(patient.facts()), tests=False).therapies[text].deciding
            said = re.match(rf"{re.escape(text)}: (?:statement )?(\S+) ", answer["reason"])
            assert said is not None, answer["reason"]
            assert said[1].rstrip(",:") == deciding, answer["reason"]
            seen.add(deciding)
    assert len(seen) > 6


# ---- other shapes of data -------------------------------------------------------------------


def test_the_trial_table_is_read_by_its_map(tmp_path: Path) -> None:
    example = ROOT / "examples" / "registry"
    output = tmp_path / "out.csv"
    options = ["--map", str(example / "trial.toml"), "-o", str(output)]
    assert main(["cohort", str(example / "trial.csv"), *options]) == 1
    answers = {row["SUBJID"]: row for row in read(output)}
    assert answers["T-001"]["concordance"] == "preferred"
    assert "X2" in answers["T-002"]["reason"]  # mutant in one exon
    assert "ras" in answers["T-003"]["missing"].split(";")  # a failure among wild-type
    assert "folfiri+bevacizumab" in answers["T-004"]["eligible"]  # mutant in spite of a failure
    assert answers["T-006"]["reason"].endswith("ECOG performance status at most 1")
    said = 'row 9, id T-009: TUMSITE "Colon NOS": primary_site must be cecum'
    assert answers["T-009"]["error"].startswith(said)


def test_the_same_map_on_the_command_line(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "E2": "WT", "E3": "MUT", "N2": "WT"},
        {"id": "2", "E2": "WT", "E3": "WT", "N2": "WT"},
        {"id": "3", "E2": "WT", "E3": "failed", "N2": "WT"},
        {"id": "4", "E2": "NA", "E3": "", "N2": ""},
    ]
    options = ["--rule", "kras=E2,E3:mutant/wild_type", "--column", "nras=N2"]
    options += ["--value", "kras:WT=wild_type", "--value", "kras:MUT=mutant"]
    options += ["--value", "nras:WT=wild_type", "--value", "kras:failed="]
    answers = answered(tmp_path, rows, *options)
    cetuximab = ["folfox+cetuximab" in row["eligible"].split(";") for row in answers]
    assert cetuximab == [False, True, False, False]
    asked = ["ras" in row["missing"].split(";") for row in answers]
    assert asked == [False, False, True, True]
    assert not any(row["error"] for row in answers)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--column", "ras"], "write it as NAME=COLUMN"),
        (["--column", "ras=NOWHERE"], "no column NOWHERE"),
        (["--column", "race=X"], "race is not a column of a patient"),
        (["--value", "ras=WT"], "write it as NAME:TEXT=VALUE"),
        (["--value", "kras:WT"], "--value kras:WT: write it as NAME:TEXT=VALUE"),
        (["--value", "ecog:100-80=1"], "ecog: the range 100-80 runs backwards: write 80-100."),
        (["--years", "kras=BORN,SEEN"], "the rule of kras makes years: its values are not numbers"),
        (["--column", "treatments.drug=X"], "treatments.drug: there are no treatments: name"),
        (["--value", "treatments.drug:X=folfox"], "treatments.drug: there are no treatments: name"),
        (["--rule", "kras=E2"], "write it as NAME=COLUMN,...:ANY/ALL"),
        (["--map", "nowhere.toml"], "nowhere.toml: the map cannot be read"),
    ],
)
def test_a_wrong_map_is_refused(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "in.csv", [{"id": "1"}])
    assert main(["cohort", str(source), "-o", str(tmp_path / "out.csv"), *options]) == 2
    output = capsys.readouterr()
    assert said in output.err
    assert output.out == ""
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("text", ["[rules.kras]\ncolumns = 3", "columns = 4", "not toml"])
def test_a_map_file_that_is_not_in_order(text: str, tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(Exception, match="map"):
        from_toml(str(path))


# ---- runs that end otherwise ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nowhere.csv", None, "cannot be read"),
        ("in.csv", "", "empty"),
        ("in.csv", "id,id,age\n1,2,3\n", "the columns 1 and 2 are both called id"),
        ("in.txt", "id\n1\n", "suffix"),
        ("in.parquet", "this is not parquet", "cannot be read"),
    ],
)
def test_input_that_cannot_be_read_at_all(
    name: str, content: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / name
    if content is not None:
        source.write_text(content)
    assert main(["cohort", str(source), "-o", str(tmp_path / "out.csv")]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert ".." not in error
    assert not (tmp_path / "out.csv").exists()


def test_an_output_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "in.csv", [{"id": "1", "age": "50"}])
    assert main(["cohort", str(source), "-o", str(tmp_path / "no" / "out.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.delitem(sys.modules, "crcasp.registry.run")
    for name in list(sys.modules):
        if name.startswith("crcasp.registry."):
            monkeypatch.delitem(sys.modules, name)
    assert main(["cohort", "in.csv", "-o", str(tmp_path / "out.csv")]) == 2
    assert "pip install 'crcasp[cohort]'" in capsys.readouterr().err


def test_without_jinja_it_says_so_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    environment.cache_clear()
    source = written(tmp_path / "in.csv", [{"id": "1"}])
    command = ["cohort", str(source), "-o", str(tmp_path / "out.csv")]
    assert main([*command, "--report", str(tmp_path / "report.html")]) == 2
    assert "crcasp[report]" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


# ---- summary --------------------------------------------------------------------------------


def test_the_summary_counts_everything(tmp_path: Path) -> None:
    patients = small_patients(8, 80)
    rows = [{**row_of(patient), "given": "folfox"} for patient in patients]
    rows.append({"ras": "bad", "given": "folfox"})
    answers = answered(tmp_path, rows, "--summary", str(tmp_path / "s.json"))
    summary = json.loads((tmp_path / "s.json").read_text())
    good = [row for row in answers if not row["error"]]
    scoped = [row for row in good if row["in_scope"] == "true"]
    assert summary["rows"] == len(rows)
    assert summary["errors"] == 1
    assert summary["out_of_scope"] == len(good) - len(scoped)
    assert summary["lines"].get("first", 0) == sum(row["line"] == "first" for row in scoped)
    assert sum(summary["grades"].values()) == len(scoped)
    assert sum(summary["concordance"]["folfox"].values()) == len(good)
    for finding, counts in summary["missing"].items():
        asked = [row["missing"].split(";") for row in scoped]
        assert counts["patients"] == sum(finding in names for names in asked)
        assert counts["settles"] == sum(names == [finding] for names in asked)
    for therapy, counts in summary["statuses"].items():
        assert sum(counts.values()) == len(scoped)
        assert counts["eligible"] == sum(therapy in row["eligible"].split(";") for row in scoped)


# ---- past one machine -----------------------------------------------------------------------


@pytest.mark.slow
def test_a_record_batch_in_and_a_record_batch_out(tmp_path: Path) -> None:
    patients = small_patients(9, 40)
    expected = answered(tmp_path, [row_of(patient) for patient in patients])
    source = pl.read_csv(tmp_path / "in.csv", infer_schema=False).to_arrow()
    (batch,) = source.combine_chunks().to_batches()
    whole = answer_batch(batch)
    assert isinstance(whole, pa.RecordBatch)
    assert whole.schema.names[: len(batch.schema.names)] == batch.schema.names
    parts = list(answer_batches(iter([batch.slice(0, 13), batch.slice(13)])))
    together = pa.Table.from_batches(parts)
    assert together.equals(pa.Table.from_batches([whole]))
    for row, other in zip(whole.to_pylist(), expected, strict=True):
        assert plain(row["eligible"]) == other["eligible"]
        assert plain(row["preferred"]) == other["preferred"]


def record_batch(tmp_path: Path, patients: Sequence[reading.Patient]) -> Any:
    source = written(tmp_path / "in.csv", [row_of(patient) for patient in patients], ["id"])
    (batch,) = pl.read_csv(source, infer_schema=False).to_arrow().combine_chunks().to_batches()
    return batch


@pytest.mark.slow
def test_threads_get_what_one_thread_gets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask runs several threads in each worker, which share what was learned."""
    monkeypatch.setattr("crcasp.registry.run._advisors", {})
    parts = [record_batch(tmp_path, small_patients(seed, 30)) for seed in range(60, 64)] * 4
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(answer_batch, parts))
    for part, answer in zip(parts, found, strict=True):
        assert answer.equals(answer_batch(part))


def test_a_map_for_batches() -> None:
    batch = pa.RecordBatch.from_pydict({"A": ["WT", "MUT"], "B": ["WT", "WT"]})
    mapping = ColumnMap(
        values={"kras": {"WT": "wild_type", "MUT": "mutant"}, "nras": {"WT": "wild_type"}},
        columns={"nras": "B"},
        rules={"kras": Rule(("A", "B"), "mutant", "wild_type")},
    )
    eligible = [row["eligible"].split(";") for row in answer_batch(batch, mapping).to_pylist()]
    assert ["folfox+cetuximab" in names for names in eligible] == [True, False]


@pytest.mark.slow
def test_a_cluster_of_two_workers_gives_the_same_rows(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra crcasp[cluster] is not installed")
    rows = [row_of(patient) for patient in varied_patients(10, 300)]
    expected = answered(tmp_path, rows)
    script = ROOT / "examples" / "registry" / "cluster.py"
    run = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "in.csv"), str(tmp_path / "c.csv")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert "2 workers" in run.stdout
    assert read(tmp_path / "c.csv") == expected
