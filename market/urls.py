"""Every address of the house."""

from django.urls import URLPattern, URLResolver, include, path

from market.health import views as health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("", include("web.urls")),
]
