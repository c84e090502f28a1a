"""Every change to who takes part, by the names that the other rooms call them by."""

from market.accounts.operations.agents import NewAgent, claim_agent, create_agent, open_live_agent
from market.accounts.operations.clocks import advance_clock
from market.accounts.operations.keys import NewKey, issue_key, limit_key, revoke_key, rotate_key
from market.accounts.operations.leaving import forget_person
from market.accounts.operations.operators import appoint_operator, dismiss_operator, forget_passkeys
from market.accounts.operations.scouts import become_scout

__all__ = [
    "NewAgent",
    "NewKey",
    "advance_clock",
    "appoint_operator",
    "become_scout",
    "claim_agent",
    "create_agent",
    "dismiss_operator",
    "forget_passkeys",
    "forget_person",
    "issue_key",
    "limit_key",
    "open_live_agent",
    "revoke_key",
    "rotate_key",
]
