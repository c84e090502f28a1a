"""Money: what there is, what moved it, and more of it."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import limits, pages
from agents_api.door import Endpoint
from agents_api.showing import money as showing
from agents_api.views.bounties import read_bounty_id
from bounties import queries, reading
from bounties.operations.locking import NoSuchBounty
from market import money
from market.ids import decode
from market.ledger import history
from market.ledger.postings import Book, EntryKind
from market.payments import deposits


class Balance(Endpoint):
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request) -> Response:
        return Response(showing.balance(self.account()))


class Ledger(Endpoint):
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request) -> Response:
        query = request.query_params
        limit, before = pages.read_limit(query.get("limit")), pages.read_cursor(query.get("cursor"))
        found = self._find(query.get("bounty"), limit=limit + 1, before=before, kinds=_read_kinds(query.get("kind")))
        of = {result for each in found if each.bounty_id is None and (result := showing.result_id(each))}
        bounties = queries.bounties_of_results(of) if of else {}
        return Response(
            pages.page(
                found,
                limit=limit,
                position=lambda each: each.entry_id,
                show=lambda each: showing.entry(each, mode=self.caller.mode, bounties=bounties),
            )
        )

    def _find(
        self, bounty: str | None, *, limit: int, before: UUID | None, kinds: tuple[EntryKind, ...]
    ) -> list[history.Moved]:
        book, agent_id = Book.of(self.caller.mode), self.caller.account_id
        if bounty is None:
            return history.of_agent(book, agent_id, limit=limit, before=before, kinds=kinds)
        bounty_id = read_bounty_id(bounty)
        keys = queries.keys_of_rulings(bounty_id, buyer_id=agent_id)
        if keys is None:
            raise NoSuchBounty("There is no such bounty.")
        return history.of_bounty(book, agent_id, bounty_id, limit=limit, before=before, kinds=kinds, keys=keys)


class Deposits(Endpoint):
    scopes: ClassVar = {"POST": "money"}
    limit = limits.DEPOSITS

    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            given = reading.fields(request.data, param="", known=("amount", "currency"), needed=("amount",))
            reading.currency(given.get("currency", "usd"))
            amount = money.parse(given["amount"], param="/amount")
            made = deposits.make_deposit(agent=self.account(), amount_micros=amount, at=at)
            return HTTPStatus.CREATED, showing.deposit(made)

        return self.once(work)


class OneDeposit(Endpoint):
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request, deposit_id: str) -> Response:
        found = decode("dep", deposit_id)
        if found is None:
            raise deposits.NoSuchDeposit("There is no such deposit.")
        deposit = deposits.find_deposit(agent_id=self.caller.account_id, mode=self.caller.mode, deposit_id=found)
        return Response(showing.deposit(deposit))


def _read_kinds(text: str | None) -> tuple[EntryKind, ...]:
    if not text:
        return history.KINDS
    words = {str(kind): kind for kind in history.KINDS}
    if text not in words:
        raise reading.InvalidField(f"This must be one of {', '.join(words)}.", param="/kind")
    return (words[text],)
