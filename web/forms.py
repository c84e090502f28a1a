"""allauth's forms with our own looks: a visible label instead of a placeholder, and the right keyboard on a phone."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _


class _Address:
    fields: dict[str, Any]
    address_field = "email"
    label = _("E-mail address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields[self.address_field]
        field.label = self.label
        # Its type is the widget's. What is typed for e-mail is never capitalized, so that is not said.
        field.widget.attrs = {"autocomplete": "email webauthn", "inputmode": "email", "spellcheck": "false"}


class SignIn(_Address, forms.LoginForm):  # type: ignore[misc]
    address_field = "login"


class SignUp(_Address, forms.SignupForm):  # type: ignore[misc]
    pass


class ChangeAddress(_Address, forms.ChangeEmailForm):  # type: ignore[misc]
    label = _("New e-mail address")


class NewAddress(_Address, forms.AddEmailForm):  # type: ignore[misc]
    label = _("New e-mail address")


class _Code:
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code")
        field.widget.attrs = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        field.widget.attrs |= {"class": "code", "maxlength": "20", "autofocus": True}


class SignInCode(_Code, forms.ConfirmLoginCodeForm):  # type: ignore[misc]
    pass


class AddressCode(_Code, forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    pass
