"""What the busy operations ask of the database, pinned: a statement more is a decision, not an accident."""

from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bounties import drafts, operations
from tests.integration.bounties.story import ACCEPTED, NEARBY, Story, body


def statements(call: partial[Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len([each for each in captured if "SAVEPOINT" not in each["sql"]])


def test_posting_is_one_statement_however_many_there_are(story: Story) -> None:
    draft = drafts.read(body(story.at, slots=100), at=story.at)
    post = partial(operations.post, buyer=story.buyer, draft=draft, at=story.at)
    batch = partial(operations.post_all, buyer=story.buyer, drafts=[draft] * 2, at=story.at)
    assert (statements(post), statements(batch)) == (1, 1)


def test_claiming_and_judging_ask_so_often(story: Story) -> None:
    bounty = story.post(slots=50)
    claim = partial(operations.claim, scout=story.scout, bounty_id=bounty.id, location=NEARBY, at=story.at)
    assert statements(claim) == 3
    made = story.claim(story.post(), story.other_scout)
    submission = story.submit(made)
    # One of them sees that no other try of the claim was paid.
    assert statements(partial(story.judge, submission, ACCEPTED)) == 14
