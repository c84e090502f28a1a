"""The addresses as a WSGI worker serves them, whatever else this process has become in other tests."""

from django.urls import path

from agents_api.views.stream import Stream

urlpatterns = [path("v1/events/stream", Stream.as_view())]
