"""The settings: what stops a start, how it is said, and that no secret is ever said."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from market.config import DEVELOPMENT_KEY, ROOT, Config, sentence
from tests.unit.market.production import PRODUCTION

KEY = base64.b64encode(b"thirty-two bytes make a good key").decode()
SECRET = "sekret-value-that-nobody-may-see"


def config(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Config:
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Config(_env_file=None)


def test_development_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(monkeypatch)
    assert not found.production
    assert found.home == ROOT / "var"
    assert found.hosts == ["localhost", "localhost", "127.0.0.1", "[::1]"]
    assert found.mail is None
    assert found.database["dbname"] == "sightline"


def test_production_starts_when_everything_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(monkeypatch, **PRODUCTION)
    assert found.production
    assert found.hosts[0] == "sightline.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", DEVELOPMENT_KEY),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "django-insecure-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2),
        ("PUBLIC_URL", None),
        ("PUBLIC_URL", "http://sightline.example"),
        ("PUBLIC_URL", "https://sightline.example/below"),
        ("PUBLIC_URL", "sightline.example"),
        ("PUBLIC_URL", "https://[broken"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "a.example,*.example"),
        ("DATABASE_URL", None),
        ("DATABASE_URL", f"postgresql://user:{SECRET}@["),
        ("DATABASE_URL", f"not an address {SECRET}"),
        ("EMAIL_URL", None),
        ("EMAIL_URL", f"http://user:{SECRET}@mail.example"),
        ("EMAIL_URL", f"smtp://user:{SECRET}@mail.example:many"),
        ("EMAIL_URL", f"smtp://user:{SECRET}@mail.example?encryption=none"),
        ("EMAIL_FROM", None),
        ("MCP_FIXTURES", "tests.conformance.furnish"),
        ("METRICS_TOKEN", SECRET[:20]),
        ("CELERY_BROKER_URL", f"carrier-pigeon://user:{SECRET}@host"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("DATABASE_POOL_SIZE", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("MAX_BODY_BYTES", "12"),
    ],
)
def test_production_names_what_is_missing_or_unsafe(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    environment = {**PRODUCTION, name: value}
    with pytest.raises(ValidationError) as caught:
        config(monkeypatch, **{key: each for key, each in environment.items() if each is not None})
    said = sentence(caught.value)
    assert said.startswith(name)
    assert said.count("; ") == 0
    assert SECRET[:20] not in said + str(caught.value)


def test_everything_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as caught:
        config(monkeypatch, SIGHTLINE_ENV="production")
    said = sentence(caught.value)
    for name in ("SECRET_KEY", "PUBLIC_URL", "DATABASE_URL", "EMAIL_URL", "EMAIL_FROM"):
        assert name in said


def test_no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret_fields = [
        name.upper() for name, field in Config.model_fields.items() if "SecretStr" in str(field.annotation)
    ]
    assert {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "METRICS_TOKEN", "CELERY_BROKER_URL"} <= set(secret_fields)
    values = {
        **dict.fromkeys(secret_fields, SECRET),
        "DATABASE_URL": f"postgresql://u:{SECRET}@h/d",
        "EMAIL_URL": f"smtp://u:{SECRET}@h",
        "CELERY_BROKER_URL": f"redis://:{SECRET}@h",
        "MEDIA_URL": f"s3://K:{SECRET}@b",
        "MEDIA_KEYS": KEY,
    }
    found = config(monkeypatch, **values)
    assert KEY not in repr(found) + str(found) + found.model_dump_json()
    assert found.mail is not None
    assert found.mail.password == SECRET
    assert SECRET not in repr(found) + str(found) + repr(found.mail) + repr(found.model_dump())
    assert SECRET not in found.model_dump_json()


def test_a_relative_home_is_beside_the_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert config(monkeypatch, SIGHTLINE_HOME="./elsewhere").home == ROOT / "elsewhere"


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        [
            "-m",
            "granian",
            "market.wsgi:application",
            "--interface",
            "wsgi",
            "--log-config",
            "market/engine/granian-logs.json",
        ],
        ["-m", "celery", "-A", "market.celery", "worker"],
        ["-m", "celery", "-A", "market.celery", "beat"],
        ["-m", "market.engine"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_every_program_ends_with_one_readable_line(command: list[str], tmp_path: Path) -> None:
    environment = {
        **PRODUCTION,
        "DATABASE_URL": f"postgresql://u:{SECRET}@[",
        "SIGHTLINE_HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stderr
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    (said,) = lines
    assert said.startswith("sightline: cannot start with these settings: DATABASE_URL is not understood")
    assert SECRET not in said
