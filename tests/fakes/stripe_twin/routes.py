"""Which request is which: method and path, the type of its parameters, and what answers it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NotRequired

from stripe import params
from stripe.params import checkout
from stripe.params.v2 import core
from stripe.params.v2.core import EventListParamsCreated  # noqa: F401 - `ThinPageParams` names it by its base

from tests.fakes.stripe_twin.books import Books, Trouble
from tests.fakes.stripe_twin.money_in import MoneyIn, expanded
from tests.fakes.stripe_twin.money_out import MoneyOut
from tests.fakes.stripe_twin.shapes import Json

LARGEST_PAGE = 100

Answer = Callable[[Any, str], Json]


class ThinPageParams(core.EventListParams):
    """Also of a page that follows: its address is the one Stripe answered, and nobody makes it up."""

    page: NotRequired[str]


@dataclass(frozen=True)
class Route:
    method: str
    path: re.Pattern[str]
    shape: Any
    answer: Answer


class Routes:
    def __init__(self, address: str) -> None:
        self.books = Books(address)
        self.pages: dict[str, tuple[str, int, str]] = {}  # what follows, by the word that stands in its address
        self.account = ""  # as whom the platform asks: a scout's account, or nobody but itself
        self.money_in, self.money_out = MoneyIn(self.books), MoneyOut(self.books)
        into, out = self.money_in, self.money_out
        self.routes = [
            _route("GET", "/v1/balance", params.BalanceRetrieveParams, lambda asked, _: self._balance()),
            _route("GET", "/v1/balance_transactions", params.BalanceTransactionListParams, self._transactions),
            _route("GET", "/v1/events", params.EventListParams, self._events),
            _route("GET", "/v1/events/ID", params.EventRetrieveParams, lambda asked, it: self._event(it, "event")),
            _route("POST", "/v1/checkout/sessions", checkout.SessionCreateParams, lambda a, _: into.make_session(a)),
            _route("GET", "/v1/checkout/sessions/ID", checkout.SessionRetrieveParams, lambda a, it: into.session(it)),
            _route(
                "POST",
                "/v1/checkout/sessions/ID/expire",
                checkout.SessionExpireParams,
                lambda a, it: into.expire_session(it),
            ),
            _route("POST", "/v1/payment_intents", params.PaymentIntentCreateParams, lambda a, _: into.make_payment(a)),
            _route("GET", "/v1/payment_intents", params.PaymentIntentListParams, self._payments),
            _route("GET", "/v1/refunds", params.RefundListParams, self._refunds),
            _route("GET", "/v1/payment_intents/ID", params.PaymentIntentRetrieveParams, self._get("pi")),
            _route("GET", "/v1/charges/ID", params.ChargeRetrieveParams, self._get("ch")),
            _route(
                "POST", "/v1/payment_methods/ID/detach", params.PaymentMethodDetachParams, lambda a, it: into.detach(it)
            ),
            _route("POST", "/v1/refunds", params.RefundCreateParams, lambda a, _: into.make_refund(a)),
            _route("GET", "/v1/refunds/ID", params.RefundRetrieveParams, self._get("re")),
            _route("GET", "/v1/disputes/ID", params.DisputeRetrieveParams, self._get("dp")),
            _route("POST", "/v1/transfers", params.TransferCreateParams, lambda a, _: out.make_transfer(a)),
            _route("GET", "/v1/transfers", params.TransferListParams, self._transfers),
            _route("GET", "/v1/transfers/ID", params.TransferRetrieveParams, self._get("tr")),
            _route(
                "GET",
                "/v1/transfers/ID/reversals",
                params.TransferReversalListParams,
                lambda asked, it: _page(out.reversals(it), asked, f"/v1/transfers/{it}/reversals"),
            ),
            _route("GET", "/v1/balance_transactions/ID", params.BalanceTransactionRetrieveParams, self._get("txn")),
            _route("GET", "/v1/payouts", params.PayoutListParams, self._bank_payouts),
            _route("POST", "/v2/core/accounts", core.AccountCreateParams, lambda a, _: out.make_account(a)),
            _route("GET", "/v2/core/accounts/ID", core.AccountRetrieveParams, self._get("acct")),
            _route("POST", "/v2/core/account_links", core.AccountLinkCreateParams, lambda a, _: out.make_link(a)),
            _route("GET", "/v2/core/events", ThinPageParams, self._thin_events),
            _route(
                "GET",
                "/v2/core/events/ID",
                core.EventRetrieveParams,
                lambda asked, it: self._event(it, "v2.core.event"),
            ),
        ]

    def find(self, method: str, path: str) -> tuple[Route, str]:
        for each in self.routes:
            match = each.path.fullmatch(path)
            if match and each.method == method:
                return each, match[1] if match.groups() else ""
        raise Trouble(404, f"Unrecognized request URL ({method}: {path}).")

    def answer(self, route: Route, it: str, asked: Json) -> Json:
        made = route.answer(asked, it)
        return expanded(self.books, made, asked.get("expand") or [])

    def _get(self, prefix: str) -> Answer:
        return lambda asked, it: self.books.get(it, prefix)

    def _balance(self) -> Json:
        available, pending = self.books.available(), self.books.pending()
        return {
            "object": "balance",
            "livemode": False,
            "available": [{"amount": available, "currency": "usd"}],
            "pending": [{"amount": pending, "currency": "usd"}],
        }

    def _transactions(self, asked: Json, _: str) -> Json:
        kept = [each for each in reversed(self.books.transactions) if _within(each["created"], asked.get("created"))]
        if "type" in asked:
            kept = [each for each in kept if each["type"] == asked["type"]]
        return _page(kept, asked, "/v1/balance_transactions")

    def _transfers(self, asked: Json, _: str) -> Json:
        kept = self.money_out.transfers(asked.get("transfer_group"))
        return _page([each for each in kept if _within(each["created"], asked.get("created"))], asked, "/v1/transfers")

    def _bank_payouts(self, asked: Json, _: str) -> Json:
        return _page(self.money_out.bank_payouts(self.account), asked, "/v1/payouts")

    def _payments(self, asked: Json, _: str) -> Json:
        kept = [each for each in self.books.of_kind("pi") if each["customer"] == asked.get("customer")]
        return _page(kept, asked, "/v1/payment_intents")

    def _refunds(self, asked: Json, _: str) -> Json:
        kept = [each for each in self.books.of_kind("re") if each["payment_intent"] == asked.get("payment_intent")]
        return _page(kept, asked, "/v1/refunds")

    def _events(self, asked: Json, _: str) -> Json:
        kept = [each for each in self.books.listed_events() if each["object"] == "event"]
        return _page([each for each in kept if _within(each["created"], asked.get("created"))], asked, "/v1/events")

    def _thin_events(self, asked: Json, _: str) -> Json:
        """As version 2 pages: the address of what follows, good where it was answered; what is asked for is in it."""
        if "page" in asked:
            if set(asked) != {"page"} or asked["page"] not in self.pages:
                raise Trouble(400, "This page was never answered.", code="invalid_page", param="page")
            since, limit, after = self.pages[asked["page"]]
        else:
            since, limit, after = (asked.get("created") or {}).get("gte", ""), _limit(asked, 20), ""
        kept = [each for each in self.books.listed_events() if each["object"] == "v2.core.event"]
        kept = [each for each in kept if each["created"] >= since]
        if after:
            kept = kept[[each["id"] for each in kept].index(after) + 1 :]
        following = None
        if len(kept) > limit:
            token = f"page_twin{len(self.pages):08d}"
            self.pages[token] = (since, limit, kept[limit - 1]["id"])
            following = f"/v2/core/events?page={token}"
        return {"data": kept[:limit], "next_page_url": following}

    def _event(self, event_id: str, kind: str) -> Json:
        found = self.books.event(event_id)
        if found["object"] != kind:
            raise Trouble(404, f"No such event: '{event_id}'", code="resource_missing", param="id")
        return found


def _route(method: str, path: str, shape: Any, answer: Answer) -> Route:
    return Route(method, re.compile(path.replace("ID", r"(\w+)")), shape, answer)


def _within(created: int, bounds: Any) -> bool:
    if bounds is None:
        return True
    return bool(
        bounds.get("gte", 0) <= created <= bounds.get("lte", created) and created < bounds.get("lt", created + 1)
    )


def _limit(asked: Json, usual: int) -> int:
    limit = int(asked.get("limit", usual))
    if not 1 <= limit <= LARGEST_PAGE:
        raise Trouble(400, f"A page has 1 to {LARGEST_PAGE}.", code="parameter_invalid_integer", param="limit")
    return limit


def _page(found: list[Json], asked: Json, url: str) -> Json:
    after = asked.get("starting_after")
    if after is not None:
        ids = [each["id"] for each in found]
        found = found[ids.index(after) + 1 :]
    limit = _limit(asked, 10)
    return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": url}
