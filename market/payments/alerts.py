"""Letters to every operator: what is at hand cannot wait until somebody looks at the desk."""

from collections.abc import Sequence

from market.accounts.models import Operator
from market.config import config
from market.mail import Letter, send


def tell_operators(*, subject: str, lines: Sequence[str], path: str) -> None:
    """Called by work, so told again after a crash: twice told is better than never. `path`: where to look."""
    text = "\n".join([*lines, "", f"{config.public_url.rstrip('/')}{path}"])
    for email in Operator.objects.values_list("user__email", flat=True):
        send(Letter(to=email, subject=f"Sightline: {subject}", text=text))
