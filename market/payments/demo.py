"""Play money for the demo agent, once: its account's own id is the grant's."""

from market.accounts.authentication import KnownKeys, authenticate
from market.accounts.models import Account
from market.demo import Demo
from market.payments import play_money


def seed(demo: Demo) -> None:
    caller = authenticate(text=demo.facts["agent_key"], address="127.0.0.1", at=demo.at, known=KnownKeys())
    agent = Account.objects.get(pk=caller.account_id)
    play_money.grant(agent=agent, amount_micros=play_money.FIRST_GRANT_MICROS, grant_id=agent.id, at=demo.at)
