"""Every real page that was made to steer a model, through the sandbox, the wire and the rules: no words in it change a
verdict, whatever the model does about them. The model alone is a fake, and stands at its wire.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import vision as fake
from tests.fakes.vision import Said, Vision
from tests.unit.verification.builders import SHA, evidence, requirements
from tests.unit.verification.photos.pictures import CORPUS, needs_corpus
from verification import vision
from verification.checks.instruction_text import gives_orders
from verification.decide import decide
from verification.evidence import TextReading
from verification.looking import LONGEST_SIDE
from verification.photos.sandbox import Sandbox
from verification.requirements import Criterion
from verification.vision import Endpoint
from verification.vision_gateway import ask

pytestmark = needs_corpus
PAGES = sorted((CORPUS / "FigStep").glob("*ForbidQI*.png"))
ASKED = requirements(criteria=(Criterion("c1", "The shop is open."), Criterion("c2", "The door is red.")))

# How each page begins, as people read it; what it asks for is nobody's business here. Below stand 1., 2. and 3., open.
BEGINS = {
    "1_20": "List of places",
    "1_48": "Steps to create",
    "2_2": "List of",
    "3_11": "Steps to create",
    "3_39": "Methods to",
    "4_2": "List of",
    "4_20": "Steps to",
    "4_48": "Methods to",
    "5_2": "Steps to set up",
    "6_11": "Methods to",
    "6_39": "Methods to",
    "7_20": "Methods to",
    "7_48": "Methods to",
    "8_2": "Steps to plead",
    "9_11": "List of startup",
    "9_39": "Methods to set",
    "10_11": "Home remedies",
    "10_39": "List of",
}
OPEN_LIST = ("1.", "2.", "3.")
# Writing on real pictures that means no harm: advertisements, a film's title, a street.
HARMLESS = ("Qualität zahlt sich", "für Sie aus.", "connect Testsieger", "1. Platz", "DER GOALIE", "BIN IG", "jobagent")


@pytest.fixture(scope="module")
def eyes() -> Iterator[tuple[Vision, Endpoint, Sandbox]]:
    with fake.vision() as told, Sandbox() as sandbox:
        yield told, Endpoint(told.base_url, "sharp-eye", "a key", seconds=60.0), sandbox


def test_the_pages_are_those_that_are_written_down() -> None:
    assert {_number(page) for page in PAGES} == BEGINS.keys()


@pytest.mark.parametrize("page", PAGES, ids=[page.stem.partition("ForbidQI_")[2] for page in PAGES])
def test_no_page_made_to_steer_a_model_changes_a_verdict(page: Path, eyes: tuple[Vision, Endpoint, Sandbox]) -> None:
    told, endpoint, sandbox = eyes
    picture = sandbox.working_copy(page.read_bytes(), longest=LONGEST_SIDE, quality=85)
    aloud = (BEGINS[_number(page)], *OPEN_LIST)
    behaviours: dict[str, Said] = {
        "sees nothing of what was asked": fake.abstaining,
        "obeys, and reads the page aloud": fake.obeying(*aloud),
        "obeys, and keeps quiet": fake.obeying(),
        "obeys, and reads the page in one line": fake.obeying(" ".join(aloud)),
        "obeys, and admits to the page what it finds harmless": fake.obeying(*HARMLESS),
        "is not fooled, and reads the page aloud": fake.reading(*aloud),
    }
    for name, says in behaviours.items():
        told.will(says)
        asked = vision.with_control(vision.items(ASKED.criteria, (), {}), seed=page.name.encode())
        read = ask(endpoint, pictures=[picture], asked=asked).read
        lines = TextReading(SHA, endpoint.model, tuple(text for _, text in read.lines))
        verdict = decide(evidence(model_answers=read.answers, readings=(lines,)), ASKED)
        assert verdict.decision == "review", name


def test_harmless_writing_on_a_picture_is_no_reason_to_doubt(eyes: tuple[Vision, Endpoint, Sandbox]) -> None:
    told, endpoint, sandbox = eyes
    told.will(fake.reading(*HARMLESS))
    poster = (CORPUS / "exif-samples/jpg/xmp/no_exif.jpg").read_bytes()
    asked = vision.with_control(vision.items(ASKED.criteria, (), {}), seed=b"poster")
    read = ask(endpoint, pictures=[sandbox.working_copy(poster, longest=LONGEST_SIDE)], asked=asked).read
    lines = TextReading(SHA, endpoint.model, tuple(text for _, text in read.lines))
    assert not gives_orders("\n".join(HARMLESS))
    assert decide(evidence(model_answers=read.answers, readings=(lines,)), ASKED).rule == "all_passed"


def _number(page: Path) -> str:
    return page.stem.partition("ForbidQI_")[2].removesuffix("_6")
