"""Deposits by x402: real signatures, a simulated chain; credited once under the payment's nonce, whatever gets lost."""

import base64
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from eth_account import Account as Wallet
from pytest_django import Settings
from x402.client import x402ClientSync
from x402.http.utils import decode_payment_required_header, encode_payment_signature_header
from x402.mechanisms.evm.exact.client import ExactEvmScheme

from market.accounts import operations
from market.accounts.audit import CONSOLE
from market.accounts.models import Account, Audit
from market.ids import new_id
from market.ledger import invariants, queries, rules
from market.ledger.models import Entry
from market.ledger.postings import AccountKind, AccountRef, Book
from market.money import MICROS_PER_DOLLAR
from market.payments import on_chain, x402_gateway
from market.payments.models import ChainPayment
from market.payments.x402_gateway import NotAPayment
from tests.fakes.facilitator import Chain, facilitator
from tests.integration.payments.stripe.paying import live_agent
from tests.integration.payments.stripe.paying_out import now

pytestmark = pytest.mark.django_db
LIVE = Book("live")
OURS = "0x1111111111111111111111111111111111111111"
WALLET = Wallet.from_key("0x" + "42" * 32)
STRANGER = Wallet.from_key("0x" + "43" * 32)


@pytest.fixture
def chain(settings: Settings) -> Iterator[Chain]:
    """The rail is on, and the wallet has 1,000.00."""
    with facilitator() as running:
        settings.X402_PAY_TO = OURS
        settings.X402_FACILITATOR_URL = running.address
        running.balances[WALLET.address.lower()] = 1_000 * MICROS_PER_DOLLAR
        yield running


@pytest.fixture
def agent(db: None) -> Account:
    return live_agent()


def ask(agent: Account, dollars: float = 25.0, header: str | None = None) -> on_chain.Credited:
    return on_chain.pay(
        agent=agent,
        amount_micros=round(dollars * MICROS_PER_DOLLAR),
        header=header,
        address="https://house.example/v1/deposits",
        at=now(),
    )


def signed(agent: Account, dollars: float = 25.0, *, wallet: Any = WALLET) -> str:
    """What x402's own client sends after the 402."""
    with pytest.raises(on_chain.PaymentWanted) as wanted:
        ask(agent, dollars)
    return sign(wanted.value.header, wallet=wallet)


def sign(header: str, *, wallet: Any = WALLET) -> str:
    client = x402ClientSync()
    client.set_spend_controls(False)  # by itself it pays a dollar at most
    client.register("eip155:*", ExactEvmScheme(wallet))
    return encode_payment_signature_header(client.create_payment_payload(decode_payment_required_header(header)))


def available(agent: Account) -> float:
    return queries.balance(rules.agent_available(LIVE, agent.id)) / MICROS_PER_DOLLAR


def test_without_a_payment_it_says_what_has_to_be_paid(chain: Chain, agent: Account) -> None:
    with pytest.raises(on_chain.PaymentWanted) as wanted:
        ask(agent, 25.50)
    (accepted,) = wanted.value.facts["accepts"]
    assert (accepted["payTo"], accepted["amount"], accepted["scheme"]) == (OURS, "25500000", "exact")
    assert (chain.asked, ChainPayment.objects.count()) == ([], 0)


def test_a_signed_payment_is_credited_once_in_an_account_of_its_own(chain: Chain, agent: Account) -> None:
    header = signed(agent)
    first, again = ask(agent, header=header), ask(agent, header=header)
    assert first.payment.id == again.payment.id
    assert (available(agent), chain.asked) == (25.0, ["verify", "settle"])
    assert queries.balance(AccountRef(LIVE, AccountKind.X402_CLEARING)) == -25 * MICROS_PER_DOLLAR
    assert queries.balance(AccountRef(LIVE, AccountKind.STRIPE_CLEARING)) == 0
    assert Entry.objects.get().key == f"topup:x402:{first.payment.nonce}"
    assert json.loads(base64.b64decode(first.receipt))["transaction"] == first.payment.transaction
    assert invariants.faults() == []


@pytest.mark.parametrize("fault", ["drop", "drop_after"])
def test_an_answer_that_is_lost_credits_nothing_twice_and_loses_nothing(
    chain: Chain, agent: Account, fault: str
) -> None:
    header = signed(agent)
    chain.faults.append(fault)
    with pytest.raises(on_chain.PaymentUnderway):
        ask(agent, header=header)
    assert available(agent) == 0
    if fault == "drop":
        assert ask(agent, header=header).payment.state == "settled"
        assert available(agent) == 25.0
    else:  # the chain says that the nonce is used up: by us, or by somebody. A person has to look.
        with pytest.raises(on_chain.PaymentUnderway):
            ask(agent, header=header)
        assert (ChainPayment.objects.get().state, available(agent)) == ("settling", 0.0)


def test_work_that_was_left_is_finished_without_the_caller(chain: Chain, agent: Account) -> None:
    header = signed(agent)
    chain.faults.append("drop")
    with pytest.raises(on_chain.PaymentUnderway):
        ask(agent, header=header)
    for _ in range(2):
        on_chain.settle(payment_id=ChainPayment.objects.get().id, at=now())
    assert (available(agent), Entry.objects.count()) == (25.0, 1)


def test_a_payment_is_not_credited_to_somebody_else(chain: Chain, agent: Account) -> None:
    header = signed(agent)
    ask(agent, header=header)
    other = live_agent()
    with pytest.raises(on_chain.NonceUsed):
        ask(other, header=header)
    assert (available(other), available(agent)) == (0.0, 25.0)


def test_whoever_has_too_little_is_told_so_and_credited_nothing(chain: Chain, agent: Account) -> None:
    with pytest.raises(on_chain.PaymentWanted, match="insufficient_funds"):
        ask(agent, header=signed(agent, wallet=STRANGER))
    assert (ChainPayment.objects.count(), available(agent)) == (0, 0.0)


def test_a_refusal_while_settling_is_told_and_ends_the_payment(chain: Chain, agent: Account) -> None:
    header = signed(agent)
    payload = json.loads(base64.b64decode(header))
    nonce = payload["payload"]["authorization"]["nonce"]
    ChainPayment.objects.create(
        agent=agent,
        mode="live",
        network=payload["accepted"]["network"],
        payer=WALLET.address.lower(),
        nonce=nonce.lower(),
        amount_micros=25 * MICROS_PER_DOLLAR,
        signed=payload,
        begun_at=now(),
    )
    chain.balances.clear()
    for _ in range(2):
        with pytest.raises(on_chain.PaymentWanted, match="insufficient_funds"):
            ask(agent, header=header)
    assert (ChainPayment.objects.get().state, chain.asked, available(agent)) == ("refused", ["settle"], 0.0)


@pytest.mark.parametrize("change", ["amount", "to", "signature", "nonce", "version", "garbage"])
def test_a_payment_that_was_tampered_with_is_refused(chain: Chain, agent: Account, change: str) -> None:
    payload = json.loads(base64.b64decode(signed(agent)))
    said = payload["payload"]["authorization"]
    match change:
        case "amount":
            said["value"] = "1"
        case "to":
            said["to"] = STRANGER.address
        case "signature":
            said["validBefore"] = str(int(said["validBefore"]) + 1)
        case "nonce":
            said["nonce"] = "0x1"
        case "version":
            payload["x402Version"] = 1
    text = "not base64" if change == "garbage" else base64.b64encode(json.dumps(payload).encode()).decode()
    with pytest.raises((on_chain.PaymentWanted, NotAPayment)):
        ask(agent, header=text)
    assert (available(agent), Entry.objects.count()) == (0.0, 0)


@pytest.mark.parametrize("dollars", [0.99, 5_000.01])
def test_amounts_have_bounds(chain: Chain, agent: Account, dollars: float) -> None:
    with pytest.raises(on_chain.ChainAmountOutOfBounds):
        ask(agent, dollars)


# --- what an operator has seen on the chain ---


@pytest.fixture
def lost(chain: Chain, agent: Account) -> ChainPayment:
    """Carried out, and the answer was lost: the facilitator says of the nonce only that it is used."""
    header = signed(agent)
    chain.faults.append("drop_after")
    for _ in range(2):
        with pytest.raises(on_chain.PaymentUnderway):
            ask(agent, header=header)
    return ChainPayment.objects.get()


def look_up(nonce: str, *seen: str, because: str = "Seen in the explorer.") -> str:
    said = StringIO()
    call_command("x402_look_up", nonce, *seen, "--because", because, stdout=said)
    return said.getvalue()


def test_a_payment_that_is_on_the_chain_is_credited_once(lost: ChainPayment, agent: Account) -> None:
    seen = "0x" + "Ab" * 32
    assert look_up(lost.nonce, "--transaction", seen) == f"{lost.nonce}: settled\n"
    lost.refresh_from_db()
    assert (available(agent), lost.transaction, Entry.objects.count()) == (25.0, seen.lower(), 1)
    assert Audit.objects.get(action=Audit.Action.CHAIN_PAYMENT_LOOKED_UP).subject_id == lost.id
    assert on_chain.settle(payment_id=lost.id, at=now()).state == "settled"  # the work that is still there
    with pytest.raises(CommandError, match="nobody has to look"):
        look_up(lost.nonce, "--transaction", seen)
    assert (available(agent), invariants.faults()) == (25.0, [])


def test_one_that_is_not_there_is_ended_only_when_the_chain_cannot_take_it_any_more(
    lost: ChainPayment, agent: Account
) -> None:
    with pytest.raises(CommandError, match="may take it until"):
        look_up(lost.nonce, "--not-there")
    over = x402_gateway.good_until(lost.signed) + on_chain.CHAIN_IS_SURE_AFTER
    found = on_chain.look_up(payment_id=lost.id, transaction_id="", by=CONSOLE, because="Nothing there.", at=over)
    assert (found.state, found.reason, available(agent)) == ("refused", "seen_not_carried_out", 0.0)


@pytest.mark.parametrize(
    ("seen", "because", "says"),
    [
        ("0x12", "Seen.", "no transaction that carried"),
        ("0x" + "zz" * 32, "Seen.", "no transaction that carried"),
        ("0x" + "cd" * 32, "Seen.", "no transaction that carried"),  # another payment's
        ("0x" + "ab" * 32, " ", "has to be said"),
    ],
)
def test_what_cannot_have_been_seen_is_refused(
    lost: ChainPayment, agent: Account, seen: str, because: str, says: str
) -> None:
    other = ask(agent, 5, header=signed(agent, 5)).payment
    ChainPayment.objects.filter(pk=other.pk).update(transaction="0x" + "cd" * 32)
    with pytest.raises(CommandError, match=says):
        look_up(lost.nonce, "--transaction", seen, because=because)
    assert (ChainPayment.objects.get(pk=lost.pk).state, available(agent)) == ("settling", 5.0)


# --- at the agents' door ---


def key_of(agent: Account) -> str:
    return operations.issue_key(account_id=agent.id, by=CONSOLE, scopes=["read", "money"], at=now()).text


def post(client: Client, key: str, **headers: str) -> Any:
    return client.post(
        "/v1/deposits",
        {"amount": "25.00"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": str(new_id()), **headers},
    )


def test_the_door_answers_402_and_then_the_deposit(client: Client, chain: Chain, agent: Account) -> None:
    key = key_of(agent)
    wanted = post(client, key)
    assert (wanted.status_code, wanted.json()["code"]) == (402, "payment_required")
    paid = {"PAYMENT-SIGNATURE": sign(wanted.headers["PAYMENT-REQUIRED"])}
    first, again = post(client, key, **paid), post(client, key, **paid)
    assert (first.status_code, first.json()["status"], first.json()["amount"]) == (201, "succeeded", "25.00")
    assert again.json()["id"] == first.json()["id"]
    assert "PAYMENT-RESPONSE" in first.headers
    found = client.get(f"/v1/deposits/{first.json()['id']}", headers={"Authorization": f"Bearer {key}"})
    assert found.json()["status"] == "succeeded"
    assert available(agent) == 25.0


def test_off_it_is_as_if_it_were_not_there(client: Client, agent: Account) -> None:
    answer = post(client, key_of(agent))
    assert (answer.status_code, answer.json()["code"]) == (403, "live_deposits_closed")
