"""Every page there is, in every state that looks different: people to whom all of it has happened, and where to look.

Run as a process of its own in the house's environment, for the test's process has another database; it says what it
made as JSON: who has which session, and which page of whose is called what.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

TOWN = (48.2082, 16.3738)
NOBODY = "stranger"
_NEAR = {"lat": 48.2091, "lng": 16.3745, "name": ""}
_FAR = {"lat": 10.0, "lng": -30.0, "name": "an ocean"}


def main() -> None:
    import django

    django.setup()
    from market.config import config

    if not config.production:
        from django.conf import settings

        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    print(json.dumps(_make()))


def _make() -> dict[str, Any]:
    from market import clock
    from market.accounts.audit import CONSOLE
    from market.accounts.models import Mode
    from market.accounts.operations import appoint_operator, become_scout, claim_agent, create_agent
    from market.ids import new_id
    from market.payments import play_money
    from tests.integration.bounties.story import Story
    from tests.people import make_user

    at = clock.now()
    story = Story(at)
    made = create_agent(name="Bakery watcher", at=at)
    story.buyer = made.agent.account
    play_money.grant(agent=story.buyer, amount_micros=100_000_000, grant_id=new_id(), at=at)
    owner = make_user(f"owner-{made.agent.pk}@example.org")
    claim_agent(user=owner, token=made.claim_token, at=at)
    ada = make_user(f"ada-{made.agent.pk}@example.org")
    story.scout = become_scout(user=ada, mode=Mode.TEST, at=at).account
    staff = make_user(f"staff-{made.agent.pk}@example.org")
    story.operator = appoint_operator(user=staff, by=CONSOLE, reason="a gallery", at=at)
    sessions = {
        "scout": _session(ada, _NEAR),
        "scout far away": _session(ada, _FAR),
        "newcomer": _session(make_user(f"new-{made.agent.pk}@example.org")),
        "owner": _session(owner),
        "operator": _session(staff),
    }
    pages = [*_open(), *_scouts(story), *_owners(story, made), *_payers(owner, at), *_operators(story)]
    return {"sessions": sessions, "pages": [list(page) for page in pages]}


Page = tuple[str, str, str]


def _open() -> Iterator[Page]:
    from market import clock
    from market.accounts.operations import create_agent

    yield "welcome", NOBODY, "/"
    yield "sign-in", NOBODY, "/accounts/login/"
    yield "sign-up", NOBODY, "/accounts/signup/"
    yield "sign-up-passkey", NOBODY, "/accounts/signup/passkey/"
    yield "not-found", NOBODY, "/nowhere"
    token = create_agent(name="Weather bot", at=clock.now()).claim_token
    yield "claim-agent-stranger", NOBODY, f"/owner/claim/{token}"
    yield "claim-agent", "owner", f"/owner/claim/{token}"
    yield "me-new", "newcomer", "/me"
    yield "begin", "newcomer", "/begin"
    yield "answers-none", "newcomer", "/answers"


def _scouts(story: Any) -> Iterator[Page]:
    from bounties import operations
    from bounties.places import Place
    from bounties.verdicts import Outcome, Reason, Verdict
    from market.accounts.models import Scout
    from market.ids import encode
    from web.notices import operations as notices

    here = Place(_NEAR["lat"], _NEAR["lng"])  # type: ignore[arg-type]
    bounty = _bounty(story, slots=3, proof={"challenge": "second_view", "count": 2, "daylight": True})
    yield "welcome-in", "scout", "/"
    yield "nearby", "scout", "/nearby"
    yield "nearby-nothing", "scout far away", "/nearby"
    yield "map", "scout", "/map"
    yield "bounty", "scout", _path("bounties", "bnt", bounty)
    yield "bounty-far", "scout far away", _path("bounties", "bnt", bounty)
    claim = story.claim(_bounty(story, title="How long is the queue at the ferry?", reward="12.00"), location=here)
    yield "bounty-claimed", "scout", _path("bounties", "bnt", claim.bounty)
    yield "claim", "scout", _path("claims", "clm", claim)
    yield "capture", "scout", _path("capture", "clm", claim)
    released = story.claim(_bounty(story, title="Is the tap running?"), location=here)
    operations.release(scout=story.scout, claim_id=released.id, at=story.at)
    yield "claim-over", "scout", _path("claims", "clm", released)

    def result(name: str, submission: Any) -> Page:
        return f"result-{name}", "scout", f"/answers/{encode('sub', submission.id)}"

    yield result("checking", story.submit(story.claim(_bounty(story, title="Is it raining?"), location=here)))
    yield result("accepted", _captured(story, "Which shops are open?", answers=True))
    yield result("rejected", _captured(story, "Is the lift working?", metres_off=900))
    yield result("in-review", _captured(story, "How full is the car park?", slots=1))
    blurred = (Reason("picture_quality", "It is blurred.", "The picture is blurred."),)
    retake = Verdict(Outcome.REJECT, blurred, retake=True)
    judged = story.judge(story.submit(story.claim(_bounty(story, title="Is the gate shut?"), location=here)), retake)
    yield result("retake", judged)
    appealed = _captured(story, "Is the bridge closed to cars?", metres_off=1_200)
    operations.appeal(
        scout=story.scout, submission_id=appealed.id, ground_code="check_wrong", note="I stood there.", at=story.at
    )
    yield result("appealed", appealed)
    contested = story.judge(story.submit(story.claim(_bounty(story, title="Is the pool open?"), location=here)))
    operations.dispute(buyer=story.buyer, submission_id=contested.id, ground_code="answer_wrong", at=story.at)
    yield result("contested", contested)
    scout = Scout.objects.get(pk=story.scout.pk)
    notices.begin(scout=scout, language="en")
    notices.watch(scout=scout, place=here, within_m=5_000, name="Vienna", at=story.at)
    for name, path in [
        ("answers", "/answers"),
        ("outbox", "/outbox"),
        ("offline", "/offline"),
        ("earnings", "/earnings"),
        ("me", "/me"),
        ("notices", "/me/notices"),
        ("data", "/me/data"),
        ("email", "/accounts/email/"),
        ("passkeys", "/accounts/2fa/webauthn/"),
        ("sign-out", "/accounts/logout/"),
        ("sign-in-again", "/sign-in-again?" + urlencode({"next": "/me"})),
    ]:
        yield name, "scout", path


def _owners(story: Any, made: Any) -> Iterator[Page]:
    from market.accounts.models import ApiKey
    from market.ids import encode

    agent = f"/owner/agents/{encode('agt', story.buyer.id)}"
    key = ApiKey.objects.filter(account=story.buyer).first()
    assert key
    yield "owner", "owner", "/owner/"
    yield "owner-none", "newcomer", "/owner/"
    yield "owner-agent", "owner", agent
    yield "owner-ledger", "owner", f"{agent}/ledger"
    yield "owner-bounties", "owner", f"{agent}/bounties"
    yield "owner-top-up", "owner", f"{agent}/top-up"
    yield "owner-make-key", "owner", f"{agent}/keys"
    yield "owner-limit-key", "owner", f"{agent}/keys/{encode('key', key.id)}"


def _payers(owner: Any, at: datetime) -> Iterator[Page]:
    """What an owner sees of real money: asked for, paid, and in use."""
    from django.conf import settings

    from market.accounts.operations import open_live_agent
    from market.ids import encode
    from market.money import MICROS_PER_DOLLAR
    from market.payments import automatic, top_ups
    from market.payments.models import TopUp
    from tests.fakes.stripe_twin import Twin

    def asked(agent: Any, dollars: int) -> TopUp:
        amount = dollars * MICROS_PER_DOLLAR
        return top_ups.ask_top_up(agent=agent, amount_micros=amount, at=at, saves_card=True)

    def opened(top_up: TopUp) -> str:
        top_ups.open_checkout(top_up_id=top_up.id, return_address=f"{settings.STRIPE_API_ADDRESS}/back", at=at)
        return TopUp.objects.get(pk=top_up.pk).session_id

    def to_pay(top_up: TopUp) -> str:
        return f"/pay/{encode(top_ups.PREFIX, top_up.id)}"

    unused = open_live_agent(user=owner, name="Snow watcher", at=at)
    agent = open_live_agent(user=owner, name="Ferry watcher", at=at).account
    folder = f"/owner/agents/{encode('agt', agent.id)}"
    paid, waiting, begun, expired = asked(agent, 100), asked(agent, 40), asked(agent, 30), asked(agent, 25)
    Twin(settings.STRIPE_API_ADDRESS).pay(opened(paid))
    top_ups.look(top_up_id=paid.id, at=at)
    opened(begun)
    top_ups.expire(top_up_id=expired.id, at=at)
    numbers = {"threshold_micros": 20, "amount_micros": 50, "monthly_cap_micros": 200}
    automatic.switch_on(agent=agent, **{name: dollars * MICROS_PER_DOLLAR for name, dollars in numbers.items()})
    yield "owner-live", "owner", "/owner/live"
    yield "owner-pay", "owner", to_pay(waiting)
    yield "owner-pay-back-from-it", "owner", f"{to_pay(begun)}?back=1"
    yield "owner-pay-done", "owner", to_pay(paid)
    yield "owner-pay-expired", "owner", to_pay(expired)
    yield "owner-top-up-live", "owner", f"{folder}/top-up"
    yield "owner-automatic", "owner", f"{folder}/automatic"
    yield "owner-refund", "owner", f"{folder}/pay-back"
    yield "owner-refund-none", "owner", f"/owner/agents/{encode('agt', unused.account_id)}/pay-back"


def _operators(story: Any) -> Iterator[Page]:
    from bounties import operations
    from bounties.models import Submission
    from tests.integration.bounties.story import OPERATORS_REVIEW

    screened = _bounty(story, title="A queue at the embassy?", questions=["Is there a queue at the embassy?"])
    reported = _bounty(story, title="Who lives at number 12?")
    operations.report(
        scout=story.other_scout, bounty_id=reported.id, ground_code="dangerous", note="A cliff.", at=story.at
    )
    waiting = _captured(story, "Are the shelves full?", verdict=OPERATORS_REVIEW)
    ruled = Submission.objects.get(scout=story.scout, bounty__title="Is the bridge closed to cars?")
    yield "desk", "operator", "/ops/"
    yield "desk-money", "operator", "/ops/money"
    yield "desk-screening", "operator", _path("ops/bounties", "bnt", screened)
    yield "desk-reported", "operator", _path("ops/bounties", "bnt", reported)
    yield "desk-review", "operator", _path("ops/submissions", "sub", waiting)
    yield "desk-appeal", "operator", _path("ops/submissions", "sub", ruled)


def _bounty(story: Any, **changes: Any) -> Any:
    place = {"lat": TOWN[0], "lng": TOWN[1], "radius_m": 120}
    return story.post(**{"place": place, "title": "Is the bakery open?", **changes})


def _captured(
    story: Any, title: str, *, metres_off: float = 0, answers: bool = False, verdict: Any = None, **changes: Any
) -> Any:
    """Claimed and captured by a real phone, and judged by the real checks; a bounty without questions needs no eyes."""
    from django.test import Client

    from bounties import capturing, operations, verifying
    from bounties.models import Submission
    from bounties.places import Place, destination
    from market import clock
    from tests.phone import Phone
    from tests.unit.verification.photos.pictures import encoded, scene
    from verification.geo import place

    bounty = _bounty(story, title=title, **changes)
    if answers:
        bounty.questions, bounty.criteria = [], []
        bounty.save(update_fields=["questions", "criteria"])
    claim = story.claim(bounty, location=Place(*TOWN))
    stands = destination(Place(*TOWN), bearing=40, metres=metres_off + 20)
    given = capturing.capture_pass(claim_id=claim.id, at=story.at, scout=story.scout)
    phone = Phone(given, here=place(stands.lat, stands.lng), client=Client())
    said = {"answers": [] if answers else [{"question_id": "q1", "value": "Yes, it is."}]}
    answer = phone.capture(encoded(scene(1_000 + Submission.objects.count()), quality=92), **said)
    assert answer.status_code == 201, answer.content
    submission = Submission.objects.get(pk=answer.json()["submission"])
    if verdict is None:
        verifying.verify_submission(submission_id=submission.id, at=clock.now())
    else:
        capturing.verify(submission_id=submission.id, at=clock.now())
        operations.record_verdict(submission_id=submission.id, verdict=verdict, at=clock.now())
    submission.refresh_from_db()
    return submission


def _path(folder: str, prefix: str, row: Any) -> str:
    from market.ids import encode

    return f"/{folder}/{encode(prefix, row.id)}"


def _session(user: Any, standpoint: dict[str, Any] | None = None) -> dict[str, str]:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from market import clock
    from web.sign_in import SIGNED_IN_AT

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_AT] = clock.now().timestamp()
    if standpoint:
        session["standpoint"] = standpoint
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key)}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
    main()
