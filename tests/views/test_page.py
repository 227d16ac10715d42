"""The HTML reports: valid, self-contained, harmless, and true to the answer."""

from __future__ import annotations

import hashlib
import pickle
import random
import re
import sys
from functools import cache
from pathlib import Path

import pytest
import reading
from pages import HTML, inside, parsed
from words import CLOSING

import crcasp
from crcasp import Advice, UsageError, cli, explain, recommend
from crcasp.errors import NotInstalledError
from crcasp.program.engine import engine
from crcasp.program.files import Program, program_directory
from crcasp.results.provenance import known, program_fingerprint
from crcasp.views.page.templating import TEMPLATES, environment

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PAGES = {
    "recommend": ["recommend", "nothing_tested.lp"],
    "many sets": ["recommend", "late_liver_disease.lp"],
    "out of scope": ["recommend", "out_of_scope.lp"],
    "explain": ["explain", "resectable.lp", "hai"],
    "missing": ["missing", "nothing_tested.lp"],
    "compare": ["compare", "nothing_tested.lp", "left_sided_wild_type.lp"],
    "check": ["check", "overlays/literal.lp"],
}
SETTLED = {"age": 60, "country": "other", "mmr": "proficient", "tumor_burden": "low"}
SETTLED |= {"liver_metastases": "resectable", "disease_extent": "disseminated", "ras": "mutant"}


def page(*argv: str | Path) -> str:
    """The page that a command writes."""
    return _written(*map(str, argv))


@cache
def _written(*argv: str) -> str:
    import contextlib
    import io

    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        assert cli.main([*argv, "--format", "html"]) in (0, 1)
    return output.getvalue()


def example(argv: list[str]) -> list[str]:
    return [str(EXAMPLES / word) if word.endswith(".lp") else word for word in argv]


def seen(text: str) -> str:
    """The words of a page."""
    body = parsed(text).find(f"{HTML}body")
    return " ".join("".join(body.itertext()).split())


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(words, marks=[pytest.mark.slow] if number % 3 else [], id=name)
        for number, (name, words) in enumerate(PAGES.items())
    ],
)
def written(request: pytest.FixtureRequest) -> str:
    return page(*example(request.param))


def test_is_valid_and_says_once_what_it_is_not_for(written: str) -> None:
    tree = parsed(written)
    assert tree.find(f"{HTML}head/{HTML}title").text
    assert written.count(CLOSING) == 1
    assert seen(written).endswith(CLOSING)
    identifiers = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(identifiers) == len(set(identifiers))


def test_refers_to_nothing_outside(written: str) -> None:
    inside(written)


@pytest.mark.slow
def test_the_same_patient_gives_the_same_page() -> None:
    patient = {"kras": "mutant", "ecog": 1}
    assert recommend(patient).to_html() == recommend(patient).to_html()


@pytest.mark.slow
def test_audit() -> None:
    text = page("audit")
    inside(text)
    assert "everything that must hold was proved" in seen(text)
    assert text.count(CLOSING) == 1


# ---- harmless -----------------------------------------------------------------------------

NASTY = (
    "</style></svg></title><script>alert(1)</script> & ' {{ 7 * 7 }} \\N ümläut "
    "\u05e9\u05dc\u05d5\u05dd \u202eabc <b"
)
OVERLAY = f"""
statement("<i>9</i>", any, benefit).
text("<i>9</i>", "{NASTY.replace(chr(92), chr(92) * 2)}").
reference("<i>9</i>", "<u>source</u> \\"quoted\\"").
offers("<i>9</i>", any, folfox).
needs("<i>9</i>", any, ecog, at_most(1)).
label(folfox, "<em>FOLFOX</em>").
"""


@pytest.mark.slow
def test_names_come_through_harmlessly(tmp_path: Path) -> None:
    overlay = tmp_path / "<s>\"'ö\u202e\u05d0.lp"
    overlay.write_text(OVERLAY, encoding="utf-8")
    patient = tmp_path / "<h1 onclick=x>ß'\u05d0.lp"
    patient.write_text("ecog(1).", encoding="utf-8")
    other = EXAMPLES / "nothing_tested.lp"
    commands: list[list[str | Path]] = [
        ["recommend", patient],
        ["explain", patient, "folfox"],
        ["missing", patient],
        ["compare", patient, other],
    ]
    for argv in commands:
        text = page(*argv, "--with", overlay)
        inside(text)
        tree = parsed(text)
        for tag in ("script", "i", "u", "s", "em"):
            assert tree.find(f".//{HTML}{tag}") is None
        assert overlay.name in "".join(tree.itertext())
        assert len(tree.findall(f".//{HTML}h1")) == 1
    text = page("recommend", patient, "--with", overlay)
    assert " ".join(NASTY.split()) in seen(text)
    assert '<u>source</u> "quoted"' in seen(text)
    assert "<em>FOLFOX</em>" in seen(text)


# ---- true to the answer -------------------------------------------------------------------


def test_matrix_agrees_with_the_verdicts() -> None:
    rng = random.Random(11)
    for _ in range(4):
        patient = reading.random_patient(rng)
        advice = recommend(crcasp.parse_facts(patient.facts()), tests=False)
        states: dict[str, set[str]] = {}
        for cell in advice.cells:
            states.setdefault(cell.therapy, set()).add(cell.state)
        assert states.keys() <= set(advice.therapies)
        for therapy, verdict in advice.therapies.items():
            found = states.get(therapy, set())
            if verdict.status == "eligible":
                assert found <= {"met"}, (patient.facts(), therapy)
            elif verdict.status == "undetermined":
                assert "open" in found, (patient.facts(), therapy)
                assert "not_met" not in found, (patient.facts(), therapy)
            else:
                assert "not_met" in found, (patient.facts(), therapy)


def test_the_matrix_has_only_what_therapies_differ_in() -> None:
    advice = recommend(EXAMPLES / "left_sided_wild_type.lp")
    columns = {
        "".join(node.itertext())
        for node in parsed(advice.to_html()).iter(f"{HTML}th")
        if node.get("role") == "columnheader"
    }
    assert any("RAS" in text for text in columns)
    assert not any("organ function" in text for text in columns)


def test_page_and_text_say_the_same_in_the_same_order() -> None:
    advice = recommend(EXAMPLES / "nothing_tested.lp")
    page, place = seen(advice.to_html()).lower(), 0
    for line in advice.to_text(1000).lower().splitlines():
        for words in re.split(r" {2,}|(?<=the answer): ", line.strip()):
            place = page.index(words, place)


@pytest.mark.slow
def test_half_of_a_whole_is_shown() -> None:
    assert "KRASwild-type" in seen(recommend({"kras": "wild_type"}).to_html()).replace(" ", "")


@pytest.mark.slow
def test_says_what_a_toxicity_was_due_to() -> None:
    line = {"received": ["folfox"], "stopped": "toxicity"}
    assert "FOLFOX, until toxicity " in seen(recommend({"history": [line]}).to_html())
    text = recommend({"history": [{**line, "toxic": ["oxaliplatin"]}]}).to_html()
    assert "FOLFOX, until toxicity of oxaliplatin " in seen(text)


@pytest.mark.slow
def test_fingerprints_can_be_made_by_hand() -> None:
    paths = sorted(Path(program_directory()).rglob("*.lp"))
    paths.sort(key=lambda path: path.relative_to(program_directory()).as_posix().encode())
    whole = b"".join(path.read_bytes() for path in paths)
    assert program_fingerprint() == hashlib.sha256(whole).hexdigest()[:16]
    advice = recommend({"kras": "mutant", "age": 60})
    facts = hashlib.sha256(b"age(60).\nkras(mutant).\n").hexdigest()[:16]
    assert known(advice.provenance).fingerprint() == facts
    assert facts in advice.to_html()
    assert program_fingerprint() in advice.to_html()


@pytest.mark.slow
def test_overlays_and_constants_are_named() -> None:
    overlay = EXAMPLES / "overlays" / "since_2019" / "beacon.lp"
    text = recommend({"age": 60}, overlays=[overlay], constants={"younger_age": 75}).to_html()
    assert hashlib.sha256(overlay.read_bytes()).hexdigest()[:16] in text
    assert "younger_age=75" in text


def test_templates_hold_no_clinical_thing() -> None:
    control, clinical = engine(Program()).table.solver, set()
    for name, arity in (("therapy_name", 1), ("agent", 1), ("class", 1), ("value", 2)):
        clinical |= {str(row[0]) for row in control.facts(name, arity)}
    clinical |= {str(text) for _, text in control.facts("label", 2)}
    for path in Path(TEMPLATES).glob("*.html"):
        words = re.sub(r"\{[%{#].*?[%}#]\}|<[^>]*>", " ", path.read_text(), flags=re.DOTALL)
        assert not clinical & set(re.findall(r"\b[A-Za-z]\w*\b", words)), path.name


# ---- what is not installed ----------------------------------------------------------------


def test_a_result_made_by_hand_has_no_page() -> None:
    with pytest.raises(UsageError, match="by hand"):
        Advice(True, "first", (), (), ()).to_html()


def test_without_jinja(monkeypatch: pytest.MonkeyPatch) -> None:
    advice = recommend(SETTLED)
    environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(
        NotInstalledError, match=r"Jinja2: .*pip install 'crcasp\[report\]'"
    ) as found:
        advice.to_html()
    assert isinstance(found.value, UsageError)
    assert str(pickle.loads(pickle.dumps(found.value))) == str(found.value)
    monkeypatch.undo()
    assert advice.to_html()


def test_without_graphviz_there_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    words = seen(explain(SETTLED, "folfox").to_html())
    assert "apt-get install graphviz" in words
    assert "1 offers it" in words


# ---- files --------------------------------------------------------------------------------


@pytest.mark.slow
def test_output_goes_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patient = str(EXAMPLES / "refractory.lp")
    for form in ("text", "json", "html"):
        path = tmp_path / f"answer.{form}"
        path.write_text("before")
        assert cli.main(["recommend", patient, "--format", form, "-o", str(path)]) == 0
        assert capsys.readouterr() == ("", "")
        assert cli.main(["recommend", patient, "--format", form]) == 0
        assert path.read_text(encoding="utf-8") == capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 3
    assert cli.main(["recommend", patient, "-o", "-"]) == 0
    assert capsys.readouterr().out.endswith(f"{CLOSING}\n")


def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nowhere" / "answer.txt"
    assert cli.main(["recommend", str(EXAMPLES / "refractory.lp"), "-o", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"{path}: it cannot be written")
    assert cli.main(["recommend", str(EXAMPLES / "refractory.lp"), "-o", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
