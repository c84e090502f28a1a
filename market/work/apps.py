from django.apps import AppConfig


class Work(AppConfig):
    name = "market.work"
    label = "work"
