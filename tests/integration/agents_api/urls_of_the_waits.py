"""The addresses as the ASGI process serves them: in the tests, one process is everything."""

from django.urls import path

from agents_api import waiting

urlpatterns = [path("v1/events/stream", waiting.stream)]
