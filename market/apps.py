"""The exchange's own ground as a Django app: its migrations are what the whole database stands on."""

from django.apps import AppConfig


class Market(AppConfig):
    name = "market"
    label = "market"
