"""What owners type. Whether it may be is the core's to say; its refusals are shown beside the field they are about."""

from typing import Any, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from market import money
from market.accounts import policies
from market.accounts.models import ApiKey
from market.accounts.policies import Network
from market.errors import DomainError
from web.owner.showing import SCOPES

CAPS = ("per_call", "per_day", "per_month")


class Caps(TypedDict):
    per_call_micros: int | None
    per_day_micros: int | None
    per_month_micros: int | None


class AmountField(forms.CharField):
    """Money as text, read as the API reads it. Nothing typed is None."""

    def __init__(self, **words: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=20, **words)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return money.parse(text.replace(",", "."))
        except DomainError as refusal:
            raise forms.ValidationError(_("Write an amount such as 2.50.")) from refusal


class CapsForm(forms.Form):
    per_call = AmountField(label=_("At most a call, in USD"), required=False)
    per_day = AmountField(label=_("At most a day, in USD"), required=False)
    per_month = AmountField(label=_("At most a month, in USD"), required=False)

    def caps(self) -> Caps:
        given = self.cleaned_data
        return {
            "per_call_micros": given["per_call"],
            "per_day_micros": given["per_day"],
            "per_month_micros": given["per_month"],
        }


class KeyForm(CapsForm):
    label = forms.CharField(label=_("A name for it"), required=False, max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(ApiKey.SCOPES),
    )
    networks = forms.CharField(
        label=_("Only from these networks, separated by spaces"), required=False, max_length=1000
    )
    field_order = ("label", "scopes", *CAPS, "networks")

    def clean_networks(self) -> list[Network]:
        try:
            return list(policies.check_networks(self.cleaned_data["networks"].replace(",", " ").split()))
        except DomainError as refusal:
            raise forms.ValidationError(_("Write networks such as 203.0.113.0/24 or 2001:db8::/32.")) from refusal


class TopUpForm(forms.Form):
    amount = AmountField(label=_("Amount in USD"))


class LiveTopUpForm(TopUpForm):
    save_card = forms.BooleanField(
        label=_("Save the card, so that the agent can be topped up by itself"), required=False
    )


class RefundForm(forms.Form):
    amount = AmountField(label=_("Amount to pay back, in USD"))


class AutomaticForm(forms.Form):
    threshold = AmountField(label=_("When less than this is available, in USD"))
    amount = AmountField(label=_("top up by this amount, in USD"))
    monthly_cap = AmountField(label=_("and charge at most this a month, in USD"))


class LiveAgentForm(forms.Form):
    name = forms.CharField(label=_("A name for it"), max_length=80)


def blame(form: forms.Form, refusal: DomainError) -> None:
    """Show a refusal by the core where it belongs."""
    name = (refusal.param or "").rpartition("/")[2]
    form.add_error(name if name in form.fields else None, refusal.message)
