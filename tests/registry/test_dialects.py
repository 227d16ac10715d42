"""Small tables in the dialects of real registries, made for the tests, by maps of a few lines."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from runs import Answers, answers
from workbooks import workbook

from crcasp import ColumnMap, cohort
from crcasp.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples" / "registry"
MOST = 15  # lines of a map


def answered(folder: Path, patients: Path, toml: str, *options: str) -> Answers:
    """The answers for a table by a short map, none of them an error, and no key in vain."""
    lines = [line for line in toml.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) <= MOST
    (folder / "map.toml").write_text(toml)
    command = ["cohort", str(patients), "-o", str(folder / "o.csv"), *options]
    command += ["--map", str(folder / "map.toml"), "--summary", str(folder / "s.json")]
    assert main(command) == 0
    assert json.loads((folder / "s.json").read_text())["unmet"] == {}
    found = answers(folder / "o.csv")
    assert not any(row["error"] for row in found)
    return found


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


CBIOPORTAL = """
columns = { id = "PATIENT_ID", age = "AGE", primary_site = "PRIMARY_SITE", msi = "MSI_STATUS" }
floor = ["age"]
unknown = ["[Not Available]"]
[values]
msi = { MSS = "stable", "MSI-H" = "high" }
kras = { WT = "wild_type", "*" = "mutant" }
primary_site = { "Right colon, cecum" = "cecum", "Left colon, sigmoid" = "sigmoid_colon" }
[treatments.columns]
id = "PATIENT_ID"
line = "LINE"
drug = "AGENT"
"""


def test_cbioportal(tmp_path: Path) -> None:
    patients = written(
        tmp_path / "data_clinical_patient.txt",
        "#Patient Identifier\tAge\tPrimary site\tMSI\tKRAS\n#Identifier\tYears\tSite\tMSI\tKRAS\n"
        "#STRING\tNUMBER\tSTRING\tSTRING\tSTRING\n#1\t1\t1\t1\t1\n"
        "PATIENT_ID\tAGE\tPRIMARY_SITE\tMSI_STATUS\tKRAS\n"
        "P-0001\t61.02\tLeft colon, sigmoid\tMSS\tWT\nP-0002\t55\tRight colon, cecum\tMSI-H\tG12D\n"
        "P-0003\t70\t[Not Available]\t[Not Available]\t[Not Available]\n",
    )
    timeline = written(
        tmp_path / "data_timeline_treatment.txt",
        "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tLINE\tAGENT\n"
        "P-0001\t10\t90\tTreatment\t1\tFluorouracil\nP-0001\t10\t90\tTreatment\t1\tLeucovorin\n"
        "P-0001\t10\t90\tTreatment\t1\tIrinotecan\n",
    )
    options = ["--comment", "#", "--format", "csv", "--treatments", str(timeline)]
    found = answered(tmp_path, patients, CBIOPORTAL, *options)
    assert [row["line"] for row in found] == ["beyond_first", "first", "first"]
    assert "folfox+bevacizumab" in found[0]["eligible"].split(";")
    assert "ras" in found[2]["missing"].split(";")


@pytest.mark.slow
def test_gdc_long_by_treatments_and_by_duckdb(tmp_path: Path) -> None:
    treatments = ["--treatments", str(EXAMPLES / "gdc_treatments.csv")]
    command = ["cohort", str(EXAMPLES / "gdc_patients.csv"), "-o", str(tmp_path / "o.csv")]
    assert main([*command, "--map", str(EXAMPLES / "gdc.toml"), *treatments]) == 0
    found = answers(tmp_path / "o.csv")
    pytest.importorskip("duckdb")
    script = EXAMPLES / "duckdb_lines.py"
    assert script.read_text().partition('f"""\n')[2].partition('"""')[0].count("\n") <= 10
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        f"{row['case_submitter_id']}: {row['line']}: {row['preferred']}" for row in found
    ]


GENIE = """
columns = { id = "record_id", age = "dob_ca_dx_yrs", kras = "kras_status" }
floor = ["age"]
values.kras = { Positive = "mutant", Negative = "wild_type" }
[treatments.columns]
id = "record_id"
line = "regimen_number"
regimen = "regimen_drugs"
stopped = "drugs_dc_reason"
setting = "regimen_setting"
[treatments.values]
regimen = { "Leucovorin Calcium" = "leucovorin", Bevacizumab = "bevacizumab" }
stopped = { "Progression of disease" = "progression", "Side effects" = "toxicity" }
setting = { "Adjuvant" = "adjuvant", "*" = "palliative" }
"""


def test_genie_bpc_regimens(tmp_path: Path) -> None:
    patients = written(
        tmp_path / "patients.csv",
        "record_id,dob_ca_dx_yrs,kras_status\nG-1,58.3,Positive\nG-2,66.0,Negative\n",
    )
    regimens = written(
        tmp_path / "regimens.csv",
        "record_id,regimen_number,regimen_drugs,drugs_dc_reason,regimen_setting\n"
        'G-1,1,"Capecitabine, Oxaliplatin",,Adjuvant\n'
        'G-1,2,"Bevacizumab, Fluorouracil, Leucovorin Calcium, Oxaliplatin",'
        "Progression of disease,Metastatic\n"
        'G-1,3,"Fluorouracil, Irinotecan, Leucovorin Calcium",Side effects,Metastatic\n'
        'G-2,1,"Capecitabine, Oxaliplatin",,Adjuvant\n',
    )
    found = answered(tmp_path, patients, GENIE, "--treatments", str(regimens))
    assert [row["line"] for row in found] == ["beyond_first", "first"]
    plain = written(
        tmp_path / "wide.csv",
        "age,kras,line1,line1_stopped,line2,line2_stopped\n"
        "58,mutant,folfox+bevacizumab,progression,folfiri,toxicity\n66,wild_type,,,,\n",
    )
    assert main(["cohort", str(plain), "-o", str(tmp_path / "w.csv")]) == 0
    for row, other in zip(found, answers(tmp_path / "w.csv"), strict=True):
        assert row["eligible"] == other["eligible"]


HOSPITAL = """
columns.id = "PatNr"
columns.ecog = "Karnofsky"
columns.side = "Seite"
columns.line1 = "Linie 1"
columns.line1_stopped = "Ende 1"
unknown = ["9"]
[values]
ecog = { "90-100" = 0, "70-80" = 1, "50-60" = 2, "9" = "" }
side = { "1" = "right", "2" = "left" }
kras = { "0" = "wild_type", "1" = "mutant" }
lineN = { "10" = "folfox", "11" = "folfox+bevacizumab", "20" = "folfiri", "0" = "none" }
line1_stopped = { "1" = "progression", "2" = "toxicity" }
[rules]
age = { born = "Geburt", at = "Diagnose" }
disease_extent = { liver_only = { Leber = "1", Lunge = "0" }, disseminated = { Lunge = "1" } }
"""


def test_a_spreadsheet_of_a_hospital_with_codes(tmp_path: Path) -> None:
    header = ["PatNr", "Geburt", "Diagnose", "Karnofsky", "Seite", "KRAS", "Leber", "Lunge"]
    rows: list[list[object]] = [
        [*header, "Linie 1", "Ende 1", None],
        [1, "03.04.1961", "01.02.2018", 100, 2.0, 0, 1, 0, 11, 1, "x"],
        [2, "1950-12-24", "2018-01-01", 80, 1, 1, 1, 1, 0, None, None],
        [3, "1.1.1949", "1.1.2019", 60, 9, 9, 1, 0, 20, 2, None],
        [4, "1.1.1949", "1.1.2019", 70, 2, 0, 1, 0, 10, None, None],
        [5, "1.1.1949", "1.1.2019", 9, 2, 0, 1, 0, 0, None, None],
        [None] * 11,
    ]
    source = workbook(tmp_path / "Kohorte.xlsx", rows)
    found = answered(tmp_path, source, HOSPITAL)
    assert [row["PatNr"] for row in found] == ["1", "2", "3", "4", "5"]
    assert [row["line"] for row in found] == [
        *("beyond_first", "first", "beyond_first", "beyond_first", "first")
    ]
    assert "ras" in found[2]["missing"].split(";")


NCR = """
columns = { id = "sleutel", age = "leeft", primary_site = "topo", kras = "kras", braf = "braf" }
[values]
primary_site = { C180 = "cecum", C187 = "sigmoid_colon", C209 = "rectum" }
kras = { "0" = "wild_type", "1" = "mutant", "9" = "" }
braf = { "0" = "wild_type", "1" = "mutant", "9" = "" }
[treatments]
columns = { id = "sleutel", line = "lijnnr", drug = "atc", stopped = "stop" }
[treatments.values]
stopped = { "1" = "progression", "2" = "toxicity", "9" = "" }
[treatments.values.drug]
L01BC02 = "fluorouracil"
V03AF03 = "leucovorin"
L01XA03 = "oxaliplatin"
L01FG01 = "bevacizumab"
L01BC06 = "capecitabine"
"""


def test_a_national_registry_of_line_numbers(tmp_path: Path) -> None:
    patients = written(
        tmp_path / "ncr.csv",
        "sleutel;leeft;topo;kras;braf\n1;64;C187;0;0\n2;71;C180;1;9\n3;58;C209;9;1\n",
    )
    lines = written(
        tmp_path / "lijnen.csv",
        "sleutel;lijnnr;atc;stop\n1;1;L01BC02;1\n1;1;V03AF03;1\n1;1;L01XA03;1\n1;1;L01FG01;1\n"
        "2;1;L01BC06;9\n2;2;L01XA03;2\n2;2;L01BC06;2\n",
    )
    found = answered(tmp_path, patients, NCR, "--treatments", str(lines))
    assert [row["line"] for row in found] == ["beyond_first", "beyond_first", "first"]
    assert "folfiri+cetuximab" in found[0]["undetermined"].split(";")


@pytest.mark.slow
def test_a_hundred_thousand_rows_of_a_hospital(tmp_path: Path) -> None:
    kinds = [
        f"{ps},{side},{kras},{line}"
        for ps, side in (("2.0", "left"), ("1", "right"), ("", "NA"))
        for kras in ("WT", "G12D", "")
        for line in ("FOLFOX4 + Bev", "", "FOLFIRI")
    ]
    rows = (
        f"{n},{kinds[n % len(kinds)]},{40 + n % 40}.{n % 99},note {n}\n" for n in range(100_000)
    )
    source = written(tmp_path / "h.csv", "id,PS,side,kras,line1,age,note\n" + "".join(rows))
    values = {
        "kras": {"*": "mutant", "WT": "wild_type"},
        "lineN": {"FOLFOX4": "folfox", "Bev": "bevacizumab"},
    }
    mapping = ColumnMap({"ecog": "PS"}, values, floor=("age",))
    start = time.process_time()
    summary = cohort(source, tmp_path / "o.parquet", mapping=mapping)
    assert time.process_time() - start < 20
    assert (summary.rows, summary.errors, summary.repeated_ids) == (100_000, 0, 0)
