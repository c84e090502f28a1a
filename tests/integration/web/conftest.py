"""A world with a buyer and scouts, and a phone in a scout's hand."""

from collections.abc import Iterator

import pytest
from django.test import Client

from market import clock
from market.accounts.models import Account, Scout
from tests.integration.bounties.story import NEARBY, Story, check_always


@pytest.fixture
def story(db: None) -> Iterator[Story]:
    """Told now: pages ask the clock themselves."""
    told = Story(clock.now())
    yield told
    check_always(told)


def phone(account: Account, *, here: bool = True) -> Client:
    """A browser in which this scout is signed in, standing next to the bakery."""
    client = Client()
    client.force_login(Scout.objects.get(account=account).user)
    if here:
        client.post("/place", {"lat": NEARBY.lat, "lng": NEARBY.lng})
    return client


@pytest.fixture
def scouts_phone(story: Story) -> Client:
    return phone(story.scout)
