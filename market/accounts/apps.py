from django.apps import AppConfig


class Accounts(AppConfig):
    name = "market.accounts"
    label = "accounts"
