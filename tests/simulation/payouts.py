"""Random payouts against Stripe's twin: calls that fail, answers that are lost, processes that stop half way, accounts
that close, money that comes back. At the end everything is settled, and each payout has its one transfer or none.

`python -m tests.simulation --payouts 10000` tells a long story with a new seed, `--seed` an old one again.
"""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from market.accounts.audit import CONSOLE
from market.accounts.models import Account
from market.ids import encode
from market.ledger import invariants, queries, rules
from market.ledger.operations import InsufficientFunds
from market.ledger.postings import AccountKind, AccountRef
from market.money import MICROS_PER_DOLLAR
from market.payments import inbox, payout_accounts, stopping, stripe_gateway
from market.payments.models import Payout, PayoutAccount, StripeEvent
from market.payments.operations import NothingToPayOut, begin_sending, record_progress, request_payout, send_payout
from market.payments.payout_accounts import NoPayoutAccount
from market.payments.rails import rail_for
from market.payments.reconciling import reconcile
from market.payments.states import ENDED, PayoutAccountState
from market.payments.stripe_rail import PayoutAccountNotReady
from market.payments.stripe_words import StripeTrouble
from market.work.registry import TryLater
from tests.fakes import stripe_twin
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import LIVE
from tests.integration.payments.stripe.paying_out import connecting_scout, earn

FAULTS: Final = ("fail", "fail_after", "drop", "drop_after", "limit", "away")
ENOUGH_CENTS: Final = 100_000_00


class Story:
    def __init__(self, twin: Twin, seed: int, *, scouts: int) -> None:
        self.twin = twin
        self.drawing = random.Random(seed)
        self.ahead = timedelta()
        self.happened: Counter[str] = Counter()
        self.earned: Counter[Account] = Counter()
        self.waiting: list[UUID] = []  # payouts that may not have ended, the oldest first
        self.scouts = [self._scout() for _ in range(scouts)]
        twin.command("fund", amount=ENOUGH_CENTS)

    @property
    def at(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def _scout(self) -> Account:
        account = connecting_scout()
        self.twin.command("change_account", id=account.stripe_id, status="active")
        payout_accounts.refresh(account_id=account.id, at=self.at)
        return account.scout

    # --- what happens ---

    def step(self) -> None:
        acts = (
            (6, self.ask),
            (8, self.send),
            (2, self.stop_half_way),
            (1, self.change_account),
            (1, self.spend_at_stripe),
            (1, self.reverse),
            (1, self.hear),
            (1, self.wait),
        )
        weights = [weight for weight, _ in acts]
        act = self.drawing.choices([each for _, each in acts], weights)[0]
        self.happened[act.__name__] += 1
        act()

    def ask(self) -> None:
        scout = self.drawing.choice(self.scouts)
        dollars = self.drawing.randrange(100, 4_000) / 100
        earn(scout, dollars)
        self.earned[scout] += round(dollars * MICROS_PER_DOLLAR)
        with suppress(NothingToPayOut, NoPayoutAccount, PayoutAccountNotReady, InsufficientFunds):
            self.waiting.append(request_payout(scout=scout, at=self.at).id)
            self.happened["asked"] += 1

    def send(self) -> None:
        payout = self._open_payout()
        if payout is None:
            return
        if self.drawing.random() < 0.4:
            self.twin.fault("POST /v1/transfers", self.drawing.choice(FAULTS))
        with suppress(StripeTrouble):
            send_payout(payout_id=payout.id, at=self.at)

    def stop_half_way(self) -> None:
        """As a process that is killed: before the call, or after it; or an answer that is recorded twice."""
        payout = self._open_payout()
        order = begin_sending(payout_id=payout.id, at=self.at) if payout else None
        if order is None or self.drawing.random() < 0.3:
            return
        with suppress(StripeTrouble):
            progress = rail_for("live").move(order, at=self.at)
            for _ in range(self.drawing.choice((0, 2))):
                record_progress(payout_id=order.payout_id, attempt=order.attempt, progress=progress, at=self.at)

    def change_account(self) -> None:
        account = PayoutAccount.objects.filter(scout=self.drawing.choice(self.scouts)).latest("id")
        status = self.drawing.choice(("active", "active", "restricted", "unsupported"))
        self.twin.command("change_account", id=account.stripe_id, status=status)
        if self.drawing.random() < 0.5:
            payout_accounts.refresh(account_id=account.id, at=self.at)

    def spend_at_stripe(self) -> None:
        """The house takes out nearly all it has, or puts some back: payouts run short in between."""
        there = stripe_gateway.funds().available_cents
        amount = -there + self.drawing.randrange(3_000) if there > 10_000 else ENOUGH_CENTS
        self.twin.command("move", kind="payout" if amount < 0 else "topup", amount=amount, source="po_own")

    def reverse(self) -> None:
        paid = list(Payout.objects.filter(state="paid").order_by("-id").values_list("reference", flat=True)[:50])
        found = self.twin.command("object", wanted=self.drawing.choice(paid)) if paid else None
        if found and not found["reversed"]:
            left = found["amount"] - found["amount_reversed"]
            amount = self.drawing.choice((left, self.drawing.randint(1, left)))
            self.twin.command("reverse", id=found["id"], amount=amount)

    def hear(self) -> None:
        """Webhooks: shuffled, doubled; of some nobody ever hears."""
        order = self.drawing.choice(("straight", "reversed", "shuffled"))
        webhooks = self.twin.webhooks(order=order, copies=self.drawing.choice((1, 2)), seed=self.drawing.randrange(99))
        for kind, body, signature in webhooks:
            if self.drawing.random() < 0.3:
                continue
            notice = stripe_gateway.read_webhook(body.encode(), signature, secret=stripe_twin.SECRETS[kind])
            inbox.take_in(source=kind, notice=notice, at=self.at)
        self._apply()

    def _apply(self) -> None:
        for event_id in StripeEvent.objects.filter(applied_at=None).values_list("id", flat=True):
            with suppress(TryLater, StripeTrouble):
                inbox.apply(event_id=event_id, at=self.at)

    def wait(self) -> None:
        hours = self.drawing.choice((1, 5, 21, 30))
        self.ahead += timedelta(hours=hours)
        self.twin.advance(hours * 3600)
        if hours == 30:
            self.night()

    def night(self) -> None:
        """What no webhook told of is listed, and the books are compared: in the middle of everything they agree. Only
        what was begun days ago and never told on may be found; an operator lets payouts go on."""
        inbox.list_missed(at=self.at)
        self._apply()
        made = reconcile(at=self.at)
        self.happened["night"] += 1
        assert (made.drift_micros, made.suspense_micros) == (0, 0), made.findings
        assert all(each.startswith("Of payout ") for each in made.findings), made.findings
        if stopping.is_stopped("live"):
            stopping.resume_payouts(mode="live", by=CONSOLE, because="They are sent again.", at=self.at)

    def _open_payout(self) -> Payout | None:
        while self.waiting:
            payout = Payout.objects.get(pk=self.drawing.choice(self.waiting[:50]))
            if payout.state not in ENDED:
                return payout
            self.waiting.remove(payout.id)
        return None

    # --- and what must be true at the end ---

    def settle(self) -> None:
        """Nothing goes wrong any more: everything that was begun comes to its end."""
        self.twin.command("calm")
        self.twin.command("move", kind="topup", amount=10 * ENOUGH_CENTS, source="tu_own")
        for account in PayoutAccount.objects.exclude(state=PayoutAccountState.CLOSED):
            self.twin.command("change_account", id=account.stripe_id, status="active")
            payout_accounts.refresh(account_id=account.id, at=self.at)
        for _ in range(3):  # what Stripe keeps under a key is gone after a day
            self.ahead += timedelta(hours=25)
            self.twin.advance(25 * 3600)
            for payout_id in Payout.objects.exclude(state__in=ENDED).values_list("id", flat=True):
                with suppress(StripeTrouble):
                    send_payout(payout_id=payout_id, at=self.at)
        inbox.list_missed(at=self.at)
        self._apply()

    def check(self) -> None:
        made = reconcile(at=self.at)
        assert (made.findings, made.drift_micros, made.suspense_micros) == ([], 0, 0)
        assert not stopping.is_stopped("live")
        transfers: dict[str, list[dict[str, int]]] = {}
        for each in self.twin.all("tr"):
            transfers.setdefault(each["metadata"]["payout"], []).append(each)
        kept: Counter[str] = Counter()
        costs = 0
        for payout in Payout.objects.order_by("id"):
            assert payout.state in ENDED, payout
            sent = transfers.pop(encode("pay", payout.id), [])
            assert len(sent) == (payout.state in ("paid", "returned")), f"{payout} was sent {len(sent)} times"
            for each in sent:
                assert each["amount"] * 10_000 == payout.sent_micros
                assert each["amount_reversed"] * 10_000 == payout.returned_micros
                if payout.state != "returned":
                    kept[str(payout.scout_id)] += payout.amount_micros - payout.returned_micros
                    costs += payout.cost_micros
            self.happened[payout.state] += 1
        assert not transfers, "money was sent that no payout knows of"
        assert queries.balance(AccountRef(LIVE, AccountKind.PROCESSING_FEE)) == costs
        for scout in self.scouts:
            balance = queries.scout_balance(LIVE, scout.id)
            assert balance.in_flight_micros == 0
            assert balance.available_micros + kept[str(scout.id)] == self.earned[scout]
            assert queries.balance(rules.scout_available(LIVE, scout.id)) == balance.available_micros
        assert invariants.faults() == []


def tell(
    twin: Twin, *, seed: int, payouts: int, scouts: int, say: Callable[[str], None] = lambda line: None
) -> Counter[str]:
    """A story of so many payouts that were asked for."""
    story = Story(twin, seed, scouts=scouts)
    told = 0
    try:
        while story.happened["asked"] < payouts:
            story.step()
            if story.happened["asked"] // 500 > told:
                told += 1
                say(f"seed {seed}: {500 * told} payouts asked for, {story.happened['night']} nights clean")
        story.settle()
        story.check()
    except BaseException as error:
        error.add_note(f"tell it again: python -m tests.simulation --payouts {payouts} --seed {seed}")
        raise
    return story.happened
