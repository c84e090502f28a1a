"""The points of moving real money at which a process is killed."""

from tests.dying import Place
from tests.fakes.stripe_twin import Twin

GATEWAY = "market.payments.stripe_gateway"
SDK = "market.payments.stripe_sdk"


def points(call: str, path: str, recorded: tuple[str, str]) -> list[tuple[str, str, Place, bool]]:
    """(what it is, what goes wrong at Stripe, where the process dies, whether Stripe has acted by then)

    `call`: the gateway's function; `recorded`: module and function that write down what Stripe answered.
    """
    place, name = recorded
    return [
        ("before the call", "", (GATEWAY, call, "before"), False),
        ("after Stripe acted, without a reply", f"POST {path}", (SDK, "_in_our_words", "before"), True),
        ("after the reply", "", (GATEWAY, call, "after"), True),
        ("before our commit", "", (f"market.payments.{place}", name, "after"), True),
    ]


def goes_wrong(twin: Twin, match: str) -> None:
    if match:
        twin.fault(match, "drop_after", times=3)  # the client itself asks again twice
