"""What Stripe wants to know of a scout, in plain words. Its own are paths, of which the first that fits counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Of Connect's countries those that a platform in the United States can send to, each by the name it has at home.
COUNTRIES: Final = (
    ("AT", "Österreich"),
    ("AU", "Australia"),
    ("BE", "België / Belgique"),
    ("BG", "България"),
    ("CA", "Canada"),
    ("CH", "Schweiz / Suisse"),
    ("CY", "Κύπρος"),
    ("CZ", "Česko"),
    ("DE", "Deutschland"),
    ("DK", "Danmark"),
    ("EE", "Eesti"),
    ("ES", "España"),
    ("FI", "Suomi"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("GR", "Ελλάδα"),
    ("HR", "Hrvatska"),
    ("HU", "Magyarország"),
    ("IE", "Ireland"),
    ("IT", "Italia"),
    ("JP", "日本"),
    ("LI", "Liechtenstein"),
    ("LT", "Lietuva"),
    ("LU", "Luxembourg"),
    ("LV", "Latvija"),
    ("MT", "Malta"),
    ("MX", "México"),
    ("NL", "Nederland"),
    ("NO", "Norge"),
    ("NZ", "New Zealand"),
    ("PL", "Polska"),
    ("PT", "Portugal"),
    ("RO", "România"),
    ("SE", "Sverige"),
    ("SG", "Singapore"),
    ("SI", "Slovenija"),
    ("SK", "Slovensko"),
    ("US", "United States"),
)

_WANTED: Final[tuple[tuple[str, Promise], ...]] = (
    ("default_payout_method", _("The bank account that is to be paid")),
    ("external_account", _("The bank account that is to be paid")),
    ("identity.individual.verification.document", _("A picture of your passport or identity card")),
    ("identity.individual.verification.additional_document", _("A document with your address on it")),
    ("identity.individual.documents", _("A picture of your passport or identity card")),
    ("identity.individual.address", _("Where you live")),
    ("identity.individual.date_of_birth", _("When you were born")),
    ("identity.individual.id_number", _("Your tax or identity number")),
    ("identity.individual.id_numbers", _("Your tax or identity number")),
    ("identity.individual.phone", _("Your phone number")),
    ("identity.individual.email", _("Your e-mail address")),
    ("identity.individual.given_name", _("Your name")),
    ("identity.individual.surname", _("Your name")),
    ("identity.individual", _("Something about you")),
    ("identity.attestations.terms_of_service", _("That you agree to Stripe's terms")),
    ("identity.entity_type", _("Whether you are a person or a company")),
    ("identity.business_details", _("Something about your business")),
    ("defaults.profile", _("What you do: answering questions about places")),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    words: Promise | str
    is_overdue: bool
    errors: tuple[str, ...]


def wanted(requirements: Iterable[dict[str, Any]]) -> list[Wanted]:
    """Each once, what is overdue first; what may wait until later is left out."""
    found: dict[str, Wanted] = {}
    for each in requirements:
        if each["deadline_state"] != "eventually_due":
            said = Wanted(_in_words(each["what"]), each["deadline_state"] == "past_due", tuple(each["errors"]))
            key = str(said.words)
            if key not in found or said.is_overdue:
                found[key] = said
    return sorted(found.values(), key=lambda each: not each.is_overdue)


def _in_words(what: str) -> Promise:
    return next((words for beginning, words in _WANTED if what.startswith(beginning)), _("More about you"))
