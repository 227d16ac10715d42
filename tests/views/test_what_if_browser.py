"""The page that answers by itself, in a real browser from disk, without a network.

Needs Chromium and its driver from the system's packages; skipped where they are absent.
"""

from __future__ import annotations

import base64
import json
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reading
import refusals
from declared import VOCABULARY
from pages import HTML, parsed
from what_if import Page

from crcasp import Advice, explain, page, parse_facts, recommend
from crcasp.errors import Fault
from crcasp.facts import read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.views import document_of

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENTS = [*sorted(EXAMPLES.glob("*.lp")), *sorted(EXAMPLES.glob("*.json"))]
RANDOM = 150  # drawn, of whom those are asked who say something new
KEYNOTE = EXAMPLES / "overlays" / "since_2019"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory, page())


def written(folders: pytest.TempPathFactory, text: str) -> Path:
    path = folders.mktemp("what if") / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def offline(browser: Any) -> Iterator[Any]:
    """The browser without a network; nothing may be complained of."""
    conditions = {"latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **conditions})
    resized(browser)
    browser.get_log("browser")
    yield browser
    asked = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    assert [name for name in browser.execute_script(asked) if not name.startswith("blob:")] == []
    said = [entry["message"] for entry in browser.get_log("browser")]
    # Hundreds of patients a minute change the address faster than Chromium likes.
    assert [message for message in said if "Throttling navigation" not in message] == []
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **conditions})
    resized(browser)


def resized(browser: Any, width: int = 1280, scheme: str = "light") -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


# ---- the same documents as those of the command -------------------------------------------


def plain(value: object) -> object:
    """A document as the page has it: plain objects, each with its kind."""
    if not isinstance(value, tuple):
        return value
    all_ = [plain(item) for item in value]
    fields = getattr(value, "_fields", None)
    return (
        {"kind": type(value).__name__, **dict(zip(fields, all_, strict=True))} if fields else all_
    )


def answered(text: str, **options: Any) -> object:
    return plain(document_of(recommend(parse_facts(text, **options), **options)))


def explained(text: str, therapy: str, **options: Any) -> object:
    return plain(document_of(explain(parse_facts(text, **options), therapy, **options)))


def facts_of(text: str, **options: Any) -> list[str]:
    return [str(fact) for fact in parse_facts(text, **options)]


def test_answers_and_explanations_are_those_of_the_command(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    rng = random.Random(13)
    texts = [patient.read_text(encoding="utf-8") for patient in PATIENTS]
    texts += [patient.facts() for patient, _ in reading.telling(rng, RANDOM)]
    therapies = [rng.choice(list(engine(Program()).table.places)) for _ in texts]
    answers = shown.asked(*(("answer", facts_of(text)) for text in texts))
    for text, found in zip(texts, answers, strict=True):
        assert found["document"] == answered(text), text
    pairs = [*zip(texts, therapies, strict=True)][::3]
    explanations = shown.asked(*(("explain", facts_of(text), name) for text, name in pairs))
    for (text, name), found in zip(pairs, explanations, strict=True):
        assert found == explained(text, name), (text, name)


def test_the_page_shows_what_the_html_of_the_answer_shows(offline: Any, path: Path) -> None:
    """Part by part, and word by word; only the table of all therapies has buttons here."""
    shown = Page(offline, path)
    for patient in PATIENTS:
        text = patient.read_text(encoding="utf-8")
        result = recommend(parse_facts(text))
        found = shown.take(text)
        assert found["summary"].startswith(document_of(result).title)
        assert parts(shown) == parts_of(result), patient


def parts(shown: Page) -> list[str]:
    """The text of each part of an answer behind its rules, without blanks."""
    script = """
    const own = (it) => it.id !== "explanation" && !/^(Since|All therapies)/.test(it.textContent);
    return [...byId("answer").children].filter(own).map((it) => it.textContent);
    """
    return ["".join(text.split()) for text in shown.run(script)[1:]]


def parts_of(result: Advice) -> list[str]:
    main = next(parsed(result.to_html()).iter(f"{HTML}main"))
    texts = ["".join("".join(part.itertext()).split()) for part in main]
    return [text for text in texts[:-1] if not text.startswith("Alltherapies")]


# A finding of its own, and two statements that let a therapy through only together.
STAGE = """
value(stage, (early_stage; late_stage)).  given(stage, V, stage(V)) :- stage(V).
#defined stage/1.  means(stage, "stage of the disease").  label(stage, "Stage").
statement(new, any, considered).  text(new, "new: one stage or the other").
offers(new, (one; other), capox).  reference(new, "a trial").
needs(new, one, stage, early_stage).  needs(new, other, stage, late_stage).
needs(new, other, ras, wild_type).
:- is(ras, mutant), is(ecog, 3). :- frail, is(braf, mutant). frail :- is(age, A), A > 73.
notice("H", "HER2 matters") :- is(her2, positive), eligible(folfoxiri).
"""


def test_overlays_and_constants_are_baked_in(
    offline: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("overlay")
    (folder / "stage.lp").write_text(STAGE)
    overlays, constants = [KEYNOTE, folder / "stage.lp"], {"younger_age": 75}
    shown = Page(offline, written(tmp_path_factory, page(overlays=overlays, constants=constants)))
    rng = random.Random(15)
    texts = ["mmr(deficient).", "age(72). tumor_burden(high). ras(mutant).", "ras(wild_type)."]
    texts += [
        "stage(early_stage).",
        "stage(late_stage). age(60).",
        "stage(late_stage). ras(mutant).",
        "her2(positive). age(70). tumor_burden(high).",
        "her2(negative). tumor_burden(high). braf(mutant).",
        # Tests that would add nothing are not told.
        "received(1, (bevacizumab; capecitabine)). received(2, capox). received(3, irinotecan). "
        "unavailable(tucatinib). organ_function(adequate). stopped((1; 2), progression). "
        "mmr(proficient).",
    ]
    texts += [reading.random_patient(rng).facts() for _ in range(4)]
    options = {"overlays": overlays, "constants": constants}
    asked = [(facts_of(text, **options), text) for text in texts]
    answers = shown.asked(*(("answer", facts) for facts, _ in asked))
    for text, answer in zip(texts, answers, strict=True):
        assert answer["document"] == answered(text, **options), text
    some = asked[::3]
    explanations = shown.asked(*(("explain", facts, "capox") for facts, _ in some))
    for (_, text), explanation in zip(some, explanations, strict=True):
        assert explanation == explained(text, "capox", **options), text


def test_what_changed_is_said(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    assert shown.take("side(left).")["since"] == []
    same = "return byId('answer').textContent.includes('Every therapy has the same verdict')"
    assert shown.run(same)
    since = shown.take("side(left). kras(mutant).")["since"]
    lost = [line for line in since if line.endswith(": undetermined before, excluded now")]
    assert any("FOLFOX + cetuximab" in line for line in lost)
    shown.run("document.querySelector('.back').click()")
    assert any("excluded before, undetermined now" in line for line in shown.shown()["since"])
    gained = shown.take("side(left). kras(wild_type). nras(wild_type).")["since"]
    assert any("undetermined before, eligible, benefit now" in line for line in gained)
    shown.take("side(left).")
    assert shown.run("return [...patient]") == ["side(left)"]


# ---- the patient: read, refused, kept ---------------------------------------------------


def faults_of(faults: tuple[Fault, ...]) -> list[tuple[int | None, int | None, str]]:
    places = [
        (fault.place.line, fault.place.column, fault.message) for fault in faults if fault.place
    ]
    return sorted(places, key=lambda place: (place[0] or 0, place[1] or 0))


def test_what_is_refused_is_said_as_the_command_says_it(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    texts = [text for text, _, _ in refusals.FACTS]
    texts += [text.replace("|", "") for text, _ in refusals.JSON if "(|" not in text]
    texts += spoiled(1500)
    for start in range(0, len(texts), 100):
        part = texts[start : start + 100]
        for text, found in zip(part, shown.asked(*(("read", text) for text in part)), strict=True):
            ours = read_text(text, "test", VOCABULARY)
            assert found["facts"] == [str(fact) for fact in ours.facts], text
            places = [(it["place"]["line"], it["place"]["column"]) for it in found["faults"]]
            told = [
                (*place, it["message"]) for place, it in zip(places, found["faults"], strict=True)
            ]
            assert sorted(told, key=str) == sorted(faults_of(ours.faults), key=str), text


def spoiled(number: int) -> Iterator[str]:
    """Patients as facts or JSON, each with a few mistakes in it."""
    rng = random.Random(16)
    pieces = [*'().,;:-"%{}[]|#@&_ \n1aX0.*~\\é“', " :- a", "..", "%*", "*%", "not ", "#script"]
    pieces += ["(a;b)", "1..3", '"x"', "null", "true", "1.5", "[1]", "{}", "wild-type"]
    for _ in range(number):
        patient = reading.random_patient(rng)
        text = patient.facts() if rng.random() < 0.5 else json.dumps(patient.mapping(), indent=1)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text) + 1)
            cut = rng.choice((0, 0, 1, 2))
            text = text[:at] + rng.choice((rng.choice(pieces), "")) + text[at + cut :]
        yield text


def test_a_patient_is_saved_as_it_was(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    rng = random.Random(17)
    for _ in range(30):
        facts = sorted(str(fact) for fact in parse_facts(reading.random_patient(rng).facts()))
        shown.run("patient = new Set(arguments[0])", facts)
        for form in ("asFacts", "asJson"):
            saved = shown.run(f"return {form}(patient)")
            assert sorted(str(fact) for fact in parse_facts(saved)) == facts
            assert sorted(shown.asked(("read", saved))[0]["facts"]) == facts


def test_a_patient_is_saved_to_a_file(offline: Any, path: Path, tmp_path: Path) -> None:
    behavior = {"behavior": "allow", "downloadPath": str(tmp_path)}
    offline.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)
    shown = Page(offline, path, "age(54).received(1,folfox).")
    for button, name in (("facts", "patient.lp"), ("json", "patient.json")):
        shown.run(f"byId('{button}').click()")
        end = time.monotonic() + 10
        saved = ""
        while not saved and time.monotonic() < end:  # it is there before anything is in it
            time.sleep(0.05)
            saved = "".join(it.read_text(encoding="utf-8") for it in tmp_path.glob(name))
        assert [str(fact) for fact in parse_facts(saved)] == ["age(54)", "received(1,folfox)"]


def test_the_address_holds_the_patient(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    shown.take("ras(mutant). age(54). received(1, (folfox; bevacizumab)). unavailable(hai).")
    address = shown.run("return location.href")
    assert address.endswith(
        "#age(54).ras(mutant).received(1,folfox).received(1,bevacizumab).unavailable(hai)."
    )
    before = shown.shown()
    again = Page(offline, path, address.partition("#")[2]).shown()
    assert {**again, "since": []} == {**before, "since": []}
    refused = Page(offline, path, "age(17).side(left).").shown()
    assert refused["faults"] == ["address:1:5: age must be 18 to 120, not 17."]
    shown = Page(offline, path, "age(54).")
    shown.run("location.hash = 'age(60).'")
    time.sleep(0.2)
    shown.wait()
    assert shown.run("return byId('of-age').value") == "60"


DROPPED = """
const transfer = new DataTransfer();
transfer.items.add(new File([new Uint8Array(arguments[0])], "dropped.lp"));
document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
"""


def test_a_patient_is_dropped_chosen_or_pasted(offline: Any, path: Path) -> None:
    shown = Page(offline, path)

    def facts() -> list[str]:
        time.sleep(0.1)
        shown.wait()
        found: list[str] = shown.run("return ordered(patient)")
        return found

    shown.run(DROPPED, list(b"age(54)."))
    assert facts() == ["age(54)"]
    shown.run(DROPPED, list("age(54). % é".encode("latin-1")))
    assert facts() == ["age(54)"]
    assert shown.shown()["faults"] == [
        "dropped.lp: this is not text in UTF-8; save it as plain UTF-8 text."
    ]
    offline.find_element("id", "file").send_keys(str(EXAMPLES / "json_patient.json"))
    assert "age(54)" in facts()
    assert len(facts()) > 8
    pasted = offline.find_element("id", "pasted")
    pasted.send_keys("side(lefft).")
    offline.find_element("id", "take").click()
    message = "pasted:1:6: side must be left or right, not lefft; did you mean left?"
    end = time.monotonic() + 10
    while not shown.shown()["faults"] and time.monotonic() < end:  # it is read in a worker
        time.sleep(0.05)
    assert shown.shown()["faults"] == [message]
    pasted.clear()
    pasted.send_keys("side(left).")
    offline.find_element("id", "take").click()
    assert facts() == ["side(left)"]
    assert shown.shown()["faults"] == []


def test_a_contradiction_is_explained(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    shown.take("kras(mutant).")
    found = shown.take("ras(wild_type). kras(mutant). received(2, folfox).")
    assert found["issues"] == [
        "ras(wild_type) contradicts kras(mutant): the combined result is wild-type only if every "
        "gene in it is: correct one of them.",
        "received(2,folfox): the line before this one is missing: add it, or number the lines "
        "without a gap.",
    ]
    assert found["summary"] == "The facts contradict each other."
    assert shown.take("kras(mutant).")["issues"] == []


# ---- the solver ---------------------------------------------------------------------------


def test_a_runaway_is_ended(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    rule = "{ away(1..40) } :- eligible(sox)."
    shown.run(f"data.seconds = 1; data.given.texts.sets += '{rule}'; solver.restart()")
    found = shown.take("country(japan).")
    assert found["faults"] == ["No answer within 1 seconds: the solver was ended."]
    shown.run("data.seconds = 20")
    assert shown.take("country(other).")["summary"].startswith("Patient: first line of therapy. ")


def test_a_program_without_an_answer_says_so(
    offline: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    overlay = tmp_path_factory.mktemp("overlay") / "none.lp"
    overlay.write_text(":- is(age, 54).")
    shown = Page(offline, written(tmp_path_factory, page(overlays=[overlay])))
    assert shown.take("age(54).")["faults"] == [
        "none.lp: its constraints leave no answer for a patient."
    ]
    assert shown.take("age(55).")["faults"] == []


def test_nothing_can_be_asked_of_the_network(browser: Any, path: Path) -> None:
    resized(browser)
    Page(browser, path)
    script = """
    const done = arguments[0];
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
    fetch("http://127.0.0.1:9/").catch(() => {});
    setTimeout(() => done("nothing was refused"), 3000);
    """
    assert browser.execute_async_script(script) == "connect-src"
    script = script.replace(
        'fetch("http://127.0.0.1:9/").catch(() => {})',
        "new Image().src = 'http://127.0.0.1:9/a.png'",
    )
    assert browser.execute_async_script(script) == "img-src"
    browser.get_log("browser")


# ---- the form -----------------------------------------------------------------------------


def test_the_form_is_the_vocabulary(offline: Any, path: Path) -> None:
    shown = Page(offline, path, "received(1,folfox).stopped(1,toxicity).")
    for finding, values in VOCABULARY.findings.items():
        for value in values:
            shown.run(
                "const input = byId(`of-${arguments[0]}`);"
                "input.value = input.type === 'number' ? arguments[1] : arguments[2];"
                "input.onchange()",
                finding,
                str(value),
                str(values.index(value)),
            )
            assert f"{finding}({value})" in shown.run("return [...patient]")
    shown.run("set(['received(1,folfox)', 'stopped(1,toxicity)'])")
    shown.wait()
    boxes = "return [...document.querySelectorAll('.box:not([hidden]) input')].length"
    agents = 4  # one of them a class
    shown.wait()
    held = len(VOCABULARY.therapies)
    assert shown.run(boxes) == held + agents + 2 * len(VOCABULARY.limits)
    shown.run(
        "const open = document.querySelectorAll('.box:not([hidden]) input:not(:checked)');"
        "for (const box of open) box.click()"
    )
    facts = {name for name in shown.run("return [...patient]") if name.count(",") == 0}
    assert facts == {
        f"{limit}({name})"
        for limit in ("contraindicated", "unavailable")
        for name in VOCABULARY.limits
    }


def test_a_number_out_of_range_is_refused_in_words(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    field = offline.find_element("id", "of-age")
    field.send_keys("17\t")
    assert shown.run("return [...patient]") == []
    said = "return byId('of-age').parentElement.querySelector('.fault').textContent"
    shown.asked(("read", ""))  # what was asked before is answered then
    assert shown.run(said) == "age must be 18 to 120, not 17."
    field.clear()
    field.send_keys("54\t")
    assert shown.run("return [...patient]") == ["age(54)"]
    assert shown.run(said) == ""


def test_by_keyboard_alone(offline: Any, path: Path) -> None:
    from selenium.webdriver import ActionChains, Keys

    shown = Page(offline, path)
    keys = offline.switch_to.active_element

    def tab_to(script: str) -> Any:
        for _ in range(150):
            ActionChains(offline).send_keys(Keys.TAB).perform()
            if shown.run(f"const it = document.activeElement; return {script}"):
                outline = "return getComputedStyle(document.activeElement).outlineStyle"
                assert shown.run(outline) == "solid"
                return offline.switch_to.active_element
        raise AssertionError(script)

    assert keys.tag_name == "body"
    tab_to("it.id === 'skip'")
    tab_to("it.id === 'of-age'").send_keys("54")
    tab_to("it.id === 'of-kras'").send_keys("mutant")
    tab_to("it.id === 'more'").send_keys(Keys.ENTER)
    shown.run("document.body.tabIndex = -1; document.body.focus()")
    tab_to("it.tagName === 'SUMMARY' && it.textContent.startsWith('Held')").send_keys(Keys.ENTER)
    tab_to("it.type === 'checkbox' && it.parentElement.textContent === 'FOLFOX'").send_keys(" ")
    assert shown.run("return ordered(patient)") == ["age(54)", "kras(mutant)", "received(1,folfox)"]
    shown.wait()
    opens = "it.tagName === 'SUMMARY' && it.textContent === 'All therapies'"
    tab_to(opens).send_keys(Keys.ENTER)
    tab_to("it.textContent === 'Explain'").send_keys(Keys.ENTER)
    time.sleep(2)
    title = "FOLFIRI is ELIGIBLE (recommended) by statement 6.1 and in a PREFERRED set."
    assert shown.run("return document.activeElement.textContent") == title


def test_changes_are_told_to_a_screen_reader(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    live = (
        "return [byId('summary').getAttribute('aria-live'), byId('summary').getAttribute('role')]"
    )
    assert shown.run(live) == ["polite", "status"]
    unlabelled = """
    return [...document.querySelectorAll("input, select, textarea, button")]
      .filter((it) => !it.labels?.length && !it.textContent && !it.getAttribute("aria-label"))
      .map((it) => it.outerHTML)
    """
    assert shown.run(unlabelled) == []


STATES = {
    "nothing known": "",
    "a history": "age(54). kras(mutant). received(1, (folfox; bevacizumab)). stopped(1, toxicity).",
    "many sets": (EXAMPLES / "late_liver_disease.lp").read_text(encoding="utf-8"),
    "out of scope": (EXAMPLES / "out_of_scope.lp").read_text(encoding="utf-8"),
    "a contradiction": "ras(wild_type). kras(mutant).",
    "a fault": "side(lefft).",
}
OPEN = "document.querySelectorAll('details').forEach(it => it.open = true)"


def states(browser: Any, path: Path) -> Iterator[tuple[str, Page]]:
    shown = Page(browser, path)
    for name, text in STATES.items():
        shown.take(text)
        if name in ("a history", "many sets"):
            assert "HAI" in shown.explain("hai")
        shown.run(OPEN)
        yield name, shown


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_overflows(offline: Any, path: Path, width: int) -> None:
    resized(offline, width)
    beyond = """
    return [...document.querySelectorAll('body *')].filter(it => !it.closest('.skip'))
      .filter(it => it.getBoundingClientRect().right > innerWidth + 1)
      .map(it => it.outerHTML.slice(0, 90))
    """
    for name, shown in states(offline, path):
        assert shown.run(beyond) == [], name
        assert shown.run("return document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_accessibility_checker_finds_nothing(
    offline: Any, path: Path, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    checker = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    resized(offline, width, scheme)
    for name, shown in states(offline, path):
        shown.run(checker)
        found = offline.execute_async_script(
            "const done = arguments[0]; axe.run(document).then(done, e => done(String(e)))"
        )
        told = [(item["id"], item["nodes"][0]["html"][:120]) for item in found["violations"]]
        assert told == [], name
        assert len(found["passes"]) > 10


def test_it_prints_the_answer_and_not_the_form(offline: Any, path: Path) -> None:
    shown = Page(offline, path)
    shown.take(STATES["many sets"])
    printed = base64.b64decode(offline.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert 2 <= len(re.findall(rb"/MediaBox", printed)) <= 9
    offline.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    heights = shown.run(
        "return ['form', 'answer'].map(id => byId(id).getBoundingClientRect().height)"
    )
    assert heights[0] == 0 < heights[1]
