from django.apps import AppConfig


class Events(AppConfig):
    name = "market.events"
    label = "events"
