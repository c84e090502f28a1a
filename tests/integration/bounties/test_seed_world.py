import io

import pytest
from django.core.management import CommandError, call_command

from bounties.management.commands.seed_world import Bar
from bounties.models import Bounty, Slot
from bounties.nearby.search import nearby
from bounties.places import Place
from bounties.states import BountyState, SlotState
from market.accounts.models import Agent, Mode
from market.clock import now


@pytest.mark.django_db(transaction=True)
def test_a_seeded_world_can_be_searched() -> None:
    call_command("seed_world", bounties=600, agents=7, mode="test", stdout=io.StringIO())
    assert Bounty.objects.filter(mode=Mode.TEST, state=BountyState.OPEN).count() == 600
    assert Agent.objects.filter(owner__isnull=False).count() == 7
    for bounty in Bounty.objects.all()[:50]:
        slots = Slot.objects.filter(bounty=bounty, mode=bounty.mode, state=SlotState.OPEN)
        assert slots.count() == bounty.slots == bounty.free_slots == bounty.unfinished_slots
    assert nearby(around=Place(35.6812, 139.7671), mode=Mode.TEST, at=now()).rows
    assert not nearby(around=Place(35.6812, 139.7671), mode=Mode.LIVE, at=now()).rows


@pytest.mark.parametrize("asked", [{"bounties": 0}, {"bounties": -1}, {"agents": 0}], ids=str)
def test_nothing_cannot_be_seeded(asked: dict[str, int]) -> None:
    with pytest.raises(CommandError):
        call_command("seed_world", **asked)


def test_the_bar_tells_each_tenth_where_nobody_watches() -> None:
    out = io.StringIO()
    bar = Bar(1_000, out)
    for _ in range(100):
        bar.advance(10)
    bar.finish()
    lines = out.getvalue().splitlines()
    assert 10 <= len(lines) <= 11
    assert lines[-1].startswith(f"[{'#' * 32}] 1,000 of 1,000")
