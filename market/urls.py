"""Every address of the house."""

from django.urls import URLPattern, URLResolver, include, path

from agents_api import documents
from agents_api.views import nowhere
from market.health import views as health
from market.metrics import views as metrics
from market.payments import views as payments

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("agents_api.urls")),  # first: they are asked for most, and are tried in this order
    path("v1", nowhere.Nowhere.as_view()),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.metrics),
    path("stripe/webhooks/<str:source>", payments.webhook),
    path("docs/", include(documents.below_docs)),
    path("", include(documents.at_the_root)),
    path("", include("web.urls")),
]

handler400 = nowhere.bad_request
handler404 = nowhere.no_page
handler500 = nowhere.failure
