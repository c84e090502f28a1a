"""What guards the exchange: reports that our staff answers, and keys that may spend so much and no more."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bounties import operations
from market.accounts.audit import CONSOLE
from market.accounts.operations.keys import limit_key, rotate_key
from tests.simulation import acts, model
from tests.simulation.machine import ANY, Exchange, pick, there_is

MILLION = 1_000_000
LIMITS = st.fixed_dictionaries(
    {
        "call": st.sampled_from([None, 3 * MILLION, 20 * MILLION]),
        "day": st.sampled_from([None, 12 * MILLION, 40 * MILLION]),
        "month": st.sampled_from([None, 30 * MILLION, 90 * MILLION]),
    }
)


class GuardedExchange(Exchange):
    # --- reports ---

    @there_is(lambda self: self.model.bounties)
    @rule(number=ANY, who=ANY)
    def report(self, number: int, who: int) -> None:
        bounty = pick(self.running() or self.model.bounties, number)
        scout = self.scout_for(bounty, who)
        self.stage.do(
            lambda: operations.report(scout=scout, bounty_id=bounty.id, ground_code="dangerous", at=self.stage.at),
            lambda made: acts.report(self.model, bounty, scout.id, made.id if made else None),
            repeatable=True,
        )

    @there_is(lambda self: self.model.reports)
    @rule(number=ANY, what=st.sampled_from(["keep", "take_off"]))
    def answer_reports(self, number: int, what: str) -> None:
        waiting = [each for each in self.model.reports if each.state == "open"]
        bounty = pick(waiting or self.model.reports, number).bounty
        self.stage.do(
            lambda: getattr(operations, what)(
                operator=self.stage.operator, bounty_id=bounty.id, reason="I looked.", at=self.stage.at
            ),
            lambda _: getattr(acts, what)(self.model, bounty),
        )

    # --- keys ---

    @rule(number=ANY, limits=LIMITS)
    def limit_key(self, number: int, limits: dict[str, int | None]) -> None:
        self.stage.tick()
        buyer, key = pick(list(self.model.keys.items()), number)
        caps = {f"per_{window}_micros": micros for window, micros in limits.items()}
        limit_key(account_id=buyer, key_id=key.id, by=CONSOLE, at=self.stage.at, **caps)
        key.limits = limits

    @rule(number=ANY, overlap=st.sampled_from([timedelta(), timedelta(hours=3)]))
    def rotate_key(self, number: int, overlap: timedelta) -> None:
        """What the old one has spent counts for the new one. The old one pays for what it posted until it ends."""
        self.stage.tick()
        buyer, old = pick(list(self.model.keys.items()), number)
        new = rotate_key(account_id=buyer, key_id=old.id, by=CONSOLE, at=self.stage.at, overlap=overlap).key
        old.ends_at = self.stage.at + overlap
        self.model.keys[buyer] = model.Key(new.id, old.purse, dict(old.limits))
