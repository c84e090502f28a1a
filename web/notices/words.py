"""What a notice says, in its reader's language: a title, a sentence, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from market.money import parse
from web.checks_told import name_of
from web.telling import money


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    title: Any  # lazy texts
    text: Any
    to_money: bool = False


_PATTERNS: Final = {
    "submission.accepted": _Pattern(
        _("Accepted: {title}"), _("{amount} is yours when the buyer's time to object is over.")
    ),
    "submission.rejected": _Pattern(_("Rejected: {title}"), _("{reason} See what you can do.")),
    "submission.in_review": _Pattern(
        _("Being looked at: {title}"), _("Somebody looks at it. You hear when it is decided.")
    ),
    "submission.set_aside": _Pattern(
        _("Not judged: {title}"), _("It was kept and not judged. See why, and what you can do.")
    ),
    "submission.overturned": _Pattern(
        _("Decided: {title}"), _("A person decided for the buyer: this one is not paid.")
    ),
    "dispute.opened": _Pattern(_("Contested: {title}"), _("A person will decide. Read what it is about.")),
    "dispute.message": _Pattern(_("Contested: {title}"), _("Something was said about your answer. Read it.")),
    "dispute.ruled": _Pattern(_("Decided: {title}"), _("A person has decided.")),
    "award.settled": _Pattern(_("Money for {title}"), _("{amount} can be paid out now."), to_money=True),
    "payout.paid": _Pattern(_("Your payout has arrived"), _("{amount} has arrived."), to_money=True),
    "payout.failed": _Pattern(
        _("A payout did not go through"), _("{amount} could not be sent, and is available again."), to_money=True
    ),
    "payout.delayed": _Pattern(
        _("A payout takes longer"), _("{amount} waits for money of ours, and is sent by itself."), to_money=True
    ),
    "payout.returned": _Pattern(
        _("A payout came back"), _("{amount} came back to us, and is available again."), to_money=True
    ),
}


def words(type_: str, data: Mapping[str, Any]) -> Words:
    if type_ == "nearby":
        return _nearby(data)
    pattern = _PATTERNS[type_]
    values = {
        "title": data.get("title", ""),
        "amount": money(parse(data["amount"])) if "amount" in data else "",
        "reason": name_of(data["reasons"][0]["code"]) + "." if data.get("reasons") else "",
    }
    path = "/earnings" if pattern.to_money else f"/answers/{data.get('submission', '')}"
    return Words(str(pattern.title).format(**values), str(pattern.text).format(**values).strip(), path)


def _nearby(data: Mapping[str, Any]) -> Words:
    count = int(data["count"])
    title = ngettext("{n} new question near {place}", "{n} new questions near {place}", count)
    best = f"{data['title']} · {money(int(data['reward_micros']))}"
    return Words(title.format(n=count, place=data["place"]), best, f"/bounties/{data['bounty']}")
