"""Whether the books and Stripe agree: each balance transaction is one entry, each entry one transaction, and the sums.

What Stripe lists is kept; each is matched with the entry it is; what is about the house alone is posted here; what
nobody understands is posted to suspense, so that the clearing account always says what lies at Stripe. Whatever is left
over is a finding: it stops live payouts and tells the operators, and an operator lets them go on.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Final

import structlog
from django.db import transaction
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Concat

from market.accounts import audit
from market.accounts.models import Audit
from market.accounts.operations.operators import ReasonMissing
from market.errors import DomainError, Kind
from market.ids import encode
from market.ledger import house, queries
from market.ledger.models import Entry, Line
from market.ledger.operations import post
from market.ledger.postings import AccountKind, AccountRef
from market.money import MICROS_PER_CENT, Micros, format_micros, from_cents
from market.payments import matching, refunds, stopping, stripe_gateway
from market.payments.matching import LIVE
from market.payments.models import ChainPayment, Payout, Reconciliation, Refund, StripeTransaction
from market.payments.states import ChainPaymentState, PayoutState, RefundState
from market.payments.stripe_words import Funds, Transaction

# What was listed before is listed again this far back: Stripe books some things late.
OVERLAP: Final = timedelta(days=3)
# How long one side may know something that the other does not.
IN_TRANSIT: Final = timedelta(hours=1)
# How long money may stand in suspense before nobody is paid any more.
SUSPENSE_AGES: Final = timedelta(days=1)
UNCLEAR_AGES: Final = timedelta(days=2)
_LISTED: Final = 20

CLEARING: Final = AccountRef(LIVE, AccountKind.STRIPE_CLEARING)
SUSPENSE: Final = AccountRef(LIVE, AccountKind.SUSPENSE)

log = structlog.get_logger(__name__)


class NotInSuspense(DomainError):
    """This transaction does not stand in suspense, or somebody has explained it."""

    code = "not_in_suspense"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Look at the list again."


def reconcile(*, at: datetime, since: datetime | None = None) -> Reconciliation:
    """Compare, post what is the house's own, and stop payouts if anything is found."""
    since = since or _where_we_were(at)
    funds = stripe_gateway.funds()
    listed = _keep(stripe_gateway.transactions(since=since))
    if stripe_gateway.funds() != funds:  # something moved while we listed: once more, and take what is there
        listed = _keep(stripe_gateway.transactions(since=since))
        funds = stripe_gateway.funds()
    for row in StripeTransaction.objects.filter(entry=None).order_by("created_at", "id"):
        _match(row, at=at)
    return _conclude(since=since, at=at, listed=listed, funds=funds)


def _where_we_were(at: datetime) -> datetime:
    last = Reconciliation.objects.order_by("-at").first()
    return last.at - OVERLAP if last else datetime.fromtimestamp(0, tz=at.tzinfo)


def _keep(found: Iterable[Transaction]) -> int:
    rows = [
        StripeTransaction(
            id=each.id,
            kind=each.kind,
            source=each.source,
            amount_cents=each.amount_cents,
            fee_cents=each.fee_cents,
            net_cents=each.net_cents,
            created_at=each.created_at,
        )
        for each in found
    ]
    StripeTransaction.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def _match(row: StripeTransaction, *, at: datetime) -> None:
    entry = matching.find(row)
    if entry is None:
        matching.apply(row, at=at)
        entry = matching.find(row)
    with transaction.atomic():
        if entry is None:
            new = matching.of_the_house(row)
            if new is None and row.net_cents and at - row.created_at > IN_TRANSIT:
                new = house.suspend(book=LIVE, transaction=row.id, amount_micros=from_cents(row.net_cents))
                log.error("stripe_transaction_in_suspense", transaction=row.id, kind=row.kind, source=row.source)
            if new is None:
                return
            entry = Entry.objects.get(pk=post([new], at=at)[0].entry_id)
        StripeTransaction.objects.filter(pk=row.pk, entry=None).update(entry=entry)


# --- what is left over ------------------------------------------------------------------------------------------------


def _conclude(*, since: datetime, at: datetime, listed: int, funds: Funds) -> Reconciliation:
    clearing = queries.balance(CLEARING)
    unbooked = _entries_without_transaction()
    in_transit = Micros(unbooked.aggregate(micros=Sum("amount_micros"))["micros"] or 0)
    unmatched = StripeTransaction.objects.filter(entry=None).exclude(net_cents=0)
    unknown = from_cents(unmatched.aggregate(cents=Sum("net_cents"))["cents"] or 0)
    at_stripe = from_cents(funds.available_cents + funds.pending_cents)
    # The clearing account is below nothing by what lies at Stripe; what only one of the two knows is on its way.
    drift = at_stripe - unknown + clearing - in_transit
    findings = [*_differing(), *_late(unbooked, at), *_aged_suspense(at), *_unclear(at)]
    if drift:
        findings.append(
            f"Stripe has {_signed(at_stripe)}, the books say {_signed(-clearing)} of which {_signed(in_transit)} is on "
            f"its way: {_signed(drift)} nobody can explain."
        )
    made = Reconciliation.objects.create(
        since_at=since,
        at=at,
        listed=listed,
        matched=StripeTransaction.objects.exclude(entry=None).count(),
        unmatched=unmatched.count(),
        available_cents=funds.available_cents,
        pending_cents=funds.pending_cents,
        clearing_micros=clearing,
        in_transit_micros=in_transit,
        suspense_micros=queries.balance(SUSPENSE),
        drift_micros=drift,
        findings=findings,
    )
    if findings:
        stopping.stop_payouts(mode=LIVE.mode, findings=findings, at=at)
    log.info("reconciled", listed=listed, matched=made.matched, unmatched=made.unmatched, findings=len(findings))
    return made


def _entries_without_transaction() -> QuerySet[Line]:
    booked = StripeTransaction.objects.exclude(entry=None).values("entry_id")
    return Line.objects.filter(account_id=CLEARING.id).exclude(entry_id__in=booked)


def _differing() -> list[str]:
    """Entries that moved another amount at Stripe than Stripe says."""
    booked = Line.objects.filter(entry_id=OuterRef("entry_id"), account_id=CLEARING.id).values("amount_micros")
    rows = (
        StripeTransaction.objects.exclude(entry=None)
        .annotate(booked_micros=Coalesce(Subquery(booked), Value(0), output_field=BigIntegerField()))
        .exclude(booked_micros=-MICROS_PER_CENT * F("net_cents"))
    )
    return [
        f"{row.id} ({row.kind}) moved {_signed(from_cents(row.net_cents))}, its entry {_signed(-row.booked_micros)}."
        for row in rows.order_by("id")[:_LISTED]
    ]


def _late(unbooked: QuerySet[Line], at: datetime) -> list[str]:
    late = unbooked.filter(entry__at__lt=at - SUSPENSE_AGES).exclude(entry__key__in=_not_moved())
    return [
        f"{each.entry.key} moved {_signed(-each.amount_micros)}, and Stripe knows nothing of it."
        for each in late.select_related("entry").order_by("entry_id")[:_LISTED]
    ]


def _not_moved() -> list[str]:
    """Refunds that Stripe knows and has moved nothing for: refused, so set aside and given back in our books alone; or
    pending there.
    """
    refused = Q(state=RefundState.FAILED)
    pending = Q(state=RefundState.SENDING) & ~Q(reference="")
    ids = Refund.objects.filter(refused | pending, transaction_id="").values_list("id", flat=True)
    names = [encode(refunds.PREFIX, each) for each in ids]
    return [f"{way}:{name}" for name in names for way in ("refund", "refund_back")]


def in_suspense() -> list[StripeTransaction]:
    """What nobody has explained yet, the oldest first."""
    explained = Entry.objects.filter(key=Concat(Value("explained:"), OuterRef("id")))
    suspended = StripeTransaction.objects.filter(entry__kind="suspended")
    return list(suspended.exclude(Exists(explained)).order_by("created_at", "id"))


def _aged_suspense(at: datetime) -> list[str]:
    return [
        f"{each.id} ({each.kind}, {_signed(from_cents(each.net_cents))}) is in suspense since {each.created_at.date()}."
        for each in in_suspense()
        if at - each.created_at > SUSPENSE_AGES
    ]


def _unclear(at: datetime) -> list[str]:
    lost = ChainPayment.objects.filter(state=ChainPaymentState.SETTLING, begun_at__lt=at - UNCLEAR_AGES)
    unknown = [f"Of payment {each.nonce} on a chain nobody knows whether it arrived." for each in lost[:_LISTED]]
    stuck = Payout.objects.filter(mode=LIVE.mode, state=PayoutState.SENDING, sending_at__lt=at - UNCLEAR_AGES)
    return unknown + [
        f"Of payout {each.id} nobody knows since {each.sending_at:%Y-%m-%d} whether it left." for each in stuck
    ]


def _signed(micros: int) -> str:
    return f"{'-' if micros < 0 else ''}{format_micros(abs(micros))}"


# --- what operators do about it ---------------------------------------------------------------------------------------


@transaction.atomic
def explain(*, transaction_id: str, to: AccountKind, by: audit.Actor, because: str, at: datetime) -> None:
    """An operator found out what it was: the house bears it, or gains by it, in one of its own accounts."""
    row = next((each for each in in_suspense() if each.id == transaction_id), None)
    if row is None:
        raise NotInSuspense("This does not stand in suspense.")
    if not because.strip():
        raise ReasonMissing("Money leaves suspense for a reason.", param="/because")
    entry = house.explain(book=LIVE, transaction=row.id, amount_micros=from_cents(row.net_cents), to=to)
    posted = post([entry], at=at)[0]
    audit.record(
        action=Audit.Action.SUSPENSE_EXPLAINED,
        by=by,
        subject_id=posted.entry_id,
        at=at,
        reason=because.strip()[:300],
        facts={"transaction": row.id, "to": str(to)},
    )
