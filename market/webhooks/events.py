"""What an account is told about its own webhook endpoints."""

from market.events.types import ID, TEXT, WORD, EventType

WEBHOOK_ENDPOINT_DISABLED = EventType(
    "webhook_endpoint.disabled",
    "buyer",
    "Nothing is sent to it any more: read the feed from where you stopped, mend it, and enable it.",
    {"webhook_endpoint": ID, "because": WORD, "explanation": TEXT},
)

OWN = (WEBHOOK_ENDPOINT_DISABLED,)
