from django.apps import AppConfig


class AgentsApi(AppConfig):
    name = "agents_api"

    def ready(self) -> None:
        from agents_api import work  # noqa: F401, PLC0415 - the kinds of work are known once the models are
