from django.apps import AppConfig


class Ledger(AppConfig):
    name = "market.ledger"
    label = "ledger"
