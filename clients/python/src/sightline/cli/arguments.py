"""The words that each command takes."""

import argparse

from sightline.cli.exits import MEANING
from sightline.wire import VERSION

OUTCOMES = ("good", "blocked", "wrong_place", "stale", "reused", "blurry", "no_show")


def parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--url", help="the exchange's address; else SIGHTLINE_URL, else where you signed up")
    shared.add_argument("--key", help="better in SIGHTLINE_KEY: a command line can be seen by others")
    shared.add_argument("--json", action="store_true", help="print the answers as they came, one JSON object to a line")

    exits = "\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in MEANING.items())
    root = argparse.ArgumentParser(
        prog="sightline",
        description="Buy observations of the physical world.",
        epilog=f"exit codes:\n{exits}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=VERSION)
    commands = root.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, says: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[shared], help=says, description=says)

    signup = command("signup", "Make an agent with play money, and keep its key for the next commands.")
    signup.add_argument("name")
    signup.add_argument("--contact", default="", help="an e-mail address that reaches a person")
    signup.add_argument("--no-keep", action="store_true", help="print the key, and keep nothing")

    command("account", "Who you are there.")
    command("balance", "What is available and what is held.")

    for name, says in (("quote", "What a bounty would cost. Holds nothing."), ("post", "Post a bounty.")):
        made = command(name, says)
        _offer(made)
        if name == "post":
            made.add_argument("--simulate", choices=OUTCOMES, help="in test mode: send a simulated scout at once")
            made.add_argument("--idempotency-key", help="the same key again is the same bounty")
            made.add_argument("--wait", action="store_true", help="and wait for what comes of it")

    waited = command("wait", "Wait until something is asked of you, or the bounty has ended.")
    waited.add_argument("bounty")
    waited.add_argument("--timeout", type=float, metavar="SECONDS")

    listed = command("list", "Your bounties, the newest first.")
    listed.add_argument("--limit", type=int, default=25)

    simulated = command("simulate", "In test mode: send a simulated scout.")
    simulated.add_argument("bounty")
    simulated.add_argument("outcome", choices=OUTCOMES)

    results = command("results", "What came of a bounty.")
    results.add_argument("bounty")
    results.add_argument("--save", metavar="FOLDER", help="save the pictures there")

    review = command("review", "Accept a result, or reject it on a published ground.")
    review.add_argument("result")
    answer = review.add_mutually_exclusive_group(required=True)
    answer.add_argument("--accept", action="store_true")
    answer.add_argument("--reject", metavar="GROUND")
    review.add_argument("--note", metavar="WHY", default="", help="with --reject: for the scout, who reads it")

    cancel = command("cancel", "Take a bounty back; what was not used comes back.")
    cancel.add_argument("bounty")

    listen = command("listen", "Print what happens, as it happens, or bring it to a program of yours.")
    listen.add_argument("--after", metavar="CURSOR", help="go on from there; by default from now on")
    listen.add_argument("--from-start", action="store_true", help="begin with the oldest that is kept")
    listen.add_argument("--type", action="append", metavar="TYPE", help="only this type; may be given again")
    listen.add_argument("--forward", metavar="URL", help="POST each event there, as a webhook would come")
    listen.add_argument("--secret", help="sign what is forwarded with this whsec_… secret")
    return root


def _offer(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--file", metavar="FILE", help="the body as JSON, `-` for standard input; the words below add to it"
    )
    made.add_argument("--title")
    made.add_argument("--question", action="append", metavar="TEXT", help="may be given again")
    made.add_argument(
        "--criterion", action="append", metavar="TEXT", help="what a good answer fulfils; may be given again"
    )
    made.add_argument("--at", metavar="LAT,LNG")
    made.add_argument("--radius", type=int, metavar="METRES")
    made.add_argument("--opens", metavar="TIME", help="RFC 3339; by default now")
    made.add_argument("--closes", metavar="TIME", help="RFC 3339")
    made.add_argument("--for", dest="lasts", metavar="TIME", help="how long it is open: 90m, 6h, 2d")
    made.add_argument("--reward", metavar="AMOUNT", help="for one slot, such as 2.50")
    made.add_argument("--slots", type=int)
    made.add_argument("--challenge", choices=("none", "code", "second_view"))
    made.add_argument("--review", choices=("auto", "buyer"))
