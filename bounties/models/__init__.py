"""What is stored of this room, and what the database itself refuses. Reads have names in `queries.py`.

Every row carries its mode, and every reference to another row names that row's mode too (migration 0002): test and
live cannot meet here. Moments are in the bounty's time, that is its buyer's, except where a comment says otherwise.
"""

from bounties.models.bounty import Bounty, Slot
from bounties.models.claim import Claim
from bounties.models.dispute import Dispute, DisputeMessage
from bounties.models.report import Report
from bounties.models.staff import OperatorAction
from bounties.models.submission import Award, Submission

__all__ = [
    "Award",
    "Bounty",
    "Claim",
    "Dispute",
    "DisputeMessage",
    "OperatorAction",
    "Report",
    "Slot",
    "Submission",
]
