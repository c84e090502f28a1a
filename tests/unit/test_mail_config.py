"""What production refuses to start with, as far as e-mail goes."""

import pytest
from pydantic import ValidationError

from market.config import Config

GOOD = {
    "sightline_env": "production",
    "secret_key": "k" * 50,
    "public_url": "https://sightline.example.org",
    "database_url": "postgresql://user@host/name",
}


@pytest.mark.parametrize("url", ["", "mail.example.org", "https://mail.example.org"])
def test_production_names_an_email_url_it_cannot_use(url: str) -> None:
    with pytest.raises(ValidationError, match=r"EMAIL_URL must look like .*: sign-in codes are sent by e-mail"):
        Config(**GOOD, email_url=url, _env_file=None)  # type: ignore[arg-type]


def test_production_starts_with_a_mail_server() -> None:
    config = Config(**GOOD, email_url="smtps://us:pw@mail.example.org", _env_file=None)  # type: ignore[arg-type]
    assert config.production
