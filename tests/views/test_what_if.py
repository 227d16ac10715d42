"""The page that answers by itself, as it is written: what is in it, and that it asks nobody."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
import vendoring
from declared import VOCABULARY
from pages import HTML, parsed
from words import CLOSING

from crcasp import UsageError, cli, page
from crcasp.program.engine import engine
from crcasp.program.files import Program, program_directory
from crcasp.results.provenance import program_fingerprint
from crcasp.views.browser import vendored
from crcasp.views.browser.page import BESIDE, HERE, SCRIPTS, SETS, SHOWN, VERDICTS, WORKER
from crcasp.views.browser.translate import translated

ROOT = Path(__file__).parents[2]
OVERLAYS = ROOT / "examples" / "overlays"
LINES = 1380  # of JavaScript
SOURCES = [Path(HERE) / name for name in (*SCRIPTS, *WORKER)]


@pytest.fixture(scope="module")
def text() -> str:
    return page()


def element(text: str, name: str) -> str:
    found = re.search(rf'<script type="[\w/-]+" id="{name}">(.*?)</script>', text, re.DOTALL)
    assert found
    return found[1]


def data_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(element(text, "data"))
    return found


# ---- what is vendored ---------------------------------------------------------------------


def test_the_vendored_files_are_those_of_the_manifest(text: str) -> None:
    known = vendored.manifest()
    folder = Path(vendored.FOLDER)
    for name, file in known["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == file["sha256"]
    assert known["source"].endswith(f"clingo-wasm-{known['version']}.tgz")
    assert known["integrity"].startswith("sha512-")
    assert {path.name for path in folder.iterdir()} == {
        *("clingo.js", "clingo.wasm", "licenses", "manifest.json")
    }
    packed = gzip.decompress(base64.b64decode(element(text, "wasm")))
    assert hashlib.sha256(packed).hexdigest() == known["files"]["clingo.wasm"]["sha256"]


def test_the_glue_is_edited_only_where_a_worker_needs_it(text: str) -> None:
    worker = data_of(text)["worker"]
    assert "import.meta" not in worker
    assert "export default" not in worker
    original = (Path(vendored.FOLDER) / "clingo.js").read_text(encoding="utf-8")
    for old, new in vendored.EDITS.items():
        original = original.replace(old, new)
    assert worker.startswith(original)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"a": {"sha256": "0"}}}))
    (tmp_path / "a").write_text("something else")
    with pytest.raises(UsageError, match="install crcasp anew"):
        vendored.read("a", str(tmp_path))


def registry(folder: Path, glue: str, integrity: str = "") -> str:
    """A registry on disk with one version of the package; its address."""
    package = io.BytesIO()
    with tarfile.open(fileobj=package, mode="w:gz") as archive:
        files = {"dist/clingo.js": glue, "dist/clingo.wasm": "wasm", "LICENSE": "license"}
        for name, content in files.items():
            item = tarfile.TarInfo(f"package/{name}")
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content.encode()))
    (folder / "package.tgz").write_bytes(package.getvalue())
    digest = base64.b64encode(hashlib.sha512(package.getvalue()).digest()).decode()
    dist = {
        "tarball": (folder / "package.tgz").as_uri(),
        "integrity": integrity or f"sha512-{digest}",
    }
    (folder / "9.9.9").write_text(json.dumps({"dist": dist}))
    return f"{folder.as_uri()}/"


def test_another_version_takes_the_place_of_this(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    (folder / "licenses").mkdir(parents=True)
    glue = "const here = import.meta.url; export default Module;"
    found = vendoring.replace("9.9.9", registry(tmp_path, glue), str(folder))
    assert found == vendored.manifest(str(folder))
    assert found["version"] == "9.9.9"
    assert vendored.read("clingo.js", str(folder)).decode() == glue
    assert vendored.read("clingo.wasm", str(folder)) == b"wasm"
    assert vendored.licenses(str(folder)) == [("clingo-wasm", "license")]


@pytest.mark.parametrize(
    ("glue", "integrity", "said"),
    [
        ("import.meta.url export default Module;", "sha512-other", "not that of the registry"),
        ("export default Module;", "", "see how this version starts"),
    ],
)
def test_what_is_not_as_expected_replaces_nothing(
    tmp_path: Path, glue: str, integrity: str, said: str
) -> None:
    folder = tmp_path / "vendor"
    (folder / "licenses").mkdir(parents=True)
    with pytest.raises(UsageError, match=said):
        vendoring.replace("9.9.9", registry(tmp_path, glue, integrity), str(folder))
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_every_license_goes_with_the_solver(text: str) -> None:
    licenses = dict(vendored.licenses())
    parts = {
        "clingo",
        "clasp",
        "libpotassco",
        "tsl",
        "lua",
        "emscripten",
        "musl",
        "llvm",
        "clingo-wasm",
    }
    assert parts <= set(licenses)
    for part in parts - {"clingo-wasm", "llvm", "clingo"}:
        assert "Copyright" in licenses[part], part
        assert "WITHOUT WARRANTY" in " ".join(licenses[part].split()), part
    assert "Apache License" in licenses["clingo-wasm"]
    assert "LLVM Exceptions" in licenses["llvm"]
    tree = parsed(text)
    shown = "".join(node.text or "" for node in tree.iter(f"{HTML}pre"))
    assert shown.split() == " ".join(licenses[name] for name in sorted(licenses)).split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = {path for pattern in project["license-files"] for path in ROOT.glob(pattern)}
    folder = Path(vendored.FOLDER) / "licenses"
    assert listed == {ROOT / "LICENSE", *folder.iterdir()}


# ---- what the page may do -----------------------------------------------------------------


def test_the_policy_lets_in_this_script_and_this_style_alone(text: str) -> None:
    parsed(text)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert script
    assert style
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'{digest(script[1])}' 'wasm-unsafe-eval'",
        "style-src": f"'{digest(style[1])}'",
        "worker-src": "blob:",
        "connect-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert text.index("Content-Security-Policy") < text.index("<style>")


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_nothing_is_asked_of_anybody(text: str) -> None:
    for node in parsed(text).iter():
        for name, value in node.attrib.items():
            assert str(name).rpartition("}")[2] not in ("src", "href", "action", "style"), value
            assert not str(name).startswith("on"), value
    ours = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    assert not re.search(r"https?:|fetch\(|XMLHttpRequest|import\(|innerHTML|eval\(", ours)
    assert not re.search(r"localStorage|sessionStorage|indexedDB|cookie|sendBeacon", ours)


def test_it_says_once_that_it_is_research_software(text: str) -> None:
    assert text.count(CLOSING) == 1


def test_the_same_page_is_the_same_bytes(text: str) -> None:
    assert page() == text
    assert len(text) < 1_750_000


# ---- what the page is made of ---------------------------------------------------------------


def test_the_program_is_that_of_lp(text: str) -> None:
    data, folder = data_of(text), Path(program_directory())
    asked = {"verdicts": VERDICTS, "sets": SETS, "shown": SHOWN}
    asked |= {name: (name,) for name in BESIDE}
    for key, names in asked.items():
        for name in names:
            assert (folder / name).read_text(encoding="utf-8") in data["given"]["texts"][key]
    used = {*VERDICTS, *SETS, *SHOWN}
    assert {path.name for path in folder.glob("*.lp")} - used == {"show.lp"}
    assert {f"page/{path.name}" for path in folder.glob("page/*.lp")} <= used
    assert program_fingerprint() in text


def test_the_form_is_the_vocabulary(text: str) -> None:
    data = data_of(text)
    assert sorted(data["form"]) == sorted(VOCABULARY.findings)
    assert data["form"][:2] == ["age", "ecog"]
    lines = list(range(1, VOCABULARY.lines + 1))
    assert data["signatures"] == {
        **{name: [list(values)] for name, values in VOCABULARY.findings.items()},
        "received": [lines, list(VOCABULARY.therapies)],
        "stopped": [lines, list(VOCABULARY.reasons)],
        "toxic": [lines, list(VOCABULARY.blamable)],
        "contraindicated": [list(VOCABULARY.limits)],
        "unavailable": [list(VOCABULARY.limits)],
    }
    assert data["meanings"] == VOCABULARY.meanings


@pytest.mark.slow
def test_overlays_and_constants_are_baked_in(tmp_path: Path, text: str) -> None:
    overlay = tmp_path / "with <b>.lp"
    overlay.write_text(
        "% a remark of ours\n"
        "value(stage, (early_stage; late_stage)). given(stage, V, stage(V)) :- stage(V).\n"
        '#defined stage/1. means(stage, "stage </script>"). label(stage, "Stage").\n'
        "#const odd = 3. statement(new, any, considered). "
        'text(new, "new"). offers(new, any, hai). needs(new, any, stage, early_stage).\n'
    )
    made = page(overlays=[overlay], constants={"younger_age": 75, "odd": 4})
    parsed(made)
    data = data_of(made)
    assert data["signatures"]["stage"] == [["early_stage", "late_stage"]]
    assert "stage" in data["form"]
    assert data["given"]["options"] == "-c odd=4 -c younger_age=75"
    assert data_of(text)["given"]["options"] == ""
    assert "offers(new,any,hai)." in data["given"]["texts"]["verdicts"]
    assert "a remark of ours" not in made
    shown = {node.text for node in parsed(made).iter(f"{HTML}dd")}
    mark = hashlib.sha256(overlay.read_bytes()).hexdigest()[:16]
    assert f"with <b>.lp, fingerprint {mark}" in shown
    assert "younger_age=75" in shown
    assert str(tmp_path) not in made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no_such(1).", "nothing asks for no_such/1"),
        ("statement(new, any, considered). offers(new, any, hai).", "has no text/2"),
        ("a :-", "clingo says"),
        ("#script (lua) x = 1 #end.", "overlay.lp:1:1: this is a #script"),
    ],
)
def test_an_overlay_that_is_not_in_order_is_refused(tmp_path: Path, text: str, said: str) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(text)
    with pytest.raises(UsageError, match=said):
        page(overlays=[overlay])


# ---- its scripts ----------------------------------------------------------------------------


def test_no_name_is_given_twice() -> None:
    """All scripts are one, in which a function would take the place of another."""
    names = [
        name
        for path in SOURCES[: len(SCRIPTS)]
        for name in re.findall(
            r"^(?:async )?(?:function|const|let|class) (\w+)", path.read_text("utf-8"), re.MULTILINE
        )
    ]
    assert len(names) == len(set(names)) > 30
    assert not {"name", "status", "history", "length", "parent", "top"} & set(names)


def test_the_scripts_hold_no_clinical_thing() -> None:
    solver, clinical = engine(Program()).table.solver, set()
    for name, arity in (("therapy_name", 1), ("agent", 1), ("class", 1), ("value", 2)):
        clinical |= {str(row[0]) for row in solver.facts(name, arity)}
    clinical |= set(VOCABULARY.reasons) - {"other"}
    for path in [*SOURCES, Path(HERE) / "page.html"]:
        words = re.findall(r"\b[A-Za-z]\w*\b", path.read_text(encoding="utf-8"))
        assert not clinical & set(words), path.name


def test_python_that_cannot_be_translated_is_refused() -> None:
    with pytest.raises(UsageError, match=r"crcasp.views.text:\d+: a page cannot have \w+"):
        translated([("crcasp.views.text", "text_of")], set())


def test_the_scripts_stay_small() -> None:
    lines = [line for path in SOURCES for line in path.read_text("utf-8").splitlines()]
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= 100


# ---- the command ----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_writes_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    target = tmp_path / "page.html"
    assert cli.main(["page", "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == text
    overlay = str(OVERLAYS / "since_2019" / "keynote_177.lp")
    options = ["--with", overlay, "-c", "younger_age=75"]
    assert cli.main(["page", *options, "-o", str(target)]) == 0
    whole = page(overlays=[overlay], constants={"younger_age": 75})
    assert target.read_text(encoding="utf-8") == whole
    assert cli.main(["page", "-c", "no_such=1", "-o", str(target)]) == 2
    assert cli.main(["page", "--with", str(target), "-o", str(target)]) == 2
    assert target.read_text(encoding="utf-8") == whole
    said = capsys.readouterr()
    assert said.out == ""
    assert "There is no constant no_such" in said.err


@pytest.mark.slow
def test_it_needs_nothing_but_clingo() -> None:
    code = """
import sys
for name in ("jinja2", "polars", "numpy", "selenium"):
    sys.modules[name] = None
from crcasp import page
assert "</html>" in page()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_other_command_imports_it() -> None:
    code = """
import sys
from crcasp.cli import main
main(["recommend", "--format", "json", "examples/refractory.lp"])
found = [name for name in sys.modules if name.startswith("crcasp.views")]
assert not found, found
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
