"""A scout says that a bounty should not be on offer, and one of our staff keeps it there or takes it off."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties import events
from bounties.models import Bounty, Claim, Report
from bounties.operations.auditing import audit
from bounties.operations.cancelling import begin_closing
from bounties.operations.changing import Change, move_claim, record, settle_slot
from bounties.operations.claiming import ScoutsOnly
from bounties.operations.locking import NoSuchBounty, lock_bounty, require_operator
from bounties.operations.telling import tell_buyer, tell_of_claim
from bounties.policies import reports as policy
from bounties.policies.grounds import REPORT as GROUNDS
from bounties.policies.grounds import ground
from bounties.states import BOUNTY_ENDS, REPORT, BountyState, ClaimState, ReportState
from bounties.text import plain
from market.accounts.models import Account, Operator
from market.transitions import WrongState

_LONGEST_NOTE = 1_000


@transaction.atomic
def report(*, scout: Account, bounty_id: UUID, ground_code: str, note: str = "", at: datetime) -> Report:
    """For our staff to look at; its buyer hears nothing. Once for each scout: reported again, nothing changes."""
    if scout.kind != Account.Kind.SCOUT:
        raise ScoutsOnly("Only scouts report bounties.")
    chosen = ground(ground_code, GROUNDS)
    words = plain(note, param="/note", most=_LONGEST_NOTE, least=1 if chosen.code == "other" else 0, lines=True)
    bounty = Bounty.objects.filter(pk=bounty_id, mode=scout.mode, opened_at__isnull=False).first()
    if bounty is None:
        raise NoSuchBounty("There is no such bounty.")
    # One report of a scout at a time: two at once would not see each other, and both be the tenth.
    Account.objects.select_for_update(no_key=True).get(pk=scout.pk)
    known = Report.objects.filter(bounty=bounty, scout=scout).first()
    if known is not None:
        return known
    if bounty.state in BOUNTY_ENDS:
        raise WrongState(f"This bounty is {bounty.state}: nobody is sent there any more.")
    lately = Report.objects.filter(scout=scout, reported_at__gt=at - policy.DAY).order_by("reported_at")
    policy.check_pace(list(lately.values_list("reported_at", flat=True)))
    return Report.objects.create(
        bounty=bounty, scout=scout, mode=bounty.mode, ground=chosen.code, note=words, reported_at=at
    )


@transaction.atomic
def keep(*, operator: Operator, bounty_id: UUID, reason: str, at: datetime) -> Bounty:
    """There is nothing wrong with it: it stays as it is."""
    change = _reported(operator, bounty_id, at=at)
    audit(operator, "keep", bounty_id, reason, at=at)
    _rule(change, ReportState.DISMISSED)
    return change.bounty


@transaction.atomic
def take_off(*, operator: Operator, bounty_id: UUID, reason: str, at: datetime) -> Bounty:
    """Nobody is sent there any more. Its buyer reads the reason; what was handed in is judged, the rest comes back."""
    change = _reported(operator, bounty_id, at=at)
    told = audit(operator, "take_off", bounty_id, reason, at=at)
    _rule(change, ReportState.UPHELD)
    if change.bounty.state not in (BountyState.OPEN, BountyState.CLOSING):
        return change.bounty
    for claim in Claim.objects.select_related("slot", "scout").filter(bounty=change.bounty, state=ClaimState.LIVE):
        move_claim(claim, ClaimState.ENDED, ended_at=change.now)
        settle_slot(change, claim.slot)
        tell_of_claim(events.CLAIM_ENDED, change, claim)
    tell_buyer(events.BOUNTY_TAKEN_OFF, change, reason=told)
    if change.bounty.state == BountyState.OPEN:
        begin_closing(change, because=BountyState.CANCELLED)
    else:
        record(change)
    return change.bounty


def _reported(operator: Operator, bounty_id: UUID, *, at: datetime) -> Change:
    require_operator(operator)
    change = lock_bounty(bounty_id, at=at)
    if not Report.objects.filter(bounty=change.bounty, state=ReportState.OPEN).exists():
        raise WrongState("There is no report of this bounty that waits for an answer.")
    return change


def _rule(change: Change, to: ReportState) -> None:
    for each in Report.objects.filter(bounty=change.bounty, state=ReportState.OPEN):
        if not REPORT.move(Report.objects.filter(pk=each.pk), source=ReportState.OPEN, to=to, ruled_at=change.at):
            raise WrongState("This report has been answered in the meantime.")
