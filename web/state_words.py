"""States in words, for owners and operators. Scouts read whole sentences instead: their pages say them."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from bounties.states import BountyState, SubmissionState

BOUNTY: Final[Mapping[str, Promise]] = {
    BountyState.SCREENING: pgettext_lazy("a bounty", "being screened"),
    BountyState.UNFUNDED: pgettext_lazy("a bounty", "waiting for money"),
    BountyState.OPEN: pgettext_lazy("a bounty", "open"),
    BountyState.CLOSING: pgettext_lazy("a bounty", "closing"),
    BountyState.COMPLETED: pgettext_lazy("a bounty", "completed"),
    BountyState.EXPIRED: pgettext_lazy("a bounty", "expired"),
    BountyState.CANCELLED: pgettext_lazy("a bounty", "cancelled"),
    BountyState.REFUSED: pgettext_lazy("a bounty", "refused"),
}

# Stripe's own states of a payment that is contested at its bank.
CHARGE: Final[Mapping[str, Promise]] = {
    "needs_response": pgettext_lazy("a contested payment", "waits for an answer"),
    "under_review": pgettext_lazy("a contested payment", "looked at by the bank"),
    "won": pgettext_lazy("a contested payment", "decided for us"),
    "lost": pgettext_lazy("a contested payment", "decided for the card's holder"),
    "prevented": pgettext_lazy("a contested payment", "paid back before it was contested"),
    "warning_needs_response": pgettext_lazy("a contested payment", "the bank asks; nothing is taken"),
    "warning_under_review": pgettext_lazy("a contested payment", "the bank looks at our answer; nothing is taken"),
    "warning_closed": pgettext_lazy("a contested payment", "the bank asks no more"),
}

SUBMISSION: Final[Mapping[str, Promise]] = {
    SubmissionState.VERIFYING: pgettext_lazy("an answer", "being checked"),
    SubmissionState.IN_REVIEW: pgettext_lazy("an answer", "in review"),
    SubmissionState.ACCEPTED: pgettext_lazy("an answer", "accepted"),
    SubmissionState.REJECTED: pgettext_lazy("an answer", "rejected"),
    SubmissionState.SET_ASIDE: pgettext_lazy("an answer", "kept, not judged"),
    SubmissionState.COMPENSATED: pgettext_lazy("an answer", "paid by the house"),
}
