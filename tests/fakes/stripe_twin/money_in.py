"""The twin's side of money coming in: checkout sessions, payments, refunds, disputed charges."""

from typing import Any

import stripe
from stripe import params as wanted
from stripe.params import checkout as checkout_wanted

from tests.fakes.stripe_twin.books import Books, Trouble, words
from tests.fakes.stripe_twin.shapes import Json

SESSION_SECONDS = 86_400
DISPUTE_FEE = 1_500


def card_fee(amount: int) -> int:
    """2.9 % and 30 cents, as Stripe publishes for domestic cards."""
    return (amount * 29 + 500) // 1_000 + 30


class MoneyIn:
    def __init__(self, books: Books) -> None:
        self.books = books

    # --- checkout ---

    def make_session(self, asked: checkout_wanted.SessionCreateParams) -> Json:
        lines = asked.get("line_items") or []
        prices = [(each["price_data"].get("unit_amount") or 0) * (each.get("quantity") or 1) for each in lines]
        if asked.get("mode") != "payment" or not prices or "success_url" not in asked:
            raise Trouble(400, "You must pass line_items, mode and success_url.", param="line_items")
        customer = asked.get("customer")
        if customer is not None:
            self.books.get(customer, "cus", param="customer")
            if "customer_creation" in asked:
                raise Trouble(400, "customer_creation cannot be used with customer.", param="customer_creation")
        now = self.books.now()
        made = self.books.add(
            stripe.checkout.Session,
            "cs",
            object="checkout.session",
            status="open",
            payment_status="unpaid",
            mode="payment",
            amount_total=sum(prices),
            currency="usd",
            customer=customer,
            payment_intent=None,
            metadata=words(asked.get("metadata")),
            created=now,
            expires_at=asked.get("expires_at") or now + SESSION_SECONDS,
            success_url=asked["success_url"],
            cancel_url=asked.get("cancel_url"),
            url="",
        )
        made["url"] = f"{self.books.address}/pay/{made['id']}"
        self.books.asked[made["id"]] = dict(asked)
        return made

    def session(self, session_id: str) -> Json:
        return self._lapsed(self.books.get(session_id, "cs"))

    def expire_session(self, session_id: str) -> Json:
        found = self.session(session_id)
        if found["status"] != "open":
            raise Trouble(400, "Only Checkout Sessions with a status in [open] can be expired.")
        return self._end(found)

    def _lapsed(self, session: Json) -> Json:
        over = session["status"] == "open" and session["expires_at"] <= self.books.now()
        return self._end(session) if over else session

    def _end(self, session: Json) -> Json:
        session |= {"status": "expired", "url": None}
        self.books.tell("checkout.session.expired", session)
        return session

    def pay(self, session_id: str, *, card: str = "ok") -> Json:
        """What a person does on the payment page. A card that is declined leaves the page open."""
        session = self.session(session_id)
        if session["status"] != "open":
            raise Trouble(400, "This page can no longer be paid.")
        asked = self.books.asked[session_id]
        about = asked.get("payment_intent_data") or {}
        if session["customer"] is None and asked.get("customer_creation") == "always":
            session["customer"] = self.books.add(stripe.Customer, "cus", object="customer", created=0)["id"]
        method = self._card(saved_for=session["customer"] if about.get("setup_future_usage") else None)
        intent = self._intent(
            session["amount_total"], customer=session["customer"], metadata=about.get("metadata"), method=method
        )
        session["payment_intent"] = intent["id"]
        if card != "ok":
            self._fail(intent, card)
            return session
        self._succeed(intent)
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        self.books.tell("checkout.session.completed", session)
        return session

    def _card(self, *, saved_for: str | None) -> str:
        made = self.books.add(
            stripe.PaymentMethod, "pm", object="payment_method", type="card", customer=saved_for, created=0
        )
        return str(made["id"])

    # --- payments ---

    def _intent(self, amount: int, *, customer: str | None, metadata: Any, method: str) -> Json:
        return self.books.add(
            stripe.PaymentIntent,
            "pi",
            object="payment_intent",
            amount=amount,
            amount_received=0,
            currency="usd",
            status="requires_confirmation",
            customer=customer,
            payment_method=method,
            metadata=dict(metadata or {}),
            latest_charge=None,
            last_payment_error=None,
            created=self.books.now(),
        )

    def _fail(self, intent: Json, why: str) -> Json:
        code = why if why == "authentication_required" else "card_declined"
        error = {"type": "card_error", "code": code, "decline_code": why, "message": "Your card was declined."}
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        self.books.tell("payment_intent.payment_failed", intent)
        return error

    def _succeed(self, intent: Json) -> None:
        amount = intent["amount"]
        charge = self.books.add(
            stripe.Charge,
            "ch",
            object="charge",
            amount=amount,
            amount_captured=amount,
            amount_refunded=0,
            currency="usd",
            captured=True,
            paid=True,
            disputed=False,
            refunded=False,
            status="succeeded",
            payment_intent=intent["id"],
            payment_method=intent["payment_method"],
            payment_method_details={"type": "card", "card": {"brand": "visa", "last4": "4242"}},
            customer=intent["customer"],
            metadata=intent["metadata"],
            receipt_url="",
            balance_transaction=None,
            created=self.books.now(),
        )
        charge["receipt_url"] = f"{self.books.address}/receipts/{charge['id']}"
        moved = self.books.move("charge", amount, source=charge["id"], fee=card_fee(amount), settles=True)
        charge["balance_transaction"] = moved["id"]
        intent |= {"status": "succeeded", "amount_received": amount, "latest_charge": charge["id"]}
        self.books.tell("charge.succeeded", charge)
        self.books.tell("payment_intent.succeeded", intent)

    def make_payment(self, asked: wanted.PaymentIntentCreateParams) -> Json:
        if not (asked.get("confirm") and asked.get("off_session")):
            raise Trouble(400, "The twin knows payments of saved cards only.", param="off_session")
        method = self.books.get(asked.get("payment_method") or "", "pm", param="payment_method")
        if method["customer"] is None or method["customer"] != asked.get("customer"):
            raise Trouble(400, "The PaymentMethod does not belong to the Customer.", param="payment_method")
        intent = self._intent(
            asked["amount"], customer=method["customer"], metadata=asked.get("metadata"), method=method["id"]
        )
        why = self.books.cards.get(method["id"], "ok")
        if why == "processing":
            intent["status"] = "processing"
        elif why != "ok":
            error = self._fail(intent, why)
            said = {key: value for key, value in error.items() if key not in ("type", "message")}
            raise Trouble(402, error["message"], kind="card_error", **said, payment_intent=dict(intent))
        else:
            self._succeed(intent)
        return intent

    def finish(self, payment_id: str, *, card: str = "ok") -> Json:
        """A payment that was on its way arrives, or does not."""
        intent = self.books.get(payment_id, "pi")
        if card == "ok":
            self._succeed(intent)
        else:
            self._fail(intent, card)
        return intent

    def detach(self, method_id: str) -> Json:
        method = self.books.get(method_id, "pm")
        if method["customer"] is None:
            raise Trouble(400, "The payment method is not attached to a customer.")
        method["customer"] = None
        return method

    # --- refunds ---

    def make_refund(self, asked: wanted.RefundCreateParams) -> Json:
        intent = self.books.get(asked.get("payment_intent") or "", "pi", param="payment_intent")
        charge = self.books.get(intent["latest_charge"] or "", "ch", param="charge")
        amount = asked.get("amount", charge["amount"] - charge["amount_refunded"])
        if charge["disputed"]:
            raise Trouble(400, "This charge has been charged back.", code="charge_disputed")
        if not 0 < amount <= charge["amount"] - charge["amount_refunded"]:
            raise Trouble(400, "Refund amount is greater than what is left.", code="charge_already_refunded")
        if self.books.available() + self.books.pending() < amount:
            raise Trouble(400, "Insufficient funds to refund.", code="balance_insufficient")
        state, is_booked = self.books.refunds
        made = self.books.add(
            stripe.Refund,
            "re",
            object="refund",
            amount=amount,
            currency="usd",
            status=state,
            charge=charge["id"],
            payment_intent=intent["id"],
            metadata=words(asked.get("metadata")),
            failure_reason=None,
            balance_transaction=None,
            failure_balance_transaction=None,
            created=self.books.now(),
        )
        if is_booked:
            self._book_refund(made)
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.books.tell("refund.created", made)
        self.books.tell("charge.refunded", charge)
        return made

    def _book_refund(self, made: Json) -> None:
        made["balance_transaction"] = self.books.move("refund", -made["amount"], source=made["id"])["id"]

    def refunds_begin(self, state: str, *, booked: bool = False) -> None:
        """`pending`, as where our balance is too low or a bank takes its time, or `requires_action`, as where whoever
        paid has to say where it should go. The balance moves at once, or only when it is sent."""
        self.books.refunds = (state, booked)

    def finish_refund(self, refund_id: str) -> Json:
        """One that was on its way arrives."""
        found = self.books.get(refund_id, "re")
        if found["balance_transaction"] is None:
            self._book_refund(found)
        found["status"] = "succeeded"
        self.books.tell("refund.updated", found)
        return found

    def refund(self, payment_id: str, *, amount: int | None = None) -> Json:
        """Somebody presses the button in the dashboard; or Stripe does it by itself, before a charge is contested."""
        part = {} if amount is None else {"amount": amount}
        return self.make_refund({"payment_intent": payment_id, **part})  # type: ignore[typeddict-item]

    def fail_refund(self, refund_id: str, *, canceled: bool = False) -> Json:
        """The card's bank does not take it, or nobody said where it should go: what had left is ours again."""
        found = self.books.get(refund_id, "re")
        charge = self.books.get(found["charge"], "ch")
        if found["balance_transaction"] is not None:
            moved = self.books.move("refund_failure", found["amount"], source=found["id"])
            found["failure_balance_transaction"] = moved["id"]
        found["status"] = "canceled" if canceled else "failed"
        found["failure_reason"] = None if canceled else "expired_or_canceled_card"
        charge["amount_refunded"] -= found["amount"]
        charge["refunded"] = False
        self.books.tell("refund.updated" if canceled else "refund.failed", found)
        return found

    # --- disputed charges ---

    def contest(self, payment_id: str, *, amount: int | None = None, warning: bool = False) -> Json:
        intent = self.books.get(payment_id, "pi")
        charge = self.books.get(intent["latest_charge"], "ch")
        amount = amount or charge["amount"] - charge["amount_refunded"]
        made = self.books.add(
            stripe.Dispute,
            "dp",
            object="dispute",
            amount=amount,
            currency="usd",
            charge=charge["id"],
            payment_intent=intent["id"],
            reason="fraudulent",
            status="warning_needs_response" if warning else "needs_response",
            balance_transactions=[],
            evidence_details={"due_by": self.books.now() + 7 * 86_400, "has_evidence": False, "submission_count": 0},
            metadata={},
            created=self.books.now(),
        )
        self.books.tell("charge.dispute.created", made)
        if not warning:
            self._withdraw(made)
        return made

    def escalate(self, dispute_id: str) -> Json:
        """A bank that had only asked takes the money after all: the same dispute goes on."""
        found = self.books.get(dispute_id, "dp")
        found["status"] = "needs_response"
        self._withdraw(found)
        self.books.tell("charge.dispute.updated", found)
        return found

    def _withdraw(self, dispute: Json) -> None:
        self.books.get(dispute["charge"], "ch")["disputed"] = True
        taken = self.books.move("adjustment", -dispute["amount"], source=dispute["id"], fee=DISPUTE_FEE)
        dispute["balance_transactions"] = [dict(taken)]
        self.books.tell("charge.dispute.funds_withdrawn", dispute)

    def decide(self, dispute_id: str, *, won: bool, fee_back: bool = False) -> Json:
        found = self.books.get(dispute_id, "dp")
        warning = found["status"].startswith("warning")
        found["status"] = "warning_closed" if warning else "won" if won else "lost"
        if won and not warning:
            given_back = self.books.move(
                "adjustment", found["amount"], source=found["id"], fee=-DISPUTE_FEE if fee_back else 0
            )
            found["balance_transactions"] = [*found["balance_transactions"], dict(given_back)]
            self.books.tell("charge.dispute.funds_reinstated", found)
        self.books.tell("charge.dispute.closed", found)
        return found


def expanded(books: Books, found: Json, fields: list[str]) -> Json:
    """`a.b`: the thing itself in place of its id."""
    made = dict(found)
    for path in fields:
        first, _, rest = path.partition(".")
        inner = made.get(first)
        if isinstance(inner, str):
            inner = books.objects[inner]
        if first == "data" and isinstance(inner, list):
            made[first] = [expanded(books, each, [rest]) if rest else each for each in made[first]]
        if isinstance(inner, dict):
            made[first] = expanded(books, inner, [rest] if rest else [])
    return made
