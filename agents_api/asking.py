"""What posting may be refused for, beyond what the shape of a wish says by itself."""

from bounties import drafts
from bounties.operations import posting
from market.errors import DomainError
from market.ledger.operations import InsufficientFunds, SpendingLimitReached
from market.payments.seasoning import StillSeasoning

Refusals = tuple[type[DomainError], ...]

DRAFT_REFUSALS: Refusals = (drafts.WindowOutOfBounds,)
WORDING_REFUSALS: Refusals = (*DRAFT_REFUSALS, posting.RefusedByScreening)
MONEY_REFUSALS: Refusals = (InsufficientFunds, SpendingLimitReached, StillSeasoning)
POSTING_REFUSALS: Refusals = (*WORDING_REFUSALS, *MONEY_REFUSALS, posting.AgentsOnly)
