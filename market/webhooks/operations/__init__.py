"""Every change in this room, one idea per file. Who may do it is asked above."""

from market.webhooks.operations.copying import copy_feed
from market.webhooks.operations.endpoints import change, create, delete, disable, rotate_secret
from market.webhooks.operations.locking import NoSuchDelivery, NoSuchWebhookEndpoint
from market.webhooks.operations.sending import send_due
from market.webhooks.operations.trying import redeliver, send_test

__all__ = [
    "NoSuchDelivery",
    "NoSuchWebhookEndpoint",
    "change",
    "copy_feed",
    "create",
    "delete",
    "disable",
    "redeliver",
    "rotate_secret",
    "send_due",
    "send_test",
]
