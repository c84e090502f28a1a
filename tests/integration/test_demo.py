"""The demo world: seeded once, however often it is asked for; never in production by accident."""

import json
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from market import clock
from market.accounts import queries
from market.accounts.authentication import KeyRevoked, KnownKeys, authenticate
from market.accounts.models import Account, Agent, ApiKey, Audit, Operator, Scout, User
from market.management.commands import seed_demo

pytestmark = pytest.mark.django_db


class Config:
    """As much of the configuration as the command looks at."""

    def __init__(self, home: Path, *, production: bool = False) -> None:
        self.home, self.production, self.public_url = home, production, "http://localhost:8000"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(seed_demo, "config", Config(tmp_path))
    return tmp_path


def _facts(home: Path) -> dict[str, str]:
    facts: dict[str, str] = json.loads((home / "demo.json").read_text())
    return facts


def _counts() -> list[int]:
    return [kind.objects.count() for kind in (User, Account, Agent, ApiKey, Scout, Operator, Audit, EmailAddress)]


def test_the_world_has_an_agent_an_owner_a_scout_and_an_operator(home: Path) -> None:
    call_command("seed_demo")
    facts = _facts(home)
    assert facts["mail_url"] == "/dev/mail"
    caller = authenticate(text=facts["agent_key"], address=None, at=clock.now(), known=KnownKeys())
    agent = Agent.objects.get(pk=caller.account_id)
    assert agent.owner == User.objects.get(email=facts["owner_email"])
    assert Scout.objects.get().user.email == facts["scout_email"]
    assert queries.is_operator(User.objects.get(email=facts["operator_email"]))


def test_it_is_seeded_once(home: Path) -> None:
    call_command("seed_demo")
    facts, counts = _facts(home), _counts()
    call_command("seed_demo")
    assert (_facts(home), _counts()) == (facts, counts)


def test_the_file_is_for_its_owner_only(home: Path) -> None:
    call_command("seed_demo")
    assert (home / "demo.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_lost_file_is_written_anew_with_a_new_key(home: Path, content: str | None) -> None:
    call_command("seed_demo")
    lost = _facts(home)["agent_key"]
    path = home / "demo.json"
    path.unlink() if content is None else path.write_text(content)
    call_command("seed_demo")
    assert Agent.objects.count() == 1
    authenticate(text=_facts(home)["agent_key"], address=None, at=clock.now(), known=KnownKeys())
    with pytest.raises(KeyRevoked):
        authenticate(text=lost, address=None, at=clock.now(), known=KnownKeys())


def test_production_wants_to_be_asked_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_demo, "config", Config(tmp_path, production=True))
    with pytest.raises(CommandError, match="production"):
        call_command("seed_demo")
    assert User.objects.count() == 0
    call_command("seed_demo", "--in-production")
    assert User.objects.count() == 3
