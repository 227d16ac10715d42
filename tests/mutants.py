"""Mutants of the logic program, and the brute-force reading as their judge.

`python tests/mutants.py` makes every mutant of `lp/` (a rule deleted, a literal dropped or negated,
a comparison or a number changed, a pool shortened). Those of the files that decide are asked of
random patients, and killed by an answer that the reading does not give; all others are judged by
the tests of what they are for. `--sample 40` takes so many of them, always the same; names of
files take their mutants only.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

import overlay_reading
import pytest
import random_overlays
import reading
from clingo import Number, ast
from clingo.ast import AST, ASTType
from lp.test_reading import disagreements
from lp.test_table import FIT, REFRACTORY
from questions import test_reasons

from crcasp import Advice, missing, parse_facts, recommend
from crcasp.program import engine as engines
from crcasp.program import files, flaws
from lp import test_overlay_language, test_program, test_table

LP = Path(files.program_directory())
# The files that decide, whose mutants are asked questions.
JUDGED = ("interpretations.lp", "table.lp", "patient.lp", "offers.lp", "verdicts.lp", "sets.lp")
ASKED = (*JUDGED, "reasons.lp")
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
# Of whom a mutant is asked: patients, chosen out of so many, overlays, and patients for reasons.
PATIENTS, POOL, OVERLAYS, REASONS = 14, 400, 6, 1
# What judges the mutants of all other files, by their folder.
TESTS = {
    "": ("facts", "cli/test_cli.py", "lp", "program", "questions"),
    "any": ("questions/test_audit.py", "questions/test_diff.py", "registry/test_touched.py"),
    "audit": ("questions/test_audit.py",),
    "check": ("program", "facts/test_contradictions.py", "questions/test_own_rules.py"),
    "cohort": ("registry/test_evaluation.py", "registry/test_cohort.py"),
    "diff": ("questions", "registry/test_touched.py"),
    "explain": ("questions/test_explain.py", "questions/test_reasons.py"),
    "missing": ("questions/test_missing.py",),
    "page": ("views/test_what_if.py", "views/test_what_if_browser.py"),
    "picture": ("views/test_picture.py",),
    "wrapper": ("lp/test_table.py", "questions"),
}
WILD_TYPE = test_program.KNOWN.replace("kras(mutant)", "kras(wild_type)").replace("(0)", "(2)")
FULLY_KNOWN = (
    test_program.EXAMPLES["unresectable_liver"],
    f"liver_metastases(unresectable). {test_program.KNOWN}",
    f"{test_program.NOTHING} {test_program.KNOWN}",
    *(
        f"liver_metastases(unresectable). {test_program.KNOWN}".replace("absent", stage).replace(
            "disseminated", "liver_only"
        )
        for stage in ("early", "late")
    ),
    f"liver_metastases(none). {test_program.KNOWN}",
    # All that is eligible has a partner.
    f"received(1, folfoxiri). stopped(1, progression). {WILD_TYPE} liver_metastases(resectable).",
)
EARLY = "liver_metastases(unresectable). disease_extent(liver_only). "
EARLY += "multifocal_liver_disease(early). ras(wild_type)."
APART = 'exclusion("Apart", "x"). bars_pair("Apart", "Apart"). '
APART += 'never_together("Apart", oxaliplatin, by("12")). '
BOTH = 'offers("1", two, with(folfox, bevacizumab, cetuximab)). '
TESTS_OF_MMR = ("mmr(deficient)", "mmr(proficient)", "msi(high)", "msi(stable)")
PAIR = 'offers("1", two, with(folfox, bevacizumab, ipilimumab)).'
TOXIC = "received(1, (folfox; bevacizumab)). stopped(1, toxicity). toxic(1, bevacizumab)."
NEW = 'statement("N", any, benefit). text("N", "n"). offers("N", b, folfox). '
OF_FIRST = 'spares("X3", "N", 1).'
SPARED = 'statement("N", any, benefit). text("N", "n"). offers("N", b, with(folfox, cetuximab)). '
SPARED += 'spares("X2", "N").'
OF_LINE = 'statement("Z", {}, benefit). text("Z", "z"). offers("Z", a, sox). bars("Z", k, {}). '
BARS = 'exclusion("Z", "z"). '
LOWERING = 'statement("Y", any, benefit). text("Y", "y"). offers("Y", b, folfox). '
LOWERING += 'needs("Y", b, mmr, deficient). '
# Patients who are hardly met by chance, each with what an overlay says.
LINES = "received(1, {}). stopped(1, {}). received(2, {}). stopped(2, {}). "
TIED = 'statement("B", any, benefit). text("B", "b"). offers("B", b, tace). '
TIED += 'only_beside("B", tace, folfox). '
BY_AGE = TIED.replace("tace", "cryo") + 'locoregional(cryo). needs("B", b, age, at_most(60)). '
BY_AGE += 'statement("D", any, considered). text("D", "d"). offers("D", d, cryo). '
BY_AGE += 'needs("D", d, age, at_least(61)).'
LATER_LINE = ("irinotecan", "completed")
MADE_UP = "made_up(folfox, (fluorouracil; oxaliplatin))."
AGAIN = "received(3, capecitabine). stopped(3, completed). ras(mutant)."
EDGES = (
    # Which interpretations an answer relies on.
    (
        "received(1, (folfoxiri; bevacizumab)). stopped(1, completed).",
        NEW + 'needs("N", b, earlier(bevacizumab), yes). needs("N", b, earlier(oxaliplatin), yes).',
    ),
    *(
        (LINES.format(one, "completed", other, "completed") + AGAIN, withdrawn)
        for one, other in (("pembrolizumab", "folfox"), ("folfox", "pembrolizumab"))
        for withdrawn in ("", 'withdrawn("I21").')
    ),
    *(
        (LINES.format(drugs, "completed", "capecitabine", "completed"), withdrawn)
        for drugs in ("(fluorouracil; oxaliplatin)", "folfox")
        for withdrawn in ("", 'withdrawn("I22").', f'withdrawn("I22"). {MADE_UP}')
    ),
    (LINES.format("(fluorouracil; irinotecan)", "completed", "capox", "completed"), ""),
    (LINES.format("(fluorouracil; oxaliplatin; capox)", "completed", *LATER_LINE), ""),
    (
        "multifocal_liver_disease(late). disease_extent(liver_dominant).",
        'withdrawn("I18"). needs("13", late, disease_extent, liver_dominant).',
    ),
    (LINES.format("folfiri", "completed", "folfox", "progression") + "ras(wild_type).", ""),
    (  # out of scope, no other notice is given
        "liver_metastases(none). mmr(deficient). msi(stable). ecog(4). "
        + LINES.format("folfox", "toxicity", "capecitabine", "completed"),
        "",
    ),
    ("liver_metastases(none). received(1, capecitabine).", ""),
    (
        "kras(mutant).",
        BARS + 'lowers("Z", k, folfox, considered). needs("Z", k, ras, mutant).',
    ),
    ("contraindicated(bevacizumab).", 'withdrawn("X4").'),
    ("mmr(proficient).", NEW + OF_LINE.format("beyond_first", "folfox")),
    (
        "side(right). ras(wild_type).",
        'withdrawn("2"). exclusion("A", "a"). bars("A", k, by("1.1")). exclusion(("P"; "Q"), "p"). '
        'bars(("P"; "Q"), k, by("1")).',
    ),
    (f"{test_program.NOTHING} {test_program.KNOWN}", ""),
    (
        "received(1, (capecitabine; bevacizumab)). stopped(1, progression). "
        f"{test_program.NOTHING} {test_program.KNOWN}",
        NEW.replace("any", "first") + 'needs("N", b, earlier(anti_vegf), no).',
    ),
    (
        "received(1, capecitabine). stopped(1, completed). "
        f"{test_program.NOTHING} {test_program.KNOWN}",
        NEW.replace("any", "beyond_first") + 'needs("N", b, failed(capecitabine), yes).',
    ),
    ("", BARS + 'lowers("Z", k, folfox, considered). rests_on("Z", "I5").'),
    (
        LINES.format("folfiri", "progression", "folfox", "completed") + "ras(wild_type).",
        'offers("6.3", more, capecitabine).',
    ),
    ("ras(wild_type).", 'rests_on(("X2", "2"), "I15"). withdrawn("I15").'),
    ("received(1, cetuximab).", 'withdrawn("I21"). no_chemotherapy(anti_egfr).'),
    *(
        (f"{EARLY} {late} mmr(deficient).", f'withdrawn("{it}").')
        for late in ("", "received(1, folfox). stopped(1, completed).")
        for it in ("I3", "I5", "I8", "I18")
    ),
    ("multifocal_liver_disease(late). disease_extent(liver_only).", 'withdrawn("I18").'),
    *(
        (LINES.format(it, "progression", "capecitabine", how) + "ras(wild_type).", "")
        for it in ("folfiri", "folfox", "folfoxiri")
        for how in ("progression", "toxicity", "completed")
    ),
    ("age(50). tumor_burden(high). braf(mutant). kras(wild_type). nras(wild_type).", ""),
    (TOXIC, 'withdrawn("I7").'),
    *(
        (
            "ras(mutant). received(1, (folfox; cetuximab)). stopped(1, progression). "
            "mmr(proficient).",
            it,
        )
        for it in (SPARED, SPARED + ' needs("N", b, mmr, deficient).')
    ),
    *(
        (facts, OF_LINE.format(line, "folfox") + more)
        for facts in ("mmr(proficient).", "received(1, capiri). mmr(proficient).")
        for line in ("first", "beyond_first")
        for more in ("", 'needs("Z", k, mmr, deficient).', 'needs("Z", k, mmr, proficient).')
    ),
    *(
        (f"age({age}).", BARS + 'bars("Z", k, folfox). needs("Z", k, age, at_most(70)).')
        for age in (60, 80)
    ),
    (
        "side(left). braf(wild_type).",
        BARS + 'bars("Z", a, folfox). needs("Z", a, side, left). needs("Z", a, braf, mutant). '
        'bars("Z", b, sox). needs("Z", b, side, right).',
    ),
    *((TOXIC, NEW + rule) for rule in ("", 'withdrawn("X3").', 'withdrawn("I5").', OF_FIRST)),
    (f"{TOXIC} received(2, capecitabine). stopped(2, progression).", ""),
    ("received(1, folfox). stopped(1, toxicity). toxic(1, oxaliplatin).", 'withdrawn("I5").'),
    *(
        (f"mmr({mmr}). ecog(1).", LOWERING + BARS + 'lowers("Z", k, by("Y"), considered).' + more)
        for mmr in ("proficient", "deficient")
        for more in ("", 'needs("Z", k, ecog, at_least(1)).', 'offers("Z", k, sox).')
    ),
    (
        "mmr(proficient).",
        LOWERING + 'statement("Z", first, benefit). text("Z", "z"). offers("Z", k, capox). '
        'lowers("Z", k, by("Y"), considered).',
    ),
    *((f"primary_site({site}).", 'withdrawn("I1").') for site in ("cecum", "rectum")),
    *((f"kras({it}). nras(wild_type).", 'withdrawn("I2").') for it in ("mutant", "wild_type")),
    *((f"received(1, folfox). {test}.", 'withdrawn("I3").') for test in TESTS_OF_MMR),
    ("liver_metastases(unresectable). disease_extent(liver_only).", 'withdrawn("I9").'),
    (
        "liver_metastases(unresectable). disease_extent(liver_only). "
        "multifocal_liver_disease(early).",
        'withdrawn("I19").',
    ),
    ("side(left). ras(wild_type).", 'withdrawn(("I13"; "I14")).'),
    ("age(60). side(left). ras(wild_type).", 'withdrawn("I14").'),
    (
        "received(1, folfiri). stopped(1, completed). received(2, capox). stopped(2, progression).",
        'withdrawn("I7").',
    ),
    *((EARLY, overlay) for overlay in (APART, f'{APART} withdrawn("Apart").')),
    *((EARLY, f"{BOTH} {more}") for more in ("", 'withdrawn("X1").', 'withdrawn("1.2").')),
    (EARLY, 'offers("12", too, fluorouracil_leucovorin).'),
    (EARLY, 'offers("12", too, radioembolization). only_beside("12", radioembolization, folfox).'),
    *(
        (EARLY.replace("early", "late"), TIED + more)
        for more in ("", 'offers("B", b, folfox). only_beside("B", folfox, tace).')
    ),
    (
        "contraindicated(fluoropyrimidine). multifocal_liver_disease(absent). ras(wild_type).",
        f'{NEW} regimen(own). offers("N", c, with(own, bevacizumab, cetuximab)).',
    ),
    *((f"{EARLY} {age}", BY_AGE) for age in ("", "age(50).", "age(70).")),
    (EARLY, ""),
    (EARLY, 'withdrawn("I9").'),
    (EARLY.replace("unresectable", "resectable"), 'withdrawn("I19").'),
    ("disease_extent(liver_only). multifocal_liver_disease(early).", 'withdrawn("5").'),
    (
        "ras(wild_type).",
        'bars("X2", weak, folfox). needs("X2", weak, ecog, at_least(1)). '
        'bars("X2", variant, folfiri). needs("X2", variant, kras_g12c, yes).',
    ),
    ("her2(positive).", "beyond_scope(her2, positive)."),
    (EARLY.replace("early", "late"), 'withdrawn("I9").'),
    ("received(1, folfiri).", 'withdrawn("I14").'),
    (
        f"{EARLY} country(japan).".replace("unresectable", "resectable"),
        'beside_too("5", "12", "I8"). withdrawn("I8").',
    ),
    *(
        (
            "side(left). ras(wild_type).",
            f'notice("n", "x") :- grade(with(folfox, cetuximab), {it}).',
        )
        for it in ("benefit", "recommended")
    ),
    (
        "received(1, (folfox; cetuximab)). stopped(1, toxicity). toxic(1, anti_egfr).",
        'bars("X2", late, folfiri). needs("X2", late, failed(panitumumab), yes).',
    ),
    ("", 'lowers("X2", all, folfox, considered). spares("X2", "1").'),
    (
        "disease_extent(liver_only). multifocal_liver_disease(late).",
        'offers("13", too, (hai; fluorouracil_leucovorin)). '
        'only_beside("13", fluorouracil_leucovorin, tace).',
    ),
    *(
        (f"received(1, (folfox; {partners})). received(2, irinotecan).", PAIR)
        for partners in ("bevacizumab; ipilimumab", "bevacizumab; ipilimumab; aflibercept")
    ),
)
NEW = 'statement("N", any, considered). text("N", "x"). '
PREFERRED = f'{NEW} lowers("N", b, (folfox; folfiri), considered).'
WARNS = 'exclusion("N", "x"). '
OFFER = f'{WARNS} bars("N", k, by("1", any, folfox)).'
LATE_ANTI_EGFR = "received(1, (folfox; cetuximab)). ras(wild_type)."
FRAIL = f'{WARNS} bars("N", k, folfiri). needs("N", k, ecog, 0).'
LATER = 'bars("N", k2, by("1", any, folfox)).'
COMPLETED = "stopped(1, completed). received(2, irinotecan)."
THREE = "(folfox; bevacizumab; ipilimumab; aflibercept)"
# Patients with an overlay, a therapy, and the grade or status that it has by what the predicates of
# overlays mean.
TOLD = (
    (
        "",
        f'{NEW} offers("N", b, tace). bars("N", b, folfox). withdrawn("N").',
        "folfox",
        "eligible",
    ),
    ("", f'{NEW} reuses("N", b). bars("N", b, folfox). withdrawn("N").', "folfox", "eligible"),
    ("", f'{NEW} offers("N", b, folfox). bars("N", b, folfox).', "folfox", "considered"),
    ("", f'{WARNS} lowers("N", k, folfox, considered).', "folfox", "considered"),
    ("", f'{WARNS} lowers("N", k, folfox, benefit).', "folfox", "recommended"),
    ("", f'{PREFERRED} offers("N", b, sox).', "folfox", "considered"),
    ("contraindicated(s1).", f'{PREFERRED} offers("N", b, sox).', "folfox", "recommended"),
    ("", f'{PREFERRED} offers("N", b, folfox). regraded("N", b, benefit).', "folfox", "benefit"),
    *(
        (f"received(1, capox). stopped(1, {reason}).", f'{PREFERRED} reuses("N", b).', *said)
        for reason, said in (
            ("completed", ("folfiri", "considered")),
            ("progression", ("folfiri", "recommended")),
        )
    ),
    ("", f'{WARNS} lowers("N", k, folfox, considered). withdrawn("N").', "folfox", "recommended"),
    ("", OFFER, "folfox", "excluded"),
    ("", OFFER, "folfiri", "eligible"),
    ("", f'{OFFER} needs("N", k, ecog, 0).', "folfox", "undetermined"),
    *(
        ("", f'{OFFER} needs("N", k, {name}, {it}). {more}', "folfox", "undetermined")
        for name, it, following in (("age", 50, 51), ("ecog", 1, 2))
        for more in ("", f'{LATER} needs("N", k2, {name}, at_least({following})).')
    ),
    *(
        (f"ecog({ecog}).", f'{OFFER} needs("N", k, ecog, 2).', "folfox", said)
        for ecog, said in ((1, "eligible"), (2, "excluded"), (3, "eligible"))
    ),
    ("mmr(deficient).", f'{OFFER} needs("N", k, msi, high).', "folfox", "undetermined"),
    ("kras(wild_type).", f'{OFFER} needs("N", k, kras_g12c, yes).', "folfox", "eligible"),
    ("kras(mutant).", f'{OFFER} needs("N", k, kras_g12c, yes).', "folfox", "undetermined"),
    ("received(1, folfox). mmr(proficient). msi(high).", "", "nivolumab", "eligible"),
    ("ras(mutant).", 'withdrawn("X2").', "folfox+cetuximab", "recommended"),
    *(
        (f"received(1, folfiri). ras({ras}).", 'withdrawn("I12").', therapy, "excluded")
        for ras in ("mutant", "wild_type")
        for therapy in ("folfox", "folfox+bevacizumab", "folfox+cetuximab")
    ),
    *(
        (f"received(1, {line}). {COMPLETED}", "", *said)
        for line, *said in (
            ("(fluorouracil; oxaliplatin; bevacizumab)", "folfox+bevacizumab", "considered"),
            ("(fluorouracil; oxaliplatin; leucovorin)", "folfox", "considered"),
        )
    ),
    (
        "received(1, folfoxiri). stopped(1, completed). received(2, capecitabine).",
        'withdrawn(("I17"; "I20")).',
        *("folfiri", "excluded"),
    ),
    (
        f"{REFRACTORY} {FIT} toxic(2, irinotecan).",
        "",
        "regorafenib",
        "eligible",
    ),
    (
        f"{REFRACTORY} {FIT} toxic(2, leucovorin).",
        "",
        "regorafenib",
        "excluded",
    ),
    (
        "received(1, folfoxiri). stopped(1, progression). received(2, (folfiri; cetuximab)). "
        f"ras(wild_type). stopped(2, toxicity). toxic(2, cetuximab). received(3, folfiri). {FIT}",
        *("", "regorafenib", "eligible"),
    ),
    *(
        (
            f"received(1, capox). {COMPLETED} received(3, tace). stopped(3, other).",
            f'{WARNS} bars("N", k, by("7.1", switch, folfox)). needs("N", k, lines_before, {it}).',
            *("folfox", status),
        )
        for it, status in (("2", "excluded"), ("1", "eligible"), ("at_least(3)", "eligible"))
    ),
    (
        "ecog(4).",
        f'{OFFER} needs("N", k, organ_function, adequate). '
        "implies(organ_function, adequate, ecog, 2).",
        *("folfox", "eligible"),
    ),
    (
        "cea(high).",
        "value(cea, (low; high)). given(cea, V, cea(V)) :- cea(V). #defined cea/1. "
        f'implies(ecog, 0, cea, low). {OFFER} needs("N", k, ecog, 0).',
        *("folfox", "eligible"),
    ),
    ("", f'{OFFER} needs("N", k, lines_before, 0).', "folfox", "excluded"),
    (
        "organ_function(inadequate).",
        f'{OFFER} needs("N", k, ecog, 0). implies(ecog, 0, organ_function, adequate).',
        *("folfox", "eligible"),
    ),
    (
        "received(1, folfiri). received(2, folfox). stopped(2, progression).",
        'withdrawn("X3").',
        *("folfox", "considered"),
    ),
    ("contraindicated(oxaliplatin).", 'withdrawn("X4").', "folfox", "eligible"),
    ("contraindicated(oxaliplatin).", 'spares("X4", "1").', "folfox", "eligible"),
    ("contraindicated(oxaliplatin).", 'spares("X4", "2").', "folfox", "excluded"),
    *(
        (f"age({age}).", f'{WARNS} bars("N", k, hai). needs("N", k, age, at_least(50)).', *said)
        for age, said in ((49, ("hai", "undetermined")), (50, ("hai", "excluded")))
    ),
    ("received(1, folfox). received(2, capecitabine).", 'withdrawn("11").', "folfox", "excluded"),
    (
        "received(1, (folfox; bevacizumab)). stopped(1, completed). received(2, capecitabine).",
        "regimen(bevacizumab).",
        *("folfox+bevacizumab", "eligible"),
    ),
    (
        "received(1, (bevacizumab; other_systemic)). stopped(1, completed). "
        "received(2, irinotecan).",
        "regimen(bevacizumab).",
        *("bevacizumab", "eligible"),
    ),
    *(
        (f"received(1, {line}). {COMPLETED}", PAIR, "folfox+bevacizumab+ipilimumab", it)
        for line, it in (
            ("(folfox; ipilimumab)", "excluded"),
            ("(folfox; bevacizumab; ipilimumab)", "eligible"),
            (THREE, "excluded"),
        )
    ),
    (
        f"received(1, {THREE}). stopped(1, completed). received(2, capecitabine).",
        "partner(none).",
        *("folfox+bevacizumab", "excluded"),
    ),
    (
        "liver_metastases(unresectable). disease_extent(disseminated).",
        f'{NEW} locoregional(cryo). offers("N", b, fluorouracil_leucovorin). '
        'only_beside("N", fluorouracil_leucovorin, cryo).',
        *("fluorouracil_leucovorin", "eligible"),
    ),
    (
        f"{EARLY} contraindicated(oxaliplatin).",
        'offers("12", too, tace). only_beside("12", tace, (folfox; folfiri)).',
        *("tace", "eligible"),
    ),
    (
        "received(1, folfox). received(2, (folfiri; cetuximab)). stopped(2, progression). "
        "ras(wild_type).",
        *("", "folfiri+panitumumab", "excluded"),
    ),
)
SECONDS, MEMORY = 60, 2**31  # that it has for all answers
# Interpretations that the reading can do without.
WITHDRAWN = ("I5", "I7", "I8", "I10", "I11", "I15", "I16", "I17", "I18", "I19", "I20", "I21", "I22")
MOST = 2147483647  # the highest whole number
OPPOSITE = {
    ast.ComparisonOperator.LessThan: ast.ComparisonOperator.LessEqual,
    ast.ComparisonOperator.LessEqual: ast.ComparisonOperator.LessThan,
    ast.ComparisonOperator.GreaterThan: ast.ComparisonOperator.GreaterEqual,
    ast.ComparisonOperator.GreaterEqual: ast.ComparisonOperator.GreaterThan,
    ast.ComparisonOperator.Equal: ast.ComparisonOperator.NotEqual,
    ast.ComparisonOperator.NotEqual: ast.ComparisonOperator.Equal,
}
WORDS = (
    "because_of(",
    *("text(", "label(", "phrase(", "heading(", "interpretation(", "exclusion(", "reference("),
    *("review(", "lets_pass(", "rests_on(", "derives_with(", "place(", "threshold("),
)


class Mutant(NamedTuple):
    """A file of the program, changed in one place.

    Attributes:
        file: its name.
        line: where the change is.
        change: the statement as it is, and as it was.
        text: the whole file.
    """

    file: str
    line: int
    change: str
    text: str

    @property
    def name(self) -> str:
        """What it is listed by: not by its line, which moves."""
        return f"{self.file}: {self.change}"


def mutants(name: str) -> Iterator[Mutant]:
    """Yield every mutant of a file, but for those of words and of what interpretations rest on."""
    statements: list[AST] = []
    ast.parse_files([str(LP / name)], statements.append)
    kept = [str(it) for it in statements]
    for place, statement in enumerate(statements):
        if str(statement).startswith(WORDS):
            continue
        for change in dict.fromkeys(_changes(statement)):
            if change != kept[place]:
                text = "\n".join([*kept[:place], change, *kept[place + 1 :]])
                said = f"{change or 'deleted'}  <-  {kept[place]}"
                yield Mutant(name, statement.location.begin.line, said, text)


def _changes(statement: AST) -> Iterator[str]:
    if statement.ast_type == ASTType.Definition:
        yield from _numbers(statement)
    if statement.ast_type != ASTType.Rule:
        return
    yield ""
    body = list(statement.body)
    for place, literal in enumerate(body):
        rest = [*body[:place], *body[place + 1 :]]
        yield str(statement.update(body=rest))
        if literal.ast_type == ASTType.Literal:
            for other in _literals(literal):
                yield str(statement.update(body=[*body[:place], other, *body[place + 1 :]]))
    yield from _numbers(statement)
    yield from _pools(statement)


def _literals(literal: AST) -> Iterator[AST]:
    if literal.atom.ast_type == ASTType.Comparison:
        guard = literal.atom.guards[0]
        if guard.comparison in OPPOSITE:
            other = guard.update(comparison=OPPOSITE[guard.comparison])
            yield literal.update(atom=literal.atom.update(guards=[other]))
    else:
        flipped = {ast.Sign.NoSign: ast.Sign.Negation, ast.Sign.Negation: ast.Sign.NoSign}
        yield literal.update(sign=flipped.get(literal.sign, ast.Sign.NoSign))


def _numbers(statement: AST) -> Iterator[str]:
    """Yield a statement with one of its numbers changed by one, up and down."""
    for change in (_one_more, _one_less):
        for place in range(_count(statement, _is_number)):
            yield str(_Nth(_is_number, place, change).visit(statement))


def _pools(statement: AST) -> Iterator[str]:
    """Yield a statement without the last member of one of its pools."""
    for place in range(_count(statement, _is_pool)):
        shorter = _Nth(_is_pool, place, lambda it: it.update(arguments=list(it.arguments)[:-1]))
        yield str(shorter.visit(statement))


def _is_number(node: AST) -> bool:
    return node.ast_type == ASTType.SymbolicTerm and str(node).lstrip("-").isdigit()


def _is_pool(node: AST) -> bool:
    return node.ast_type == ASTType.Pool and len(node.arguments) > 1


def _one_more(node: AST) -> AST:
    return node.update(symbol=Number(min(node.symbol.number, MOST - 1) + 1))


def _one_less(node: AST) -> AST:
    return node.update(symbol=Number(node.symbol.number - 1))


class _Nth(ast.Transformer):
    """Changes the n-th node of a kind."""

    def __init__(
        self,
        wanted: Callable[[AST], bool],
        place: int = -1,
        change: Callable[[AST], AST] = lambda node: node,
    ) -> None:
        self.wanted, self.place, self.change, self.seen = wanted, place, change, 0

    def visit(self, ast: AST, *args: Any, **kwargs: Any) -> AST:
        """Visit a node, and change it if it is the one."""
        if self.wanted(ast):
            self.seen += 1
            if self.seen - 1 == self.place:
                return self.change(ast)
        return ast.update(**self.visit_children(ast))


def _count(statement: AST, wanted: Callable[[AST], bool]) -> int:
    counting = _Nth(wanted)
    counting.visit(statement)
    return counting.seen


# ---- the judge ------------------------------------------------------------------------------


class Question(NamedTuple):
    """What a mutant is asked.

    Attributes:
        overlay: the rules of an overlay that it is asked under, "" for none.
        answer: takes the overlay's path and returns the whole answer; raises if that is not
            what a second definition says.
    """

    overlay: str
    answer: Callable[[Path], str]


@cache
def questions() -> tuple[Question, ...]:
    """All questions, first those that the most mutants fail."""
    rng = random.Random(77)
    patients = [reading.random_patient(rng) for _ in range(POOL)]
    read = [(patient, reading.read(patient)) for patient in patients]
    plain = telling([(it, "", _told(said)) for it, said in read])
    without_some = telling(
        (it, name, {(name, *told[1:]) for told in _told(without) - _told(said)})
        for name in WITHDRAWN
        for it, said in read
        for without in [reading.read(it, frozenset({name}))]
    )
    second = frozenset({"irinotecan"})
    beside = frozenset({"folfox", "capecitabine", "irinotecan"})
    by_hand = [(reading.Patient({}, {1: beside, 2: second}), "")]
    by_name = [reading.Patient({}, {1: drugs, 2: second}) for drugs in reading.MADE_UP]
    by_hand += [(patient, withdrawn) for patient in by_name for withdrawn in ("", "I22")]
    by_hand += [(reading.Patient({}, {1: second}), "I17")]
    genes = ({"nras": "wild_type"}, {"ras": "wild_type"}, {"ras": "mutant", "nras": "wild_type"})
    by_hand += [(reading.Patient({"side": "left", **found}), "I15") for found in genes]
    return (
        *(_of_patient(*one) for one in (*plain, *without_some, *by_hand)),
        *(Question("", partial(_by_clingo, facts)) for facts in FULLY_KNOWN),
        *(Question("", partial(_decides, it)) for it in test_program.deciding_patients()),
        *(
            Question(f'withdrawn("{name}").', partial(_has, facts, therapy, lacking))
            for name, facts, therapy, _, lacking in test_table.INTERPRETATIONS
        ),
        *(
            Question(overlay, partial(_has, facts, therapy, it))
            for facts, overlay, therapy, it in TOLD
        ),
        *of_overlays(),
        *(Question(overlay, partial(_tells, facts)) for facts, overlay in EDGES),
        Question(FRAIL, partial(_misses, LATE_ANTI_EGFR)),
        *of_reasons(),
    )


def _of_patient(patient: reading.Patient, withdrawn: str) -> Question:
    said = reading.read(patient, frozenset({withdrawn} if withdrawn else ()))
    overlay = f'withdrawn("{withdrawn}").' if withdrawn else ""
    return Question(overlay, partial(_agrees, patient, said))


def telling(
    read: Iterable[tuple[reading.Patient, str, set[tuple[str, ...]]]],
) -> Iterator[tuple[reading.Patient, str]]:
    """Yield patients of whom, together, the most is said that is said of any of them."""
    left = [it for it in read if it[2]]
    for _ in range(PATIENTS):
        patient, name, news = max(left, key=lambda it: len(it[2]))
        left = [(*it[:2], it[2] - news) for it in left]
        yield patient, name


def _told(said: reading.Reading) -> set[tuple[str, ...]]:
    """What is said of a patient, each with its kind before it."""
    kinds: dict[str, Mapping[str, object]]
    kinds = {"status": said.status, "statements": said.statements, "grade": said.grade}
    told = {(n, name, str(what)) for n, kind in kinds.items() for name, what in kind.items()}
    told |= {("missing", name, it) for name, what in said.missing.items() for it in what}
    return told | {("set", *sorted(it)) for it in said.sets} | {("note", it) for it in said.notices}


def _agrees(patient: reading.Patient, said: reading.Reading, overlay: Path) -> str:
    advice = _advice(patient.facts(), overlay)
    different = disagreements(advice, said).keys()
    assert different <= ({"missing"} if overlay.name else set())  # without I15, KRAS hangs on RAS
    return _whole(advice)


def _advice(facts: str, overlay: Path) -> Advice:
    overlays = [overlay] if overlay.name else []
    known = parse_facts(facts, overlays=overlays)
    return recommend(known, overlays=overlays, tests=False)


def _whole(advice: Advice) -> str:
    return repr(advice._replace(provenance=None, cells=tuple(sorted(advice.cells))))


def _tells(facts: str, overlay: Path) -> str:
    return _whole(_advice(facts, overlay))


def _misses(facts: str, overlay: Path) -> str:
    found = missing(parse_facts(facts), overlays=[overlay])
    assert {it.finding for it in found.findings} >= {"ecog", "stopped(1)"}
    return repr(replace(found, provenance=None))


def _has(facts: str, therapy: str, expected: str, overlay: Path) -> str:
    advice = _advice(facts, overlay)
    assert expected in (advice.therapies[therapy].grade, advice.therapies[therapy].status)
    return _whole(advice)


def _by_clingo(facts: str, _: Path) -> str:
    test_program.check(facts)
    return ""


def _decides(facts: str, _: Path) -> str:
    test_program.check_deciding(facts)
    return ""


def of_overlays() -> Iterator[Question]:
    """Yield random overlays, each with random patients, against their own reading."""
    rng = random.Random(78)
    for _ in range(OVERLAYS):
        overlay = random_overlays.random_overlay(rng)
        for ignorance in (0.0, 0.3):
            given = random_overlays.random_patient(rng, ignorance)
            with suppress(overlay_reading.TooMany):
                overlay_reading.read(overlay_reading.Reader(given.patient, overlay, given.extra))
                ask = partial(_agrees_under, overlay, given, not ignorance)
                yield Question(random_overlays.rules(overlay), ask)


def _agrees_under(
    overlay: overlay_reading.Overlay, given: random_overlays.Given, known: bool, path: Path
) -> str:
    one = test_overlay_language.Asked(overlay, given, path)
    test_overlay_language.check(one)
    test_overlay_language.check_reasons(one)
    if known:
        test_overlay_language.check_reasons_of_the_known(one)
    return _whole(one.advice)


def of_reasons() -> Iterator[Question]:
    """Yield random patients whose reasons must suffice."""
    rng = random.Random(79)
    for _ in range(REASONS):
        patient = reading.random_patient(rng, 0.3)
        yield Question("", partial(_suffices, patient))


def _suffices(patient: reading.Patient, _: Path) -> str:
    test_reasons.check(patient)
    return ""


@contextmanager
def loaded(changed: Mapping[str, str]) -> Iterator[Path]:
    """Make the program with some files changed that of this process; yield its folder."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(LP, folder, dirs_exist_ok=True)
        for name, text in changed.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        for module in [*sys.modules.values()]:
            if hasattr(module, "program_directory"):
                vars(module)["program_directory"] = cache(lambda: folder)
        engines._engine.cache_clear()
        yield Path(folder)


def asked(mutant: Mutant | None) -> Iterator[str]:
    """Yield what a mutant, or the program as it is, answers to each question."""
    check = "checked"  # which is not what is judged: the overlays are sound
    setattr(flaws.OverlayCheck, check, lambda _: None)
    with loaded({mutant.file: mutant.text} if mutant else {}) as folder:
        paths = {"": Path()}  # an overlay that was asked under before is known by its path
        for question in questions():
            path = paths.setdefault(question.overlay, folder / "check" / f"{len(paths)}.lp")
            if question.overlay:
                path.write_text(question.overlay, encoding="utf-8")
            yield question.answer(path)


def as_it_is() -> list[str]:
    """Return what the program as it is answers, from a process of its own."""
    questions()  # here, so that no process makes them again
    with get_context("fork").Pool(1) as pool:
        return pool.apply(_as_it_is)


def _as_it_is() -> list[str]:
    return [*asked(None)]


GREEN, RED = 0, 1  # as pytest ends
FATES = ("SURVIVES", "tells", "killed")
SAME, DIFFERENT, KILLED = range(3)
Judged = TypeVar("Judged")


def by_questions(mutant: Mutant, known: list[str]) -> int:
    """Return what becomes of a mutant, by what the program as it is answers.

    A second definition kills it, or it answers something else of what none speaks of, or the same.
    """
    try:
        return SAME if [*asked(mutant)] == known else DIFFERENT
    except Exception:
        return KILLED


def noticed(mutant: Mutant, known: list[str]) -> int:
    """Return what becomes of a mutant by the first question that it answers otherwise, or fails."""
    try:
        same = all(said == before for said, before in zip(asked(mutant), known, strict=True))
    except Exception:
        return KILLED
    return SAME if same else DIFFERENT


def by_tests(mutant: Mutant) -> int:
    """Return what becomes of a mutant by the tests of what its folder is for."""
    resource.setrlimit(resource.RLIMIT_CPU, (20 * SECONDS, 20 * SECONDS))
    here = Path(__file__).parent
    tests = [str(here / name) for name in TESTS[mutant.file.rpartition("/")[0]]]
    changed = {mutant.file: mutant.text}
    alive = all(run_tests(changed, *tests, kind=it) == GREEN for it in ("not slow", "slow"))
    return SAME if alive else KILLED


def run_tests(changed: Mapping[str, str], *options: str, kind: str = "not slow") -> int:
    """Run tests of a kind on the program with some files changed; return how pytest ends."""
    plain = ("-x", "-pno:cacheprovider", "--assert=plain", f"-oaddopts=-m '{kind}'")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with loaded(changed), open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        return int(pytest.main([*plain, *options]))


def judge(
    chosen: Iterable[Judged], workers: int, fate: Callable[[Judged], int]
) -> Iterator[tuple[Judged, int]]:
    """Yield each mutant with its fate; each is judged in a process of its own.

    One that needs too much time or memory ends with its process, and counts as killed.
    """
    waiting, running = [*chosen][::-1], dict[int, Judged]()
    while waiting or running:
        if waiting and len(running) < workers:
            mutant = waiting.pop()
            process = os.fork()
            if not process:
                resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, 20 * SECONDS))
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
                os._exit(fate(mutant))
            running[process] = mutant
        else:
            process, status = os.wait()
            yield running.pop(process), os.WEXITSTATUS(status) if os.WIFEXITED(status) else KILLED


def equivalent() -> set[str]:
    """The mutants that are listed as equivalent, each with its reason after a sharp sign."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []
    return {line.partition("  # ")[0].strip() for line in lines if line and line[0] != "#"}


def sample(names: Iterable[str], number: int) -> list[Mutant]:
    """Return a sample of the mutants of some files that stays what it is when others come or go."""
    every = [mutant for name in names for mutant in mutants(name)]
    return sorted(every, key=lambda mutant: crc32(mutant.name.encode()))[:number]


def main() -> int:
    """Make mutants, judge them, and print the score of each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    files = sorted(path.relative_to(LP).as_posix() for path in LP.rglob("*.lp"))
    parser.add_argument("files", nargs="*", default=files, metavar="FILE")
    parser.add_argument("--sample", type=int, help="take so many of them, always the same")
    parser.add_argument("--tests", action="store_true", help="let tests judge all of them")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    every = [mutant for name in options.files for mutant in mutants(name)]
    chosen = sample(options.files, options.sample) if options.sample else every
    asking = [] if options.tests else [mutant for mutant in chosen if mutant.file in ASKED]
    ask = partial(by_questions, known=as_it_is() if asking else [])
    listed = equivalent()

    def fate(mutant: Mutant) -> int:
        return ask(mutant) if mutant in asking else by_tests(mutant)

    score: dict[str, Counter[str]] = {}
    for mutant, end in judge(chosen, options.workers, fate):
        said = "equivalent" if end != KILLED and mutant.name in listed else FATES[end]
        score.setdefault(mutant.file, Counter())[said] += 1
        if said not in ("killed", "equivalent"):
            print(f"{said} {mutant.file}:{mutant.line}: {mutant.change}", flush=True)
    for name, counts in sorted(score.items()):
        print(f"{name}: {', '.join(f'{n} {said}' for said, n in sorted(counts.items()))}")
    return int(any(counts["SURVIVES"] for counts in score.values()))


if __name__ == "__main__":
    sys.exit(main())
