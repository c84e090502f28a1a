"""The addresses of the capture: its pages, what a phone takes along, and where it sends to."""

from django.urls import path

from web.capture import pages, passes, views

urlpatterns = [
    path("capture/shell", pages.capture, name="capture_shell"),
    path("outbox", pages.outbox, name="outbox"),
    path("offline", pages.offline, name="offline"),
    path("sw.js", pages.service_worker, name="service_worker"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("capture/passes", passes.passes, name="capture_passes"),
    path("capture/<str:claim_id>", pages.capture, name="capture"),
    path("capture/claims/<uuid:claim_id>/sessions", views.open_session, name="capture_session"),
    path("capture/uploads/<uuid:client_uuid>", views.upload, name="capture_upload"),
    path("capture/sessions/<uuid:session_id>/submit", views.submit, name="capture_submit"),
]
