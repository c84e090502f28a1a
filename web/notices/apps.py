from django.apps import AppConfig


class Notices(AppConfig):
    name = "web.notices"
    label = "notices"

    def ready(self) -> None:
        from web.notices import work  # noqa: F401, PLC0415 - the kinds of work are known once the models are
