"""Opening a capture session: on site with a fresh nonce, or told of afterwards where there was no contact.

In contact, a nonce that is not fresh is refused: the phone has others. Without contact the capture is made already,
so it is kept, and what is wrong with its nonce is noted for the checks.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction

from market.errors import DomainError, Kind
from market.ids import new_id
from verification.capture import signature
from verification.evidence import NonceState
from verification.models import Grant, Nonce, Session

MOST_SESSIONS = 30
_LONGEST = 200


class NonceRefused(DomainError):
    """The nonce is unknown, or was used before."""

    code = "nonce_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Open the session with a nonce of this claim that was not used yet."


class ClaimOver(DomainError):
    """The claim has ended, and no session can be opened for it."""

    code = "claim_over"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Claim again. What was captured before the claim ended can still be handed in as an offline capture."


class NoSuchSession(DomainError):
    """There is no such capture session, or it belongs to another claim."""

    code = "no_such_session"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Open a session for this claim first."


class TooManySessions(DomainError):
    """The claim has as many capture sessions as one may have."""

    code = "too_many_sessions"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Hand in one of the sessions that are open."


@dataclass(frozen=True, slots=True)
class Opening:
    """What the phone says. A session without contact has an id that the phone made, for it stands in what is signed."""

    nonce: str
    public_key: str = ""
    offline: bool = False
    session_id: UUID | None = None
    device_at: datetime | None = None
    network: str = ""


@transaction.atomic
def open_session(*, grant: Grant, opening: Opening, at: datetime) -> Session:
    """Said again with the same nonce and key, or the same id, it is the same session: the answer may have got lost."""
    if opening.public_key:
        signature.read_key(opening.public_key)
    grant = Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    known = _known(grant, opening)
    if known is not None:
        return known
    if grant.sessions.count() >= MOST_SESSIONS:
        raise TooManySessions("This claim has opened more sessions than a capture takes.")
    if at > grant.closes_at and not opening.offline:
        raise ClaimOver("The claim is over, and so is the time for opening a session.")
    nonce, state = _judge(grant, opening.nonce)
    if state is not NonceState.FRESH and not opening.offline:
        raise NonceRefused(f"This nonce is {state}.", param="nonce", facts={"nonce": str(state)})
    session = Session(
        id=opening.session_id or new_id(),
        grant=grant,
        nonce=nonce if state is NonceState.FRESH else None,
        nonce_said=opening.nonce[:_LONGEST],
        nonce_state=state,
        code=nonce.code if nonce is not None and state is NonceState.FRESH else "",
        public_key=opening.public_key,
        network=opening.network,
        offline=opening.offline,
        opened_at=None if opening.offline else at,
        device_opened_at=opening.device_at,
        noted_at=at,
    )
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError as error:
        # Another claim has chosen this very id: by chance never, so it is somebody's guess.
        raise NoSuchSession("There is no such session.") from error
    return session


def _known(grant: Grant, opening: Opening) -> Session | None:
    if opening.session_id is not None:
        return Session.objects.filter(pk=opening.session_id, grant=grant).first()
    same = {"nonce__value": opening.nonce, "public_key": opening.public_key, "offline": opening.offline}
    return Session.objects.filter(grant=grant, capture__isnull=True, **same).first()


def _judge(grant: Grant, value: str) -> tuple[Nonce | None, NonceState]:
    nonce = Nonce.objects.filter(value=value).first()
    if nonce is None:
        return None, NonceState.UNKNOWN
    if nonce.grant_id != grant.id:
        return nonce, NonceState.FOREIGN
    used = Session.objects.filter(nonce=nonce).exists()
    return nonce, NonceState.REUSED if used else NonceState.FRESH
