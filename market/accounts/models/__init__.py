"""The rows of this room: people and accounts, the keys of agents, and the audit of what was decided about them."""

from market.accounts.models.audit import Audit
from market.accounts.models.keys import ApiKey
from market.accounts.models.people import Account, Agent, Mode, Operator, Scout, User

__all__ = ["Account", "Agent", "ApiKey", "Audit", "Mode", "Operator", "Scout", "User"]
