from django.apps import AppConfig


class Webhooks(AppConfig):
    name = "market.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from market.webhooks import work  # noqa: F401, PLC0415 - the kinds of work are known once the models are
