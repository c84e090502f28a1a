"""The person that a command is about."""

from django.core.management import CommandError

from market.accounts.models import User


def find_person(email: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError("Nobody has signed in with this address. Have the person sign in once, then run this again.")
    return user
