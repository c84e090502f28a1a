"""The kinds of work this door asks for. Imported when the apps are loaded, so that they are known everywhere."""

from uuid import UUID

from agents_api.sandbox import capturing
from agents_api.sandbox.simulating import PERFORM
from market.clock import now
from market.work import registry


def give_up(subject: str) -> None:
    capturing.give_up(simulation_id=UUID(subject), because="gave_up", at=now())


@registry.handler(PERFORM, attempts=5, on_given_up=give_up)
def perform_simulation(subject: str) -> None:
    capturing.perform(simulation_id=UUID(subject), at=now())
