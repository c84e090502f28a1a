from django.apps import AppConfig


class Verification(AppConfig):
    name = "verification"
    label = "verification"
