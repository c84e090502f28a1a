"""Money: what there is, what moved it, and more of it."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import limits, pages
from agents_api.describing import IDS, Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.showing import money as showing
from bounties import queries
from bounties.operations.locking import NoSuchBounty
from bounties.shapes import CURRENCY, Body, By, Money, Parts, Schema, WordOf
from market import clock, money
from market.ledger import history
from market.ledger.operations import BalanceTooLarge
from market.ledger.postings import Book, EntryKind
from market.payments import deposits, on_chain, play_money, top_ups, x402_gateway


def _bounty_schema(parts: Parts) -> Schema:
    return IDS["bounty_id"].bare(parts)


QUERY = {
    **pages.QUERY,
    "bounty": By(
        text="Only what moved for this bounty.",
        reads=IDS["bounty_id"].read,
        says=_bounty_schema,
        refuses=IDS["bounty_id"].refusals(),
    ),
    "kind": WordOf(text="Only entries of this kind.", among=[str(kind) for kind in history.KINDS]),
}
DEPOSIT = Body(
    name="DepositDraft",
    fields={
        "amount": Money(
            text='Whole cents: in test mode up to "10000.00" at once, in live mode "25.00" to "5000.00".',
            refused_as=play_money.GrantOutOfBounds,
            sample="100.00",
        ),
        "currency": CURRENCY,
        "by": WordOf(
            text="How a live deposit is paid, where the house takes payments by x402: that is what it is unless told.",
            among=[deposits.BY_CHAIN, deposits.CHECKOUT],
        ),
    },
    needed=("amount",),
)


class Balance(Endpoint):
    @Operation(
        name="get_balance",
        tag=Tag.MONEY,
        title="Read the balance",
        text="What can be spent, and what is held for running bounties.",
        scope="read",
        answers={200: Said("The balance.", showing.BALANCE)},
    )
    def get(self, request: Request) -> Response:
        return Response(showing.balance(self.account()))


class Ledger(Endpoint):
    @Operation(
        name="list_entries",
        tag=Tag.MONEY,
        title="List what moved your money",
        text="Newest first: deposits, holds, payments, releases.",
        scope="read",
        query=QUERY,
        answers={200: Said("A page of entries.", showing.ENTRY_PAGE)},
    )
    def get(self, request: Request) -> Response:
        limit, before = pages.asked(self.query)
        wanted = self.query.get("kind")
        kinds = tuple(kind for kind in history.KINDS if wanted in (None, str(kind)))
        found = self._find(self.query.get("bounty"), limit=limit + 1, before=before, kinds=kinds)
        of = {result for each in found if each.bounty_id is None and (result := showing.result_id(each))}
        bounties = queries.bounties_of_results(of) if of else {}
        paid = [key for each in found if each.kind == EntryKind.TOPUP and (key := showing.payment_id(each))]
        top_up_ids = top_ups.deposits_of(paid) if paid else {}
        return pages.answer(
            request,
            self.query,
            found,
            position=lambda each: each.entry_id,
            show=lambda each: showing.entry(each, mode=self.caller.mode, bounties=bounties, top_ups=top_up_ids),
        )

    def _find(
        self, bounty_id: UUID | None, *, limit: int, before: UUID | None, kinds: tuple[EntryKind, ...]
    ) -> list[history.Moved]:
        book, agent_id = Book.of(self.caller.mode), self.caller.account_id
        if bounty_id is None:
            return history.of_agent(book, agent_id, limit=limit, before=before, kinds=kinds)
        keys = queries.keys_of_rulings(bounty_id, buyer_id=agent_id)
        if keys is None:
            raise NoSuchBounty("There is no such bounty.")
        return history.of_bounty(book, agent_id, bounty_id, limit=limit, before=before, kinds=kinds, keys=keys)


class Deposits(Endpoint):
    limit = limits.DEPOSITS

    @Operation(
        name="create_deposit",
        tag=Tag.MONEY,
        title="Deposit money",
        text="In test mode play money, at once. In live mode a page for the owner, who pays there; the event "
        "deposit.succeeded tells when the money is there.",
        scope="money",
        once=True,
        body=DEPOSIT,
        answers={201: Said("The deposit.", showing.DEPOSIT)},
        refusals=(
            deposits.LiveDepositsClosed,
            play_money.PlayMoneyOnlyInTest,
            money.NotWholeCents,
            top_ups.TopUpOutOfBounds,
            top_ups.OwnerNeeded,
            top_ups.TopUpsTooFast,
            BalanceTooLarge,
            on_chain.ChainAmountOutOfBounds,
            on_chain.NonceUsed,
            on_chain.PaymentUnderway,
            on_chain.PaymentWanted,
            x402_gateway.NotAPayment,
        ),
    )
    def post(self, request: Request) -> Response:
        body = self.read_body()
        if deposits.is_paid_on_chain(agent=self.account(), by=body.get("by")):
            return self._by_chain(request, body["amount"])

        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            amount = body["amount"]
            made = deposits.make_deposit(agent=self.account(), amount_micros=amount, at=at)
            return HTTPStatus.CREATED, showing.deposit(made)

        return self.once(work)

    def _by_chain(self, request: Request, amount: int) -> Response:
        """The nonce of the payment is what makes it once: a 402 is not kept for the Idempotency-Key."""
        header = request.headers.get("PAYMENT-SIGNATURE")
        try:
            made, receipt = deposits.pay_on_chain(
                agent=self.account(), amount_micros=amount, header=header, at=clock.now()
            )
        except on_chain.PaymentWanted as wanted:
            answer = self.handle_exception(wanted)
            answer.headers["PAYMENT-REQUIRED"] = wanted.header
            return answer
        return Response(showing.deposit(made), status=HTTPStatus.CREATED, headers={"PAYMENT-RESPONSE": receipt})


class OneDeposit(Endpoint):
    @Operation(
        name="get_deposit",
        tag=Tag.MONEY,
        title="Read a deposit",
        text="Whether the money is there.",
        scope="read",
        answers={200: Said("The deposit.", showing.DEPOSIT)},
    )
    def get(self, request: Request, deposit_id: UUID) -> Response:
        deposit = deposits.find_deposit(agent_id=self.caller.account_id, mode=self.caller.mode, deposit_id=deposit_id)
        return Response(showing.deposit(deposit))
