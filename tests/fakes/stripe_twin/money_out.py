"""The twin's side of money going out: scouts' accounts in version 2, links to onboard by, transfers, reversals."""

import time

import stripe
from stripe import params as wanted
from stripe.params.v2 import core as core_wanted

from tests.fakes.stripe_twin.books import Books, Trouble, shown, words
from tests.fakes.stripe_twin.shapes import Json

# Countries that a platform in the United States may send to, as far as the tests need any.
SENDS_TO = ("us", "de", "es", "fr", "gb", "mx")


class MoneyOut:
    def __init__(self, books: Books) -> None:
        self.books = books

    # --- accounts ---

    def make_account(self, asked: core_wanted.AccountCreateParams) -> Json:
        country = (asked.get("identity") or {}).get("country", "us").lower()
        recipient = (asked.get("configuration") or {}).get("recipient")
        if recipient is None:
            raise Trouble(400, "The twin makes recipients only.", code="invalid_fields")
        if country == "zz":
            raise Trouble(400, "The country 'ZZ' is not supported.", code="country_unsupported")
        supported = country in SENDS_TO
        why = "requirements_past_due" if supported else "unsupported_country"
        resolution = "provide_info" if supported else "no_resolution"
        transfers = {
            "status": "restricted" if supported else "unsupported",
            "status_details": [{"code": why, "resolution": resolution}],
        }
        made = self.books.add(
            stripe.v2.core.Account,
            "acct",
            object="v2.core.account",
            applied_configurations=["recipient"],
            closed=False,
            configuration={"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": transfers}}}},
            contact_email=asked.get("contact_email"),
            dashboard=asked.get("dashboard"),
            display_name=asked.get("display_name"),
            identity={"country": country},
            created=self._iso(),
            livemode=False,
            metadata=words(asked.get("metadata")),
            requirements=None,
        )
        self._ask_for(made, ["identity.individual.verification.document", "default_payout_method"])
        self._tell(made, "created")
        return made

    def account(self, account_id: str) -> Json:
        return self.books.get(account_id, "acct")

    def change_account(
        self, account_id: str, *, status: str, reason: str = "", wants: list[str] | None = None, closed: bool = False
    ) -> Json:
        """What Stripe decides about a scout: active, restricted, pending, unsupported; and what it still asks for."""
        found = self.account(account_id)
        transfers = found["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"]
        transfers["status"] = status
        transfers["status_details"] = [{"code": reason, "resolution": "provide_info"}] if reason else []
        found["closed"] = closed
        self._ask_for(found, wants or [])
        self._tell(found, "closed" if closed else "updated")
        return found

    def _ask_for(self, account: Json, wants: list[str]) -> None:
        due = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.books.now() + 14 * 86_400))
        entries: list[Json] = [
            {"description": each, "errors": [], "minimum_deadline": {"status": "currently_due"}} for each in wants
        ]
        summary = {"minimum_deadline": {"status": "currently_due", "time": due}} if wants else None
        account["requirements"] = {"entries": entries, "summary": summary}

    def _tell(self, account: Json, what: str) -> None:
        self.books.tell_thin(f"v2.core.account.{what}", account, where=f"/v2/core/accounts/{account['id']}")

    def make_link(self, asked: core_wanted.AccountLinkCreateParams) -> Json:
        found = self.account(asked["account"])
        if found["closed"]:
            raise Trouble(400, "This account is closed.", code="account_closed")
        return shown(
            stripe.v2.core.AccountLink,
            object="v2.core.account_link",
            account=found["id"],
            created=self._iso(),
            expires_at=self._iso(300),
            livemode=False,
            url=f"{self.books.address}/onboard/{self.books.new_id('link')}",
            use_case=asked["use_case"],
        )

    def _iso(self, ahead: int = 0) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.books.now() + ahead))

    # --- transfers ---

    def make_transfer(self, asked: wanted.TransferCreateParams) -> Json:
        amount = asked.get("amount", 0)
        account = self.books.objects.get(asked["destination"])
        if account is None or account["closed"]:
            message = f"No such destination: '{asked['destination']}'"
            raise Trouble(400, message, code="resource_missing", param="destination")
        status = account["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"]["status"]
        if status != "active":
            message = "Your destination account needs to have at least one of the following capabilities enabled: "
            raise Trouble(400, message + "transfers", code="insufficient_capabilities_for_transfer")
        if amount <= 0:
            raise Trouble(400, "Invalid positive integer", code="parameter_invalid_integer", param="amount")
        if amount > self.books.available():
            raise Trouble(400, "You have insufficient available funds.", code="balance_insufficient")
        made = self.books.add(
            stripe.Transfer,
            "tr",
            object="transfer",
            amount=amount,
            amount_reversed=0,
            currency=asked["currency"],
            destination=account["id"],
            description=asked.get("description"),
            metadata=words(asked.get("metadata")),
            transfer_group=asked.get("transfer_group"),
            reversed=False,
            balance_transaction=None,
            created=self.books.now(),
            livemode=False,
        )
        made["balance_transaction"] = self.books.move("transfer", -amount, source=made["id"])["id"]
        self.books.tell("transfer.created", made)
        return made

    def transfer(self, transfer_id: str) -> Json:
        return self.books.get(transfer_id, "tr")

    def transfers(self, group: str | None) -> list[Json]:
        return [each for each in self.books.of_kind("tr") if group is None or each["transfer_group"] == group]

    def reverse(self, transfer_id: str, *, amount: int | None = None) -> Json:
        """The money comes back to the platform: by its own wish, or because the scout's account cannot have it."""
        found = self.transfer(transfer_id)
        left = found["amount"] - found["amount_reversed"]
        amount = left if amount is None else amount
        if not 0 < amount <= left:
            raise Trouble(400, "Transfer reversal amount is greater than what is left.")
        made = self.books.add(
            stripe.TransferReversal,
            "trr",
            object="transfer_reversal",
            amount=amount,
            currency="usd",
            transfer=found["id"],
            balance_transaction=None,
            metadata={},
            created=self.books.now(),
        )
        made["balance_transaction"] = self.books.move("transfer_refund", amount, source=made["id"])["id"]
        found["amount_reversed"] += amount
        found["reversed"] = found["amount_reversed"] == found["amount"]
        self.books.tell("transfer.reversed", found)
        return made

    def reversals(self, transfer_id: str) -> list[Json]:
        return [each for each in self.books.of_kind("trr") if each["transfer"] == transfer_id]

    # --- from a scout's account on to their bank ---

    def pay_on(self, account_id: str, *, amount: int, failure: str = "") -> Json:
        """Stripe pays a scout's balance on to their bank, which takes it or sends it back."""
        self.account(account_id)
        made = self.books.add(
            stripe.Payout,
            "po",
            object="payout",
            amount=amount,
            currency="usd",
            created=self.books.now(),
            status="failed" if failure else "paid",
            failure_code=failure or None,
            livemode=False,
            metadata={"account": account_id},
        )
        self.books.tell("payout.failed" if failure else "payout.paid", made, account=account_id)
        return made

    def bank_payouts(self, account_id: str) -> list[Json]:
        return [each for each in self.books.of_kind("po") if each["metadata"]["account"] == account_id]

    def deauthorize(self, account_id: str) -> None:
        """The scout takes the platform off their account."""
        about = {"id": "ca_twin", "object": "application", "name": "Sightline"}
        self.books.tell("account.application.deauthorized", about, account=account_id)
