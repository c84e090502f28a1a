"""People who come in by the door: signed up, signed in by the code in their letter."""

import re
from typing import Any

from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.http import HttpResponseBase
from django.test import Client

from market.accounts.models import User
from tests.people import make_user


def signed_up(email: str) -> User:
    user = make_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def sign_in(client: Client, letters: list[EmailMessage], **fields: Any) -> HttpResponseBase:
    """Type the code of the newest letter into the page that waits for it."""
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", str(letters[-1].body))
    assert code
    return client.post("/accounts/login/code/confirm/", {"code": code[0], **fields})


def come_in(user: User, letters: list[EmailMessage]) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email})
    sign_in(client, letters)
    return client
