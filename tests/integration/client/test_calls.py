"""Both clients against the real API."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import pytest
from django.utils import timezone
from sightline import AsyncSightline, NotAuthenticated, NotEnoughMoney, NotFound, Patience, Sightline, StillWaiting
from sightline.types import Offer

from bounties.models import Bounty
from market.accounts.audit import CONSOLE
from market.accounts.operations.keys import issue_key
from market.ids import encode
from tests.integration.bounties.story import REVIEW, Story
from tests.integration.client.transport import ThroughDjango

pytestmark = pytest.mark.django_db
BASE = "http://testserver"


def wish(**changes: Any) -> Offer:
    now = timezone.now()
    body: Any = {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open right now?"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": {"opens_at": now.isoformat(), "closes_at": (now + timedelta(hours=6)).isoformat()},
        "reward": "2.50",
    }
    made: Offer = body | changes
    return made


@pytest.fixture
def exchange() -> Iterator[Sightline]:
    with Sightline(BASE, transport=ThroughDjango(), patience=Patience(tries=1)) as client:
        yield client


@pytest.fixture
def story() -> Story:
    return Story(at=timezone.now())


def test_from_nothing_to_a_posted_bounty(exchange: Sightline) -> None:
    new = exchange.sign_up("Weather bot")
    assert exchange.key == new["key"]
    assert exchange.account()["id"] == new["agent"]["id"]
    assert exchange.quote(**wish())["total"] == "2.75"
    bounty = exchange.post(**wish())
    assert exchange.bounty(bounty["id"]) == bounty
    assert exchange.balance()["held"] == "2.75"
    assert exchange.cancel(bounty["id"])["status"] == "cancelled"
    assert [event["type"] for event in exchange.events_so_far()] == [
        "bounty.opened",
        "bounty.closing",
        "bounty.cancelled",
    ]


def test_the_same_key_again_is_the_same_bounty(exchange: Sightline) -> None:
    exchange.sign_up("Weather bot")
    body = wish()
    assert exchange.post(idempotency_key="k", **body) == exchange.post(idempotency_key="k", **body)
    assert Bounty.objects.count() == 1


class LosesTheFirstAnswer(httpx2.BaseTransport):
    """The request arrives and is carried out; its answer does not come back."""

    def __init__(self) -> None:
        self._inner = ThroughDjango()
        self.lost = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self._inner.handle_request(request)
        if request.url.path == "/v1/bounties" and not self.lost:
            self.lost += 1
            raise httpx2.ReadError("the line went dead")
        return answer


def test_an_answer_that_is_lost_makes_no_second_bounty() -> None:
    transport = LosesTheFirstAnswer()
    with Sightline(BASE, transport=transport, patience=Patience(tries=2, first_pause=0.0)) as exchange:
        exchange.sign_up("Weather bot")
        bounty = exchange.post(**wish())
    assert transport.lost == 1
    assert [encode("bnt", row.id) for row in Bounty.objects.all()] == [bounty["id"]]


def test_lists_are_read_to_their_end(exchange: Sightline, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.sign_up("Weather bot")
    posted = [exchange.post(**wish())["id"] for _ in range(3)]
    monkeypatch.setattr("sightline.calls.PAGE", "2")
    assert [bounty["id"] for bounty in exchange.bounties()] == posted[::-1]
    assert [event["data"]["bounty"] for event in exchange.events_so_far()] == posted


def test_waiting_ends_where_the_buyer_is_asked_and_accepting_ends_it(exchange: Sightline, story: Story) -> None:
    bounty_id = encode("bnt", story.handed_in(story.post(), REVIEW).bounty_id)
    exchange.key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now()).text
    seen: list[str] = []
    bounty = exchange.wait(bounty_id, progress=lambda each: seen.append(each["status"]))
    assert (bounty["next_action"]["do"], seen) == ("review", [])
    (result,) = exchange.results(bounty_id)
    assert exchange.result(result["id"]) == result
    assert exchange.accept(result["id"])["status"] == "accepted"
    assert exchange.wait(bounty_id)["next_action"]["do"] == "read_results"


def test_a_rejection_says_why(exchange: Sightline, story: Story) -> None:
    submission = story.handed_in(story.post(), REVIEW)
    exchange.key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now()).text
    rejected = exchange.reject(encode("sub", submission.id), "not_shown", "Only the sky.")
    assert (rejected["status"], rejected["rejected_for"][0]["code"]) == ("rejected", "not_shown")


def test_a_wait_that_is_over_tells_how_things_stand(exchange: Sightline) -> None:
    exchange.sign_up("Weather bot")
    bounty = exchange.post(**wish())
    with pytest.raises(StillWaiting) as raised:
        exchange.wait(bounty["id"], timeout=0.0)
    assert raised.value.bounty == bounty


def test_refusals_are_exceptions_of_their_kind(exchange: Sightline) -> None:
    with pytest.raises(NotAuthenticated):
        exchange.balance()
    exchange.sign_up("Weather bot")
    with pytest.raises(NotEnoughMoney) as raised:
        exchange.post(**wish(reward="950.00"))
    assert (raised.value.code, bool(raised.value.fix)) == ("insufficient_funds", True)
    for odd in ("bnt_nothing", "../account", "a/b?c#d"):
        with pytest.raises(NotFound):
            exchange.bounty(odd)


def test_a_next_action_is_called_as_it_stands(exchange: Sightline) -> None:
    exchange.sign_up("Weather bot")
    bounty = exchange.post(**wish())
    call = bounty["next_action"]["call"]
    assert call is not None
    assert exchange.call(call["method"], call["path"].replace("wait=45", "wait=0")) == bounty


def test_the_key_is_not_shown_to_another_address() -> None:
    shown: list[str | None] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        shown.append(request.headers.get("Authorization"))
        return httpx2.Response(200, content=b"a picture", headers={"Content-Type": "image/jpeg"})

    with Sightline(BASE, "sl_test_secret", transport=httpx2.MockTransport(answer)) as exchange:
        assert exchange.download("https://store.example/signed?x=1") == ("image/jpeg", b"a picture")
        exchange.download("/v1/media/signed")
    assert shown == [None, "Bearer sl_test_secret"]


@pytest.mark.django_db(transaction=True)
def test_the_awaited_client_does_the_same() -> None:
    async def loop() -> list[str]:
        async with AsyncSightline(BASE, transport=ThroughDjango()) as exchange:
            await exchange.sign_up("Weather bot")
            assert (await exchange.quote(**wish()))["total"] == "2.75"
            bounty = await exchange.post(**wish())
            assert [each["id"] async for each in exchange.bounties()] == [bounty["id"]]
            assert [each async for each in exchange.results(bounty["id"])] == []
            with pytest.raises(StillWaiting):
                await exchange.wait(bounty["id"], timeout=0.0)
            await exchange.cancel(bounty["id"])
            assert (await exchange.balance())["held"] == "0.00"
            return [event["type"] async for event in exchange.events_so_far()]

    assert anyio.run(loop) == ["bounty.opened", "bounty.closing", "bounty.cancelled"]
