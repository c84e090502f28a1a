"""The lifecycles: every state can be reached, and every state that is no end can be left."""

from typing import Any

import pytest

from bounties import states
from market.payments import states as payments
from market.transitions import Lifecycle, mermaid

ALL = [*states.LIFECYCLES, *payments.LIFECYCLES]


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda each: each.name)
def test_every_state_is_reached_and_leads_to_an_end(lifecycle: Lifecycle[Any]) -> None:
    every = {*type(lifecycle.start).__members__.values()}
    reached = {lifecycle.start}
    for _ in every:
        reached |= {target for source in reached for target in lifecycle.allowed.get(source, {})}
    assert reached == every
    leads_to_end = set(lifecycle.ends())
    for _ in every:
        leads_to_end |= {
            source for source, targets in lifecycle.allowed.items() if not leads_to_end.isdisjoint(targets)
        }
    assert leads_to_end == every


def test_the_ends_are_the_ones_we_mean() -> None:
    assert {str(end) for end in states.BOUNTY.ends()} == {"completed", "expired", "cancelled", "refused"}
    assert {str(end) for end in states.SLOT.ends()} == {"filled", "returned"}
    assert {str(end) for end in states.CLAIM.ends()} == {"fulfilled", "failed", "released", "ended"}
    assert {str(end) for end in states.SUBMISSION.ends()} == {"compensated"}
    assert {str(end) for end in states.AWARD.ends()} == {"settled", "reversed"}
    assert {str(end) for end in states.DISPUTE.ends()} == {"ruled", "withdrawn"}
    assert {str(end) for end in payments.PAYOUT.ends()} == {"failed", "restricted", "unsupported", "returned"}


def test_every_lifecycle_can_be_drawn() -> None:
    assert all("[*] -->" in mermaid(lifecycle) for lifecycle in ALL)
