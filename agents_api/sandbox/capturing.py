"""What a simulated scout does once it is there: the capture protocol from beginning to end, and nothing beside it.

It may be killed anywhere and begun again: the session is kept, the pictures are drawn the same, and a piece or a
hand-in that comes twice changes nothing.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.db import transaction

from agents_api.sandbox.models import Simulation
from agents_api.sandbox.outcomes import Outcome
from agents_api.sandbox.phone import Phone, walk
from agents_api.sandbox.simulating import target
from agents_api.sandbox.states import SIMULATION, SimulationState
from bounties import capturing
from bounties.capturing import ScoutsWord
from bounties.drafts import Challenge
from bounties.models import Bounty, Submission
from bounties.operations.claiming import release
from bounties.states import ClaimState
from market.errors import DomainError
from market.transitions import WrongState
from verification import geo, policies
from verification import operations as verification
from verification.capture import signature
from verification.evidence import ChallengeKind
from verification.models import Grant, Session
from verification.operations import CapturePass, HandedIn, Opening, Said
from verification.requirements import QuestionType, Requirements

_PIECE: Final = 256 * 1024
# Older than any camera's clock is off by mistake.
_STALE: Final = timedelta(days=3)
_SHARPEST_M: Final = 6.0
_SAID: Final = "Simulated: what is in the picture is drawn."


def perform(*, simulation_id: UUID, at: datetime) -> None:
    """Capture and hand in. Done already, or failed, it changes nothing."""
    found = Simulation.objects.select_related("bounty__buyer", "claim__scout")
    simulation = found.filter(pk=simulation_id, state=SimulationState.CLAIMED).first()
    if simulation is None:
        return
    try:
        session = _open(simulation, at=at)
        files = _pictures(simulation, session)
        if simulation.outcome == Outcome.REUSED:
            _hand_in_elsewhere(simulation, files, at=at)
        _hand_in(simulation, session, files, at=at)
    except DomainError as refusal:
        give_up(simulation_id=simulation_id, because=refusal.code, at=at)


@transaction.atomic
def give_up(*, simulation_id: UUID, because: str, at: datetime) -> None:
    """It cannot be done: the claim goes back, so that whoever waits for the bounty hears of it."""
    simulation = Simulation.objects.select_related("claim__scout").get(pk=simulation_id)
    rows = Simulation.objects.filter(pk=simulation_id)
    if not SIMULATION.move(
        rows, source=SimulationState.CLAIMED, to=SimulationState.FAILED, failed_because=because[:60]
    ):
        return
    if simulation.claim.state == ClaimState.LIVE:
        try:
            with transaction.atomic():
                release(scout=simulation.claim.scout, claim_id=simulation.claim_id, at=at)
        except WrongState:
            return  # its time is over: then it expires by itself


def _open(simulation: Simulation, *, at: datetime) -> Session:
    """The session that was opened before, or a new one; kept in one transaction with its opening."""
    if simulation.session_id is not None:
        return Session.objects.get(pk=simulation.session_id)
    with transaction.atomic():
        allowed = _pass(simulation, at=at)
        opening = Opening(nonce=allowed.nonces[0].value, public_key=_phone(simulation).public_key, device_at=at)
        session = capturing.open_session(grant=allowed.grant, opening=opening, at=at)
        simulation.session_id = session.id
        simulation.save(update_fields=["session_id"])
    return session


def _hand_in(simulation: Simulation, session: Session, files: list[bytes], *, at: datetime) -> None:
    grant = _pass(simulation, at=at).grant
    media = _send(grant, files, at=at)
    taken_at = _taken_at(simulation, session)
    handed_in = _signed(simulation, session, files, media, taken_at=taken_at, at=at)
    blocked = Submission.Blocked.NO_ACCESS if simulation.outcome == Outcome.BLOCKED else Submission.Blocked.NO
    word = ScoutsWord(answers=[] if blocked else _answers(simulation.bounty), blocked=blocked)
    with transaction.atomic():
        capturing.hand_in(grant=grant, session_id=session.id, handed_in=handed_in, word=word, at=at)
        rows = Simulation.objects.filter(pk=simulation.pk)
        SIMULATION.move(rows, source=SimulationState.CLAIMED, to=SimulationState.HANDED_IN)


def _hand_in_elsewhere(simulation: Simulation, files: list[bytes], *, at: datetime) -> None:
    """So that there is something to reuse: the same files, handed in for an errand that was no bounty.

    The checks see what they see of any earlier capture: a claim, a session and pictures of another group.
    """
    claim = simulation.claim
    errand = uuid5(NAMESPACE_OID, f"an errand before {claim.id}")
    with transaction.atomic():
        allowed = verification.grant(
            claim_key=str(errand),
            group_key=str(errand),
            subject_key=str(claim.scout_id),
            mode=claim.mode,
            challenge=ChallengeKind.NONE,
            closes_at=at + timedelta(minutes=5),
            upload_by=at + timedelta(minutes=5),
            at=at,
        )
        known = Session.objects.filter(grant=allowed.grant).first()
        session = known or verification.open_session(
            grant=allowed.grant,
            opening=Opening(nonce=allowed.nonces[0].value, public_key=_phone(simulation).public_key, device_at=at),
            at=at,
        )
    media = _send(allowed.grant, files, at=at)
    handed_in = _signed(simulation, session, files, media, taken_at=at, at=at, seed="errand")
    capture = verification.hand_in(grant=allowed.grant, session_id=session.id, handed_in=handed_in, at=at)
    asked = Requirements(
        place=geo.Place(claim.bounty.latitude_e7, claim.bounty.longitude_e7),
        radius_m=float(claim.bounty.radius_m),
        window_start=at,
        window_end=at + timedelta(minutes=5),
        reward_micros=0,
        policy=policies.policy_for(0),
    )
    verification.gather(capture_id=capture.pk, requirements=asked, said=Said(), at=at)


def _send(grant: Grant, files: list[bytes], *, at: datetime) -> tuple[UUID, ...]:
    """In pieces, each under the same name as the first time."""
    named = []
    for number, data in enumerate(files):
        client_uuid = uuid5(grant.id, f"picture {number}")
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            verification.put_piece(
                grant=grant, client_uuid=client_uuid, start=start, size_bytes=len(data), data=piece, at=at
            )
        named.append(client_uuid)
    return tuple(named)


def _signed(
    simulation: Simulation,
    session: Session,
    files: list[bytes],
    media: tuple[UUID, ...],
    *,
    taken_at: datetime,
    at: datetime,
    seed: str = "",
) -> HandedIn:
    bounty = simulation.bounty
    said = signature.to_signed(
        signature.Capture(
            session=str(session.id),
            nonce=session.nonce_said,
            captured_at=taken_at,
            media=tuple(sha256(each).hexdigest() for each in files),
            fixes=walk(
                to=target(bounty, Outcome(simulation.outcome)),
                accuracy_m=min(_SHARPEST_M, 0.4 * bounty.radius_m),
                at=taken_at,
                seed=f"{simulation.claim_id} {seed}",
            ),
        )
    )
    return HandedIn(signed=said.decode(), media=media, signature=_phone(simulation).sign(said), device_at=at)


def _pictures(simulation: Simulation, session: Session) -> list[bytes]:
    """Drawn from ids alone. Each scout has a street of their own: two views of one can look as alike as a copy."""
    from agents_api.sandbox import scene  # noqa: PLC0415 - only who draws needs what draws

    bounty, outcome = simulation.bounty, Outcome(simulation.outcome)
    count = max(bounty.media_count, 2 if bounty.challenge == Challenge.SECOND_VIEW else 1)
    where = f"{simulation.claim_id}" if outcome is Outcome.WRONG_PLACE else f"{bounty.id} {simulation.number}"
    street = scene.street(where)
    return [
        scene.as_file(
            scene.picture(
                street,
                scene.view(str(simulation.claim_id), number=each),
                code=session.code,
                blurred=outcome is Outcome.BLURRY,
            ),
            taken_at=_taken_at(simulation, session),
        )
        for each in range(count)
    ]


def _taken_at(simulation: Simulation, session: Session) -> datetime:
    opened_at = session.opened_at or simulation.made_at
    return opened_at - _STALE if simulation.outcome == Outcome.STALE else opened_at


def _answers(bounty: Bounty) -> list[dict[str, str]]:
    return [{"question_id": each["id"], "value": _answer(each)} for each in bounty.questions]


def _answer(question: dict[str, Any]) -> str:
    match QuestionType(question["type"]):
        case QuestionType.YES_NO:
            return "yes"
        case QuestionType.CHOICE:
            return str(question["choices"][0])
        case QuestionType.NUMBER:
            return "3"
        case QuestionType.TEXT:
            return _SAID


def _phone(simulation: Simulation) -> Phone:
    return Phone(hmac.digest(settings.SECRET_KEY.encode(), b"phone of " + simulation.claim.scout_id.bytes, "sha256"))


def _pass(simulation: Simulation, *, at: datetime) -> CapturePass:
    claim = simulation.claim
    return capturing.capture_pass(claim_id=claim.id, at=at, scout=claim.scout)
