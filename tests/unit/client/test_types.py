"""The client's types are those of the API's own description: a field that comes or goes is noticed here."""

from typing import get_type_hints

import pytest
from sightline import types

from agents_api import openapi


def properties(name: str) -> set[str]:
    """Of one of several sorts, what all of them have: they differ in what stands below."""
    schemas = openapi.document()["components"]["schemas"]
    sorts = [schemas[each["$ref"].rpartition("/")[2]] for each in schemas[name].get("oneOf", [])] or [schemas[name]]
    [names] = {frozenset(each["properties"]) for each in sorts}
    return set(names)


@pytest.mark.parametrize(
    "name", ["Account", "Agent", "Balance", "Bounty", "Event", "Medium", "NewAgent", "NextAction", "Quote", "Result"]
)
def test_what_comes_back_has_the_fields_that_are_described(name: str) -> None:
    assert set(get_type_hints(getattr(types, name))) == properties(name)


@pytest.mark.parametrize(
    ("sent", "name"), [("Offer", "BountyDraft"), ("Posting", "BountyPost"), ("Proof", "ProofDraft")]
)
def test_what_is_sent_has_the_fields_that_are_read(sent: str, name: str) -> None:
    assert set(get_type_hints(getattr(types, sent))) == properties(name)
