"""The states of an endpoint and of one delivery to it. Pure; the diagrams are drawn from here."""

from enum import StrEnum
from typing import Any

from market.transitions import Lifecycle


class EndpointState(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"  # nothing is sent; what happens meanwhile is in the feed
    DELETED = "deleted"


class DeliveryState(StrEnum):
    PENDING = "pending"  # to be sent, or to be tried again
    DELIVERED = "delivered"  # the receiver said so
    FAILED = "failed"  # given up


ENDPOINT = Lifecycle(
    "webhook_endpoint",
    EndpointState.ENABLED,
    {
        EndpointState.ENABLED: {EndpointState.DISABLED: "disable, give up", EndpointState.DELETED: "delete"},
        EndpointState.DISABLED: {EndpointState.ENABLED: "enable", EndpointState.DELETED: "delete"},
    },
)

DELIVERY = Lifecycle(
    "webhook_delivery",
    DeliveryState.PENDING,
    {
        DeliveryState.PENDING: {DeliveryState.DELIVERED: "deliver", DeliveryState.FAILED: "give up"},
        DeliveryState.DELIVERED: {DeliveryState.PENDING: "redeliver"},
        DeliveryState.FAILED: {DeliveryState.PENDING: "redeliver"},
    },
)

LIFECYCLES: tuple[Lifecycle[Any], ...] = (ENDPOINT, DELIVERY)
