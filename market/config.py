"""Every setting there is, typed and read from the environment once. `.env.example` is generated from this file.

Development has a default for everything. In production a value that is missing or unsafe stops the start and is named.
Add a setting here, run `python manage.py write_documents`, and use it as `config.your_setting`.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from market import mail_url
from market.engine.layout import Layout

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "development-only-not-a-secret-0000000000000000000000"

Words = Annotated[tuple[str, ...], NoDecode]


class Config(BaseSettings):
    model_config = SettingsConfigDict(env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True)

    sightline_env: Literal["development", "production"] = Field(
        "development", description="`production` refuses to start with a missing or unsafe value."
    )
    sightline_home: Path = Field(
        ROOT / "var", description="The folder for everything that lasts: database, media, certificates, logs."
    )
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_KEY), description="Signs cookies and codes; at least 50 random characters in production."
    )
    public_url: str = Field(
        "http://localhost:8000", description="Where people and agents reach this house; links in e-mails begin with it."
    )
    allowed_hosts: Words = Field(
        (), description="Host names answered to, separated by commas; empty: the one in PUBLIC_URL."
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="A Postgres to use instead of the embedded one: postgresql://user:password@host/name"
    )
    database_pool_size: int = Field(8, ge=1, le=200, description="Database connections kept by one process.")
    celery_broker_url: SecretStr = Field(
        SecretStr(""), description="Redis, RabbitMQ or SQS as the broker; empty: a queue inside the same Postgres."
    )
    media_url: SecretStr = Field(
        SecretStr(""), description="Where media lives: empty for the media folder below SIGHTLINE_HOME."
    )
    email_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:587; empty: e-mail is written to the mail folder."
    )
    trusted_proxies: Words = Field(
        ("127.0.0.0/8", "::1/128"),
        description="Networks of our own front, whose X-Forwarded-For is believed; a Unix socket always is.",
    )
    email_from: str = Field("Sightline <sightline@localhost>", description="The sender of every e-mail.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens /metrics; empty: /metrics is closed in production."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What is logged.")
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or lines for people.")

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split_words(cls, value: object) -> object:
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if self.sightline_env == "production":
            faults = list(self._unsafe())
            if faults:
                raise ValueError("; ".join(faults))
        return self

    def _unsafe(self) -> list[str]:
        faults = []
        key = self.secret_key.get_secret_value()
        if key == DEVELOPMENT_KEY or len(key) < 50:
            faults.append("SECRET_KEY must be at least 50 random characters")
        if not self.public_url.startswith("https://"):
            faults.append("PUBLIC_URL must begin with https://")
        if "*" in self.allowed_hosts:
            faults.append("ALLOWED_HOSTS must name the hosts, not *")
        if not self.database_url.get_secret_value():
            faults.append("DATABASE_URL must name a Postgres server")
        faults += self._mail_faults()
        return faults

    def _mail_faults(self) -> list[str]:
        try:
            mail_url.parse(self.email_url.get_secret_value())
        except ValueError as error:
            return [f"{error}: sign-in codes are sent by e-mail"]
        return []

    @property
    def production(self) -> bool:
        return self.sightline_env == "production"

    @cached_property
    def home(self) -> Path:
        return self.sightline_home.expanduser().resolve()

    @cached_property
    def hosts(self) -> list[str]:
        named = list(self.allowed_hosts)
        return named or [urlsplit(self.public_url).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]

    @cached_property
    def database(self) -> dict[str, str]:
        """Connection parameters for libpq: of DATABASE_URL, else of the embedded Postgres and its socket folder."""
        url = self.database_url.get_secret_value()
        if url:
            return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        return {"host": str(Layout(self.home).sockets), "dbname": "sightline", "user": "postgres"}


config = Config()
