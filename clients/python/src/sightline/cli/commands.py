"""What each command does: a call or two of the client, and something to read."""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sightline.cli import memory
from sightline.cli.exits import Exit
from sightline.cli.following import next_of_bounty, next_of_result
from sightline.cli.forwarding import Forwarder
from sightline.cli.offers import offer_of
from sightline.cli.pictures import save
from sightline.cli.telling import ProgressLine, show
from sightline.client import Sightline
from sightline.types import Bounty, Event


def run(given: argparse.Namespace) -> Exit:
    known = memory.recall(given.url, given.key)
    with Sightline(known.base_url, known.key) as exchange:
        _COMMANDS[given.command](exchange, given)
    return Exit.DONE


def _signup(exchange: Sightline, given: argparse.Namespace) -> None:
    new = exchange.sign_up(given.name, given.contact)
    sentence = f"{new['agent']['id']} has {new['balance']['available']} of play money."
    sentence += f"\nIts owner claims it at {new['claim_url']}"
    if given.no_keep:
        sentence += f"\nIts key, told only now: {new['key']}"
    else:
        sentence += f"\nIts key is kept in {memory.keep(memory.Known(exchange.base_url, new['key']))}"
    show(new, as_json=given.json, sentence=sentence)


def _account(exchange: Sightline, given: argparse.Namespace) -> None:
    account = exchange.account()
    sentence = f"{account['name']} ({account['id']}), {account['mode']} mode, its time is {account['time']}"
    show(account, as_json=given.json, sentence=sentence)


def _balance(exchange: Sightline, given: argparse.Namespace) -> None:
    balance = exchange.balance()
    currency = balance["currency"].upper()
    sentence = (
        f"{balance['available']} {currency} available, {balance['held']} {currency} held ({balance['mode']} mode)"
    )
    show(balance, as_json=given.json, sentence=sentence)


def _quote(exchange: Sightline, given: argparse.Namespace) -> None:
    quote = exchange.call("POST", "/v1/quotes", offer_of(given, now=datetime.now(UTC)))
    sentence = f"{quote['total']} {quote['currency'].upper()} for {quote['slots']} slot(s)"
    sentence += f": {quote['reward']} and a fee of {quote['fee']} each. {quote['policy']['sentence']}"
    if quote["next_action"]["do"] == "deposit":
        sentence += f"\n{quote['missing']} of it is missing from your balance."
    show(quote, as_json=given.json, sentence=sentence)


def _post(exchange: Sightline, given: argparse.Namespace) -> None:
    body = offer_of(given, now=datetime.now(UTC))
    if given.simulate:
        body["simulate"] = {"outcome": given.simulate}
    bounty = exchange.call("POST", "/v1/bounties", body, idempotency_key=given.idempotency_key)
    if given.wait:
        bounty = _waited(exchange, bounty["id"], None)
    _show_bounty(bounty, given)


def _wait(exchange: Sightline, given: argparse.Namespace) -> None:
    _show_bounty(_waited(exchange, given.bounty, given.timeout), given)


def _list(exchange: Sightline, given: argparse.Namespace) -> None:
    for bounty in islice(exchange.bounties(), given.limit):
        show(
            bounty,
            as_json=given.json,
            sentence=f"{bounty['id']}  {bounty['status']:<10} {bounty['reward']:>9}  {bounty['title']}",
        )


def _simulate(exchange: Sightline, given: argparse.Namespace) -> None:
    told = exchange.simulate(given.bounty, given.outcome)
    show(told, as_json=given.json, sentence=f"A simulated scout is on the way. Next: sightline wait {given.bounty}")


def _results(exchange: Sightline, given: argparse.Namespace) -> None:
    for result in exchange.results(given.bounty):
        lines = [f"{result['id']}  {result['status']}, captured at {result['captured_at']}"]
        if result["blocked"]:
            lines.append(f"  blocked: {result['blocked']}")
        lines += [
            f"  {each['question_id']}: {json.dumps(each['scout_value'], ensure_ascii=False)}"
            for each in result["answers"]
        ]
        lines += [f"  {each['sentence']}" for each in result["verdict"]["reasons"]]
        lines += [f"  {each}" for each in next_of_result(result)]
        if given.save:
            lines += [f"  saved {path}" for path in save(exchange, exchange.result(result["id"]), Path(given.save))]
        show(result, as_json=given.json, sentence="\n".join(lines))


def _review(exchange: Sightline, given: argparse.Namespace) -> None:
    result = exchange.accept(given.result) if given.accept else exchange.reject(given.result, given.reject, given.note)
    show(result, as_json=given.json, sentence=f"{result['id']} is {result['status']}")


def _cancel(exchange: Sightline, given: argparse.Namespace) -> None:
    _show_bounty(exchange.cancel(given.bounty), given)


def _listen(exchange: Sightline, given: argparse.Namespace) -> None:
    after = given.after
    if after is None and not given.from_start:
        for event in exchange.events_so_far():
            after = event["cursor"]
    wanted = set(given.type or ())
    with ExitStack() as stack:
        forwarder = stack.enter_context(Forwarder(given.forward, given.secret)) if given.forward else None
        for event in _only(exchange.events(after), wanted):
            if forwarder is None:
                show(event, as_json=given.json, sentence=f"{event['at']} {event['type']} {json.dumps(event['data'])}")
                continue
            status = forwarder.bring(event)
            show(
                {"event": event, "status": status},
                as_json=given.json,
                sentence=f"{event['at']} {event['type']} -> {status}",
            )


def _only(events: Iterator[Event], types: set[str]) -> Iterator[Event]:
    return (event for event in events if not types or event["type"] in types)


def _waited(exchange: Sightline, bounty_id: str, timeout: float | None) -> Bounty:
    line = ProgressLine()
    try:
        return exchange.wait(bounty_id, timeout=timeout, progress=line)
    finally:
        line.end()


def _show_bounty(bounty: Bounty, given: argparse.Namespace) -> None:
    sentence = f"{bounty['id']} is {bounty['status']}: {bounty['title']}\n{next_of_bounty(bounty)}"
    show(bounty, as_json=given.json, sentence=sentence)


_COMMANDS: dict[str, Callable[[Sightline, argparse.Namespace], Any]] = {
    "account": _account,
    "balance": _balance,
    "cancel": _cancel,
    "list": _list,
    "listen": _listen,
    "post": _post,
    "quote": _quote,
    "results": _results,
    "review": _review,
    "signup": _signup,
    "simulate": _simulate,
    "wait": _wait,
}
