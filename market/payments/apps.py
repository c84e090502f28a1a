from django.apps import AppConfig


class Payments(AppConfig):
    name = "market.payments"
    label = "payments"

    def ready(self) -> None:
        from market.payments import work  # noqa: F401, PLC0415 - the kinds of work are known once the models are
