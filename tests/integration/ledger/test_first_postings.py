"""An account that is not there yet is waited for in the order of the ids, like one that is: postings never deadlock."""

from functools import partial

from market.accounts.models import Account
from market.ids import new_id
from market.ledger import invariants, queries, rules
from market.ledger.operations import post
from market.ledger.postings import NewEntry
from tests.integration.bounties.together import together
from tests.integration.ledger.conftest import AT, TEST

ROUNDS, AT_ONCE, IN_TURN, MICROS = 12, 8, 3, 1_000_000


def post_in_turn(entries: list[NewEntry]) -> None:
    for entry in entries:
        post([entry], at=AT)


def test_first_postings_to_an_account_wait_for_each_other_in_no_circle(transactional_db: None) -> None:
    """Whether the new account's id is above or below the other one's is chance: a dozen scouts see both."""
    for _ in range(ROUNDS):
        scout_id = Account.objects.create(kind="scout", mode="test").id
        earned = [new_id() for _ in range(AT_ONCE * IN_TURN)]
        post(
            [
                rules.compensate_scout(book=TEST, scout_id=scout_id, submission_id=each, reward_micros=MICROS)
                for each in earned
            ],
            at=AT,
        )
        entries = [
            rules.settle(book=TEST, scout_id=scout_id, submission_id=each, amount_micros=MICROS) for each in earned
        ]
        # One after the other in each thread: a posting that finds the account meets one that did not find it.
        answers = together([partial(post_in_turn, entries[start::AT_ONCE]) for start in range(AT_ONCE)])
        assert [each for each in answers if isinstance(each, Exception)] == []
        assert queries.scout_balance(TEST, scout_id).available_micros == AT_ONCE * IN_TURN * MICROS
    assert invariants.faults() == []
