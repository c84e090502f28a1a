"""What every ruling needs: who rules, and a reason that somebody will read."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from market.accounts.models import Operator
from web.guards import person

LONGEST_REASON = 1_000


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Your reason, as it will be read"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def operator(request: HttpRequest) -> Operator:
    return Operator.objects.get(user=person(request))
