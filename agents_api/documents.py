"""The addresses of what is written for agents, below /docs."""

from django.urls import path

from agents_api.views import errors

urlpatterns = [
    path("errors", errors.every_error),
    path("errors/<slug:code>", errors.one_error),
]
