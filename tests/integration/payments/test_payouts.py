"""Money out: reserved, sent, arrived or come back; and never twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core.mail import EmailMessage

from market.accounts.audit import CONSOLE
from market.accounts.models import Account, Audit
from market.accounts.operations.operators import ReasonMissing
from market.events.models import Event
from market.ids import new_id
from market.ledger import invariants, queries, rules
from market.ledger.operations import InsufficientFunds, post
from market.ledger.postings import Book
from market.money import MICROS_PER_CENT, Micros, NotWholeCents
from market.payments import operations, rails, stopping
from market.payments.models import Payout, PayoutStop
from market.payments.operations import NothingToPayOut, ScoutsOnly, request_payout, send_payout
from market.payments.orders import Arrived, Failed, Order, Progress, ShortOfFunds, Underway
from market.payments.queries import paid_out
from market.payments.rails import PayoutsClosed
from market.payments.states import REFUSALS, PayoutState
from market.work import registry
from market.work.models import Work
from tests.people import make_operator

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)
TEST = Book("test")


class Scripted:
    """A rail that answers what it is told to, and remembers what it was asked."""

    name = "scripted"
    least_micros = Micros(MICROS_PER_CENT)

    def __init__(self, *answers: Progress | Exception) -> None:
        self.answers = list(answers)
        self.orders: list[Order] = []

    def destination(self, scout_id: UUID) -> str:
        return "anywhere"

    def cost(self, *, scout_id: UUID, amount_micros: int, at: datetime) -> Micros:
        return Micros(0)

    def move(self, order: Order, *, at: datetime) -> Progress:
        self.orders.append(order)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def scout(db: None) -> Iterator[Account]:
    """A scout who can be paid 7.123456."""
    account = Account.objects.create(kind="scout", mode="test")
    submission_id = new_id()
    earned = rules.compensate_scout(
        book=TEST, scout_id=account.id, submission_id=submission_id, reward_micros=7_123_456
    )
    settled = rules.settle(book=TEST, scout_id=account.id, submission_id=submission_id, amount_micros=7_123_456)
    post([earned, settled], at=AT)
    yield account
    assert invariants.faults() == []


def use(monkeypatch: pytest.MonkeyPatch, *answers: Progress | Exception) -> Scripted:
    rail = Scripted(*answers)
    monkeypatch.setitem(rails._RAILS, "test", rail)
    return rail


def money(scout: Account) -> tuple[int, int]:
    """Available and on its way."""
    balance = queries.scout_balance(TEST, scout.id)
    return balance.available_micros, balance.in_flight_micros


def told(scout: Account) -> list[str]:
    return list(Event.objects.filter(account=scout).order_by("position").values_list("type", flat=True))


def test_all_that_is_available_is_asked_for_in_whole_cents(scout: Account) -> None:
    payout = request_payout(scout=scout, at=AT)
    assert (payout.state, payout.amount_micros, money(scout)) == ("requested", 7_120_000, (3_456, 7_120_000))
    assert Work.objects.get().subject == str(payout.id)
    assert told(scout) == ["payout.requested"]


def test_play_money_arrives_after_a_moment(scout: Account) -> None:
    payout = request_payout(scout=scout, at=AT)
    again_at = send_payout(payout_id=payout.id, at=AT)
    assert again_at == AT + timedelta(seconds=2)
    assert money(scout) == (3_456, 7_120_000)
    assert send_payout(payout_id=payout.id, at=again_at) is None
    payout.refresh_from_db()
    assert (payout.state, payout.ended_at, money(scout)) == ("paid", again_at, (3_456, 0))
    assert told(scout) == ["payout.requested", "payout.sending", "payout.paid"]


def test_a_scouts_own_clock_rules_its_payouts(scout: Account) -> None:
    payout = request_payout(scout=scout, at=AT)
    assert send_payout(payout_id=payout.id, at=AT) is not None
    Account.objects.filter(pk=scout.pk).update(clock_ahead=timedelta(seconds=2))
    assert send_payout(payout_id=payout.id, at=AT) is None


def test_a_payout_that_has_ended_is_not_sent_again(scout: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    rail = use(monkeypatch, Arrived("x1"))
    payout = request_payout(scout=scout, at=AT)
    for _ in range(3):
        assert send_payout(payout_id=payout.id, at=AT) is None
    assert len(rail.orders) == 1
    assert Payout.objects.get().reference == "x1"


def test_a_payout_whose_fate_is_unclear_is_asked_for_again_and_not_given_back(
    scout: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    rail = use(monkeypatch, ConnectionError("cut off"), Underway(AT + timedelta(hours=1)), Arrived("x1"))
    payout = request_payout(scout=scout, at=AT)
    with pytest.raises(ConnectionError):
        send_payout(payout_id=payout.id, at=AT)
    payout.refresh_from_db()
    assert (payout.state, money(scout)) == ("sending", (3_456, 7_120_000))
    assert send_payout(payout_id=payout.id, at=AT) == AT + timedelta(hours=1)
    assert send_payout(payout_id=payout.id, at=AT) is None
    assert len({(order.key, order.sending_at) for order in rail.orders}) == 1
    assert [order.told_before for order in rail.orders] == [False, True, True]


def test_a_payout_that_failed_gives_the_money_back_with_the_reason(
    scout: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Failed("account_closed", "Your bank account is closed.", mendable=True))
    payout = request_payout(scout=scout, at=AT)
    assert send_payout(payout_id=payout.id, at=AT) is None
    payout.refresh_from_db()
    assert (payout.state, payout.failure, money(scout)) == ("failed", "account_closed", (7_123_456, 0))
    assert Event.objects.get(type="payout.failed").data["explanation"] == "Your bank account is closed."
    request_payout(scout=scout, at=AT)


@pytest.mark.parametrize("state", sorted(REFUSALS))
def test_a_refusal_has_a_state_of_its_own(scout: Account, monkeypatch: pytest.MonkeyPatch, state: PayoutState) -> None:
    use(monkeypatch, Failed("no", "It is not taken.", mendable=False, state=state))
    payout = request_payout(scout=scout, at=AT)
    assert send_payout(payout_id=payout.id, at=AT) is None
    assert (Payout.objects.get().state, money(scout)) == (state, (7_123_456, 0))


def test_too_little_at_the_rail_waits_and_is_tried_under_a_new_key(
    scout: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = AT + timedelta(hours=1)
    rail = use(monkeypatch, ShortOfFunds(later), ShortOfFunds(later + timedelta(hours=1)), Arrived("x1"))
    payout = request_payout(scout=scout, at=AT)
    assert send_payout(payout_id=payout.id, at=AT) == later
    assert (Payout.objects.get().state, money(scout)) == ("short_of_funds", (3_456, 7_120_000))
    assert send_payout(payout_id=payout.id, at=later) == later + timedelta(hours=1)
    assert send_payout(payout_id=payout.id, at=later + timedelta(hours=1)) is None
    assert [order.key.rpartition(":")[2] for order in rail.orders] == ["1", "2", "3"]
    assert [order.told_before for order in rail.orders] == [False, False, False]
    assert told(scout) == ["payout.requested", "payout.sending", "payout.delayed", "payout.paid"]


def test_what_an_earlier_attempt_met_does_not_end_a_later_one(scout: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, ShortOfFunds(AT), ConnectionError("cut off"))
    payout = request_payout(scout=scout, at=AT)
    send_payout(payout_id=payout.id, at=AT)
    with pytest.raises(ConnectionError):
        send_payout(payout_id=payout.id, at=AT)
    for stale in (ShortOfFunds(AT), Failed("no", "No.", mendable=False)):
        operations.record_progress(payout_id=payout.id, attempt=1, progress=stale, at=AT)
    payout.refresh_from_db()
    assert (payout.state, payout.attempt, money(scout)) == ("sending", 2, (3_456, 7_120_000))


def test_what_came_back_is_available_again_and_counted_once(scout: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Arrived("x1"))
    payout = request_payout(scout=scout, at=AT)
    send_payout(payout_id=payout.id, at=AT)
    for _ in range(2):
        operations.record_return(payout_id=payout.id, reversal="trr_1", amount_micros=1_120_000, at=AT)
    assert (money(scout), paid_out(scout.id)) == ((1_123_456, 0), 6_000_000)
    operations.record_return(payout_id=payout.id, reversal="trr_2", amount_micros=6_000_000, at=AT)
    assert (Payout.objects.get().state, money(scout), paid_out(scout.id)) == ("returned", (7_123_456, 0), 0)
    assert told(scout)[-2:] == ["payout.returned"] * 2


def test_nothing_comes_back_of_what_was_not_paid(scout: Account) -> None:
    payout = request_payout(scout=scout, at=AT)
    with pytest.raises(operations.NotPaidYet):
        operations.record_return(payout_id=payout.id, reversal="trr_1", amount_micros=1_000_000, at=AT)


def test_while_payouts_are_stopped_nothing_is_sent_and_nothing_lost(
    scout: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    rail = use(monkeypatch, Arrived("x1"))
    payout = request_payout(scout=scout, at=AT)
    stopping.stop_payouts(mode="test", findings=["the books are 1.00 short"], at=AT)
    stopping.stop_payouts(mode="test", findings=["the books are 2.00 short"], at=AT)
    assert PayoutStop.objects.get().findings == ["the books are 2.00 short"]
    assert send_payout(payout_id=payout.id, at=AT) == AT + operations.WHILE_STOPPED
    assert rail.orders == []
    with pytest.raises(ReasonMissing):
        stopping.resume_payouts(mode="test", by=CONSOLE, because=" ", at=AT)
    stopping.resume_payouts(mode="test", by=CONSOLE, because="A typing error.", at=AT)
    with pytest.raises(stopping.NothingStopped):
        stopping.resume_payouts(mode="test", by=CONSOLE, because="Again.", at=AT)
    assert send_payout(payout_id=payout.id, at=AT) is None
    assert Audit.objects.get(action=Audit.Action.PAYOUTS_RESUMED).reason == "A typing error."


def test_every_operator_is_told_of_a_stop_once(db: None, mailoutbox: list[EmailMessage]) -> None:
    operators = {make_operator().user.email for _ in range(2)}
    for _ in range(2):
        stopping.stop_payouts(mode="live", findings=["txn_1 is in no entry"], at=AT)
    work = Work.objects.get(kind=stopping.ALERT)
    registry.find(work.kind).handle(work.subject)
    assert {each.to[0] for each in mailoutbox} == operators
    assert all("txn_1 is in no entry" in each.body and "/ops/money" in each.body for each in mailoutbox)


def test_the_rail_is_asked_with_no_transaction_open(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    seen: list[bool] = []

    class Watching(Scripted):
        def move(self, order: Order, *, at: datetime) -> Progress:
            seen.append(connection.in_atomic_block)
            return Arrived("x1")

    monkeypatch.setitem(rails._RAILS, "test", Watching())
    account = Account.objects.create(kind="scout", mode="test")
    submission_id = new_id()
    post(
        [
            rules.compensate_scout(
                book=TEST, scout_id=account.id, submission_id=submission_id, reward_micros=2_000_000
            ),
            rules.settle(book=TEST, scout_id=account.id, submission_id=submission_id, amount_micros=2_000_000),
        ],
        at=AT,
    )
    send_payout(payout_id=request_payout(scout=account, at=AT).id, at=AT)
    assert seen == [False]


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (990_000, NothingToPayOut),
        (0, NothingToPayOut),
        (-5_000_000, NothingToPayOut),
        (5_000_001, NotWholeCents),
        (8_000_000, InsufficientFunds),
    ],
)
def test_what_cannot_be_paid_out_is_refused_and_leaves_nothing(
    scout: Account, amount: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        request_payout(scout=scout, amount_micros=amount, at=AT)
    assert (Payout.objects.count(), Work.objects.count(), money(scout)) == (0, 0, (7_123_456, 0))


def test_who_has_nothing_is_paid_nothing(db: None) -> None:
    with pytest.raises(NothingToPayOut):
        request_payout(scout=Account.objects.create(kind="scout", mode="test"), at=AT)


def test_live_payouts_are_closed_while_there_is_no_rail(db: None) -> None:
    with pytest.raises(PayoutsClosed):
        request_payout(scout=Account.objects.create(kind="scout", mode="live"), at=AT)


def test_agents_are_not_paid_out(db: None) -> None:
    with pytest.raises(ScoutsOnly):
        request_payout(scout=Account.objects.create(kind="agent", mode="test"), at=AT)


def test_the_work_says_when_to_look_again(scout: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    later = AT + timedelta(days=10_000)
    use(monkeypatch, Underway(later), Arrived("x1"))
    payout = request_payout(scout=scout, at=AT)
    handle = registry.find(operations.SEND).handle
    with pytest.raises(registry.TryLater) as asked:
        handle(str(payout.id))
    assert asked.value.at == later
    handle(str(payout.id))
    assert Payout.objects.get(pk=UUID(str(payout.id))).state == "paid"
