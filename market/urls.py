"""Every address of the house."""

from django.urls import URLPattern, URLResolver, include, path

from agents_api import documents
from agents_api.views import nowhere
from market.health import views as health
from market.metrics import views as metrics
from market.payments import views as payments

urlpatterns: list[URLPattern | URLResolver] = [
    # What is asked for most is tried first.
    path("v1/", include("agents_api.urls")),
    path("", include("web.urls")),
    path("v1", nowhere.Nowhere.as_view()),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.metrics),
    path("stripe/webhooks/<str:source>", payments.webhook),
    path("docs/", include(documents.below_docs)),
    path("", include(documents.at_the_root)),
]

handler400 = nowhere.bad_request
handler404 = nowhere.no_page
handler500 = nowhere.failure
