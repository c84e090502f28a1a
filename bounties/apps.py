from django.apps import AppConfig


class Bounties(AppConfig):
    name = "bounties"
    label = "bounties"

    def ready(self) -> None:
        from bounties import work  # noqa: F401, PLC0415 - the kinds of work are known once the models are
