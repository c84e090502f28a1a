"""What the database itself refuses: each constraint of the sandbox broken with raw SQL."""

import pytest
from django.db import IntegrityError, connection, models, transaction

from agents_api.sandbox.models import SimulatedScout, Simulation
from tests.integration.agents_api.sandbox.steps import send
from tests.integration.bounties.story import Story

NOBODY = "00000000-0000-7000-8000-000000000000"
FIRST = "WHERE account_id = (SELECT account_id FROM agents_api_simulatedscout LIMIT 1)"
UPDATES = [
    ("simulated_scout_in_test_mode", "simulatedscout", "mode = 'live'"),
    ("simulated_scout_account", "simulatedscout", f"account_id = '{NOBODY}' {FIRST}"),
    ("simulated_scout_agent", "simulatedscout", f"agent_id = '{NOBODY}'"),
    ("simulation_number_unique", "simulation", "number = 0"),
    ("simulation_in_test_mode", "simulation", "mode = 'live'"),
    ("simulation_outcome_known", "simulation", "outcome = 'lucky'"),
    ("simulation_state_known", "simulation", "state = 'lost'"),
    ("simulation_handed_in_has_a_session", "simulation", "state = 'handed_in'"),
    ("simulation_failed_for_a_reason", "simulation", "state = 'failed'"),
    ("simulation_failed_for_a_reason", "simulation", "failed_because = 'nothing'"),
    ("simulation_agent", "simulation", f"agent_id = '{NOBODY}'"),
    ("simulation_claim", "simulation", f"bounty_id = '{NOBODY}', number = abs(hashtext(id::text)) % 30000"),
    (
        "agents_api_simulation_claim_id_key",
        "simulation",
        "claim_id = (SELECT claim_id FROM agents_api_simulation LIMIT 1)",
    ),
]


@pytest.mark.parametrize(("constraint", "table", "change"), UPDATES)
def test_the_database_refuses(story: Story, constraint: str, table: str, change: str) -> None:
    bounty = story.post(slots=2)
    for _ in range(2):
        send(story, bounty, "no_show")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE agents_api_{table} SET {change}; SET CONSTRAINTS ALL IMMEDIATE")


def test_each_constraint_is_broken_above() -> None:
    declared = {
        constraint.name
        for model in (SimulatedScout, Simulation)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint | models.UniqueConstraint)
    }
    assert declared <= {constraint for constraint, _, _ in UPDATES}
