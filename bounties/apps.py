from django.apps import AppConfig


class Bounties(AppConfig):
    name = "bounties"
    label = "bounties"
