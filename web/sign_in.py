"""How people sign in: what is ours about it. The flows themselves are django-allauth's.

A code sent by e-mail and a passkey are two ways in, and either is enough: whoever loses a passkey signs in by e-mail.
An operator with a passkey needs it also after a code, because a mailbox is easier to break into than the desk may be.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from market import clock, mail
from market.accounts import queries
from market.accounts.models import User
from market.client_address import client_address

SIGNED_IN_AT = "signed_in_at"
# How long after signing in passkeys and the address may be changed without a further proof.
FRESH_FOR_CHANGES = timedelta(minutes=15)


def is_fresh(request: HttpRequest, within: timedelta) -> bool:
    """Whether this person signed in, not only was signed in, that short a time ago."""
    seconds = request.session.get(SIGNED_IN_AT)
    return seconds is not None and clock.now() - datetime.fromtimestamp(seconds, UTC) < within


def display_name(user: User) -> str:
    return user.email


class SignedIn(AuthenticationBackend):  # type: ignore[misc]
    """Who is signed in is asked for by every page, and with it as which scouts."""

    def get_user(self, user_id: UUID) -> User | None:
        user = queries.person(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Letters through our own door, addresses as our front tells them, and who needs what to sign in."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        words = {**context, "email": email}
        subject = render_to_string(f"{template_prefix}_subject.txt", words)
        text = render_to_string(f"{template_prefix}_message.txt", words)
        mail.send(mail.Letter(to=email, subject=" ".join(subject.split()), text=text.strip() + "\n"))

    def send_account_already_exists_mail(self, email: str) -> None:
        login_url = context.request.build_absolute_uri(reverse("account_login"))
        self.send_mail("account/email/account_already_exists", email, {"login_url": login_url})

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "unknown"

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SIGNED_IN_AT] = clock.now().timestamp()

    def get_login_stages(self) -> list[str]:
        own = {"allauth.mfa.stages.AuthenticateStage": "web.sign_in.SecondStepForOperators"}
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str) -> bool:
        return not is_fresh(context.request, FRESH_FOR_CHANGES) and super().is_reauthentication_required(app=app)


class SecondStepForOperators(AuthenticateStage):  # type: ignore[misc]
    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        return user is not None and queries.is_operator(user) and super()._should_handle(request)


class PasskeyAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def _get_site_name(self) -> str:
        return "Sightline"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's name)
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey {number}").format(number=number)
