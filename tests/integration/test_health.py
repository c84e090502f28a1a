"""Alive and ready, asked of the views themselves."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_every_part_is_named_when_all_is_well(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "parts": {"database": "ok", "broker": "ok", "storage": "ok"},
    }
