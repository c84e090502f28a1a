"""What the database itself refuses, whoever writes: each constraint broken with raw SQL."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from bounties import operations
from bounties.models import Award, Bounty, Claim, Dispute, DisputeMessage, OperatorAction, Report, Slot, Submission
from bounties.policies.disputes import Ruling
from market.payments.operations import request_payout
from tests.integration.bounties.story import ACCEPTED, REJECTED, REVIEW, Story

NOBODY = "00000000-0000-7000-8000-000000000000"
REJECTED_AS = "state = 'rejected', decided_at = now(), "

# (constraint, table, SET …): what is written over the rows of a small world.
UPDATES = [
    ("bounty_state_known", "bounty", "state = 'sleeping'"),
    ("bounty_mode_known", "bounty", "mode = 'play'"),
    ("bounty_window_in_order", "bounty", "closes_at = opens_at"),
    ("bounty_reward_in_bounds", "bounty", "reward_micros = 49999, blocked_reward_micros = 1"),
    ("bounty_reward_in_bounds", "bounty", "reward_micros = 10000000001"),
    ("bounty_blocked_reward_in_bounds", "bounty", "blocked_reward_micros = 0"),
    ("bounty_blocked_reward_in_bounds", "bounty", "blocked_reward_micros = reward_micros + 1"),
    ("bounty_fee_not_negative", "bounty", "fee_micros = -1"),
    ("bounty_slots_in_bounds", "bounty", "slots = 1001"),
    ("bounty_slots_counted", "bounty", "free_slots = unfinished_slots + 1"),
    ("bounty_slots_counted", "bounty", "unfinished_slots = slots + 1"),
    ("bounty_place_on_earth", "bounty", "latitude_e7 = 900000001"),
    ("bounty_place_on_earth", "bounty", "longitude_e7 = -1800000001"),
    ("bounty_place_on_earth", "bounty", "radius_m = 9"),
    ("bounty_ends_with_nothing_held", "bounty", "state = 'expired', ended_at = now(), unfinished_slots = 1"),
    ("bounty_ends_with_nothing_held", "bounty", "state = 'expired', ended_at = NULL"),
    ("bounty_closes_as_something", "bounty", "state = 'closing', closing_as = ''"),
    ("bounty_buyer", "bounty", f"buyer_id = '{NOBODY}'"),
    ("slot_state_known", "slot", "state = 'lost'"),
    ("slot_number_from_one", "slot", "number = 0"),
    ("slot_number_unique", "slot", "number = 1"),
    # Of a slot that nobody claimed: for the others a claim's key to its slot stops it as well.
    (
        "slot_bounty",
        "slot",
        (
            f"bounty_id = '{NOBODY}', number = abs(hashtext(id::text)) % 30000 + 1"
            " WHERE id NOT IN (SELECT slot_id FROM bounties_claim)"
        ),
    ),
    ("claim_state_known", "claim", "state = 'lost'"),
    ("claim_place_in_bounds", "claim", "place = 6"),
    ("claim_place_in_bounds", "claim", "place = 0"),
    ("claim_time_in_bounds", "claim", "expires_at = claimed_at"),
    ("claim_time_in_bounds", "claim", "expires_at = claimed_at + interval '4 hours 31 minutes'"),
    ("claim_time_in_bounds", "claim", "upload_by = claimed_at - interval '1 second'"),
    ("claim_place_on_earth", "claim", "longitude_e7 = 1800000001"),
    ("claim_one_live_per_place_of_scout", "claim", "state = 'live', place = 1"),
    ("claim_scout", "claim", f"scout_id = '{NOBODY}'"),
    ("claim_slot", "claim", f"slot_id = '{NOBODY}'"),
    ("submission_state_known", "submission", "state = 'lost'"),
    ("submission_review_has_a_deadline", "submission", "state = 'in_review', review_due_at = NULL"),
    ("submission_review_has_a_deadline", "submission", "state = 'in_review', review_due_at = now(), reviewer = ''"),
    ("submission_rejected_for_reasons", "submission", REJECTED_AS + "appeal_by = now(), reasons = '[]'"),
    ("submission_rejected_for_reasons", "submission", REJECTED_AS + "appeal_by = NULL"),
    ("submission_set_aside_for_a_reason", "submission", "state = 'set_aside', set_aside_because = ''"),
    ("submission_claim", "submission", f"claim_id = '{NOBODY}'"),
    ("submission_slot", "submission", f"slot_id = '{NOBODY}'"),
    ("submission_scout", "submission", f"scout_id = '{NOBODY}'"),
    ("award_state_known", "award", "state = 'lost'"),
    ("award_source_known", "award", "source = 'gift', fee_micros = 0"),
    ("award_amount_is_positive", "award", "amount_micros = 0"),
    ("award_amount_is_positive", "award", "fee_micros = -1"),
    ("award_of_the_house_has_no_fee", "award", "source = 'house', fee_micros = 1"),
    ("award_submission", "award", f"submission_id = '{NOBODY}'"),
    ("award_slot", "award", f"slot_id = '{NOBODY}'"),
    ("award_scout", "award", f"scout_id = '{NOBODY}'"),
    ("dispute_state_known", "dispute", "state = 'lost'"),
    ("dispute_side_known", "dispute", "opened_by = 'clerk'"),
    ("dispute_ruled_one_way", "dispute", "state = 'ruled', ruling = '', ruled_at = now()"),
    ("dispute_ruled_one_way", "dispute", "state = 'ruled', ruling = 'for_all', ruled_at = now()"),
    ("dispute_ruled_one_way", "dispute", "state = 'open', ruling = 'for_buyer'"),
    ("dispute_submission", "dispute", f"submission_id = '{NOBODY}'"),
    ("report_state_known", "report", "state = 'lost', ruled_at = now()"),
    ("report_ruled_at_a_moment", "report", "state = 'upheld', ruled_at = NULL"),
    ("report_ruled_at_a_moment", "report", "ruled_at = now()"),
    ("report_bounty", "report", f"bounty_id = '{NOBODY}'"),
    ("report_scout", "report", f"scout_id = '{NOBODY}'"),
    ("payout_state_known", "payout", "state = 'lost'"),
    ("payout_amount_is_at_least_a_cent", "payout", "amount_micros = 9999"),
    ("payout_fails_for_a_reason", "payout", "state = 'failed', failure = '', ended_at = now()"),
    ("payout_ends_at_a_moment", "payout", "state = 'paid', ended_at = NULL"),
    ("payout_ends_at_a_moment", "payout", "state = 'sending', ended_at = now()"),
    ("payout_scout", "payout", "mode = 'live'"),
]  # fmt: skip

# Of each table, its mode turned to the other one: test and live never meet.
TURNED = ["bounty", "slot", "claim", "submission", "award", "dispute", "report"]


@pytest.fixture
def world(story: Story) -> Story:
    """At least one row of everything, and two slots, claims and submissions."""
    bounty = story.post(slots=3)
    story.claim(bounty)
    paid = story.handed_in(story.post(), ACCEPTED, story.other_scout)
    rejected = story.handed_in(bounty, REJECTED, story.other_scout)
    operations.appeal(scout=story.other_scout, submission_id=rejected.id, ground_code="other", note="x", at=story.at)
    contested = operations.dispute(
        buyer=story.buyer, submission_id=paid.id, ground_code="wrong_place", note="x", at=story.at
    )
    operations.rule(operator=story.operator, dispute_id=contested.id, ruling=Ruling.FOR_SCOUT, reason="x", at=story.at)
    request_payout(scout=story.other_scout, at=story.at)
    operations.report(scout=story.scout, bounty_id=bounty.id, ground_code="dangerous", at=story.at)
    return story


def refused(sql: str) -> str:
    """The name of the constraint that stops this."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        connection.cursor().execute(sql)
    cause: Any = error.value.__cause__
    return str(cause.diag.constraint_name)


def table(name: str) -> str:
    return "payments_payout" if name == "payout" else f"bounties_{name}"


def test_rows_that_cannot_be_are_refused(world: Story) -> None:
    stopped_by = {(where, change): refused(f"UPDATE {table(where)} SET {change}") for _, where, change in UPDATES}
    assert stopped_by == {(where, change): name for name, where, change in UPDATES}


def test_no_row_changes_into_the_other_mode(world: Story) -> None:
    for where in TURNED:
        assert refused(f"UPDATE {table(where)} SET mode = 'live'")


def test_a_slot_has_one_accepted_submission(world: Story) -> None:
    assert (
        refused(
            "UPDATE bounties_submission SET state = 'accepted',"
            " slot_id = (SELECT slot_id FROM bounties_submission WHERE state = 'accepted'),"
            " bounty_id = (SELECT bounty_id FROM bounties_submission WHERE state = 'accepted')"
        )
        == "submission_one_accepted_per_slot"
    )


def copied(model: type[models.Model], **changes: str) -> str:
    """A second row like the first one of a table."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(changes.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    name = model._meta.db_table
    return f"INSERT INTO {name} ({names}) SELECT {values} FROM {name} WHERE {changes.get('where', 'true')} LIMIT 1"


ID = f"'{NOBODY}'"


SECONDS: list[tuple[type[models.Model], dict[str, str], str]] = [
    (Claim, {"id": ID, "where": "state = 'live'", "place": "2"}, "claim_one_live_per_slot"),
    (Claim, {"id": ID, "where": "state = 'submitted' OR state = 'fulfilled'"}, "claim_one_per_distinct_scout"),
    (Submission, {"id": ID}, "bounties_submission_capture_id_key"),
    (Award, {"id": ID}, "bounties_award_submission_id_key"),
    (
        Award,
        {"id": ID, "submission_id": "(SELECT id FROM bounties_submission WHERE state = 'rejected')"},
        "award_one_from_hold_per_slot",
    ),
    (Dispute, {"id": ID, "where": "state = 'open'"}, "dispute_one_per_side"),
    (Dispute, {"id": ID, "where": "state = 'open'", "opened_by": "'buyer'"}, "dispute_one_running_per_submission"),
    (Slot, {"id": ID}, "slot_number_unique"),
    (Report, {"id": ID}, "report_one_per_scout"),
]


def test_a_second_one_is_refused(world: Story) -> None:
    assert [refused(copied(model, **changes)) for model, changes, _ in SECONDS] == [name for _, _, name in SECONDS]


def test_a_claim_names_a_slot_of_its_own_bounty(world: Story) -> None:
    other = world.post(world.other_buyer)
    assert refused(f"UPDATE bounties_claim SET bounty_id = '{other.id}', \"distinct\" = false") == "claim_slot"


def test_what_our_staff_did_and_what_was_written_stays(world: Story) -> None:
    assert OperatorAction.objects.exists()
    assert DisputeMessage.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for sql in (
        "UPDATE bounties_operatoraction SET reason = 'other'",
        "DELETE FROM bounties_operatoraction",
        "TRUNCATE bounties_operatoraction",
        "UPDATE bounties_disputemessage SET text = 'other'",
        "DELETE FROM bounties_disputemessage",
    ):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            connection.cursor().execute(sql)


def test_an_act_has_a_reason_and_a_message_words(world: Story) -> None:
    assert refused(copied(OperatorAction, id=ID, reason="''")) == "operator_action_has_a_reason"
    assert refused(copied(DisputeMessage, id=ID, text="''")) == "message_says_something"
    assert refused(copied(DisputeMessage, id=ID, author="'clerk'")) == "message_author_known"


def test_every_named_constraint_is_broken_by_a_test() -> None:
    """Here, or beside what it constrains."""
    source = "".join(each.read_text() for each in Path(__file__).parents[1].rglob("test_constraints.py"))
    named = {
        constraint.name
        for app in ("bounties", "payments")
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }
    targets_of_foreign_keys = {name for name in named if re.search(r"_id_(bounty_)?mode_unique$", name)}
    assert {name for name in named - targets_of_foreign_keys if name not in source} == set()


def test_the_world_of_these_tests_is_whole(world: Story) -> None:
    for model in (Bounty, Slot, Claim, Submission, Award, Dispute, DisputeMessage, OperatorAction, Report):
        assert model._default_manager.exists()
    assert world.handed_in(world.post(), REVIEW, world.new_scout()).state == "in_review"
