"""Ids as they stand in the addresses of pages."""

from uuid import UUID

from django.http import Http404

from market import ids


def known(text: str, prefix: str) -> UUID:
    """The id that this is the outside form of; what cannot be one is an address of nothing."""
    value = ids.decode(prefix, text)
    if value is None:
        raise Http404
    return value
