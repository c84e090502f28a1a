"""The addresses that a phone sends a capture to."""

from django.urls import path

from web.capture import views

urlpatterns = [
    path("capture/claims/<uuid:claim_id>/sessions", views.open_session, name="capture_session"),
    path("capture/uploads/<uuid:client_uuid>", views.upload, name="capture_upload"),
    path("capture/sessions/<uuid:session_id>/submit", views.submit, name="capture_submit"),
]
