from django.apps import AppConfig


class AgentsApi(AppConfig):
    name = "agents_api"
