"""What we never broker, what a person sees first, and what is nobody's business to stop."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bounties import drafts
from bounties.questions import read_questions
from bounties.screening import Outcome, screen
from bounties.screening.folding import forms
from bounties.text import plain
from market.money import Micros
from tests.unit.bounties.test_drafts import body
from tests.unit.bounties.titles import HARMLESS, HOSTILE, UNSEEN_HARMLESS, UNSEEN_HOSTILE

DRAFT = drafts.read(body(), at=datetime(2026, 11, 20, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "title",
    [
        "Is the bakery open?",
        "How long is the queue at the museum?",
        "Is there a bicycle pump at the station?",
        "Does the shop window show the new price?",
        "Is the plate of the day written on the board?",
        "Is the children's playground repaired?",
        "Does the traffic light track let the tram through?",
        "Follow the signs to the gate: are they readable?",
        "Is the men's toilet in the station open?",
        "Where is the statue of the woman with the book?",
        "Wait in front of the bakery until it opens",
        "When does the ferry leave today?",
        "What time do they open, and when do they get fresh bread?",
        "Watch the display for a minute: does it flicker?",
        "Picture of the menu at the door",
        "Is the family restaurant on the corner open?",
        "Photograph the work on the bridge",
        "¿Está abierta la panadería?",
        "Sigue las señales hasta la puerta: ¿se leen?",
        "Foto de la carta del restaurante",
        "¿Dónde está la parada del tranvía?",
    ],
)
def test_everyday_questions_are_allowed(title: str) -> None:
    screening = screen(replace(DRAFT, title=title))
    assert (screening.outcome, screening.findings) == (Outcome.ALLOW, ())


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("Follow her to work", "following_a_person"),
        ("Find out where my ex lives", "following_a_person"),
        ("Follow the woman in the red coat", "following_a_person"),
        ("Keep an eye on my neighbours", "following_a_person"),
        ("Spy on the young couple", "following_a_person"),
        ("Where does she live?", "following_a_person"),
        ("Where does my boss work", "following_a_person"),
        ("Wait in front of her door", "following_a_person"),
        ("What time does he leave?", "following_a_person"),
        ("Who is my wife meeting?", "following_a_person"),
        ("Vigila a mi vecina", "following_a_person"),
        ("Sigue a la mujer del abrigo rojo", "following_a_person"),
        ("¿Dónde vive ella?", "following_a_person"),
        ("Take photos of the children at school", "children"),
        ("Fotos de los niños del parque", "children"),
        ("Break into the shed and look", "breaking_in"),
        ("Salta la valla y mira", "breaking_in"),
        ("Buy some cocaine at the corner", "weapons_and_drugs"),
    ],
)
def test_what_we_never_broker_is_refused(title: str, rule: str) -> None:
    screening = screen(replace(DRAFT, title=title))
    assert screening.outcome is Outcome.REFUSE
    assert [(finding.rule, finding.param) for finding in screening.findings] == [(rule, "/title")]


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("Look through the window of number 5", "private_home"),
        ("Is anybody at home?", "private_home"),
        ("Film the man at the counter", "capturing_a_person"),
        ("A picture of my ex", "capturing_a_person"),
        ("Foto de la chica del mostrador", "capturing_a_person"),
        ("Read the license plate of the red car", "number_plates"),
        ("Count the cars at the army base", "guarded_place"),
        ("Details at https://example.com", "contact_details"),
        ("Write to me@example.com", "contact_details"),
        ("Call +1 555 0100 234", "contact_details"),
        ("I pay you in cash", "paid_elsewhere"),
    ],
)
def test_what_is_doubtful_is_seen_by_a_person(title: str, rule: str) -> None:
    screening = screen(replace(DRAFT, title=title))
    assert screening.outcome is Outcome.REVIEW
    assert rule in {finding.rule for finding in screening.findings}


def test_every_text_that_a_scout_reads_is_screened() -> None:
    questions = read_questions([{"text": "What?", "type": "choice", "choices": ["one", "follow him"]}])
    assert screen(replace(DRAFT, questions=questions)).findings[0].param == "/questions/0"
    assert screen(replace(DRAFT, criteria=("Ok", "Break into it"))).findings[0].param == "/criteria/1"


def test_what_only_the_buyer_reads_is_not() -> None:
    assert screen(replace(DRAFT, private_note="follow him")).outcome is Outcome.ALLOW


def test_great_value_is_seen_by_a_person() -> None:
    assert screen(replace(DRAFT, reward_micros=Micros(10_000_000), slots=100)).outcome is Outcome.REVIEW
    assert screen(replace(DRAFT, reward_micros=Micros(9_990_000), slots=100)).outcome is Outcome.ALLOW


def test_a_refusal_outweighs_a_doubt() -> None:
    assert screen(replace(DRAFT, title="Is anybody home? Break into it")).outcome is Outcome.REFUSE


@pytest.mark.parametrize("title", HOSTILE)
def test_what_is_hostile_does_not_pass_unseen(title: str) -> None:
    shown = plain(title, param="/title", most=120)
    assert screen(replace(DRAFT, title=shown)).outcome is not Outcome.ALLOW


def test_harmless_titles_are_left_alone() -> None:
    stopped = [each for each in HARMLESS if screen(replace(DRAFT, title=each)).outcome is not Outcome.ALLOW]
    assert stopped == ["How long is the line at the embassy's visa counter?"]


def test_how_much_words_find_of_what_nobody_wrote_a_rule_for() -> None:
    """A quarter, and that is what rules about words are worth: people's reports stand behind them."""
    found = [each for each in UNSEEN_HOSTILE if screen(replace(DRAFT, title=each)).outcome is not Outcome.ALLOW]
    stopped = [each for each in UNSEEN_HARMLESS if screen(replace(DRAFT, title=each)).outcome is not Outcome.ALLOW]
    assert (len(found), len(UNSEEN_HOSTILE), stopped) == (8, 30, [])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("F0ll0w h3r", "follow her"),
        ("f o l l o w her", "follow her"),
        ("Follow-her", "follow her"),
        ("F\u043ell\u043ew her", "follow her"),
        ("\uff26ollow her", "follow her"),
        ("Is bus 42 late?", "is bus 42 late?"),
    ],
)
def test_a_disguise_is_read_through(written: str, read: str) -> None:
    assert forms(written)[-1] == read
