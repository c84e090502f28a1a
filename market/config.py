"""Every setting there is, typed and read from the environment once. `.env.example` is generated from this file.

Development has a default for everything. In production a value that is missing or unsafe stops the start and is named.
Add a setting here, run `python manage.py write_documents`, and use it as `config.your_setting`.
"""

import sys
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from market import money
from market.engine.layout import Layout
from market.errors import DomainError
from market.mail_address import MailServer, UnusableAddress, read_mail_server
from market.media_address import Bucket, UnusableMediaAddress, read_media_address, read_media_keys

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "development-only-not-a-secret-0000000000000000000000"
BROKERS = ("redis", "rediss", "sentinel", "amqp", "amqps", "sqs", "pgmq")

# What our programs hand to one another through the environment, and what belongs to other programs. Nobody sets these
# to configure Sightline, so they are no settings; a test holds every other name that is read to be one.
HANDED_ON = {
    "DJANGO_SETTINGS_MODULE": "Django's own: always market.settings",
    "PROMETHEUS_MULTIPROC_DIR": "market/metrics tells the Prometheus client where its files are",
    "PYTEST_XDIST_WORKER": "pytest's own: which of the test processes this is",
    "PATH": "bin/setup.py puts .venv/bin first",
    "PYTHONUNBUFFERED": "bin/setup.py, so that progress is shown as it is made",
    "SIGHTLINE_CALLED_FROM": "bin/setup.py: the folder in which the person typed the command",
    "SIGHTLINE_CHROMIUM": "bin/test: the browser that it found",
    "SIGHTLINE_SITES": "the engine to docker/Caddyfile: the addresses that are served",
    "SIGHTLINE_TLS": "the engine to docker/Caddyfile: which certificate",
    "SIGHTLINE_FRONT_OPTIONS": "the engine to docker/Caddyfile: global options",
    "SIGHTLINE_FRONT_PATIENCE": "a test to docker/Caddyfile: how long it asks for who is not there",
    "SIGHTLINE_HTTPS_PORT": "the engine to docker/Caddyfile.https: where the house answers with a certificate",
    "SIGHTLINE_PAGE_PORT": "the engine to docker/Caddyfile.https: where the page about the certificate is",
    "SIGHTLINE_CHILD_OF": "the engine marks its processes with it, to find them when it was killed",
    "SIGHTLINE_WSGI": "the engine to docker/Caddyfile: where the WSGI workers listen",
    "SIGHTLINE_ASGI": "the engine to docker/Caddyfile: where the ASGI process listens",
}

Words = Annotated[tuple[str, ...], NoDecode]


class Config(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    sightline_env: Literal["development", "production"] = Field(
        "development", description="`production` refuses to start with a missing or unsafe value."
    )
    sightline_home: Path = Field(
        ROOT / "var", description="The folder for everything that lasts: database, media, certificates, logs."
    )
    sightline_revision: str = Field(
        "unknown", description="Which commit this is, for the metrics and traces; set when an image is built."
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
    database_pool_size: int = Field(
        8, ge=1, le=200, description="Database connections of one process that shares them; a web thread has its own."
    )
    celery_broker_url: SecretStr = Field(
        SecretStr(""), description="Redis, RabbitMQ or SQS as the broker; empty: a queue inside the same Postgres."
    )
    media_url: SecretStr = Field(
        SecretStr(""),
        description="s3://KEY:SECRET@bucket/prefix?region=…&endpoint=https://…, an object store for media; empty: the "
        "media folder below SIGHTLINE_HOME.",
    )
    media_keys: SecretStr = Field(
        SecretStr(""),
        description="What media are encrypted with at rest: keys of 32 random bytes in base64, separated by commas. "
        "The first encrypts, all decrypt; empty: not encrypted by us.",
    )
    email_url: SecretStr = Field(
        SecretStr(""),
        description="smtp://user:password@host:587 (STARTTLS) or smtps://…:465; empty: e-mail goes to the mail folder.",
    )
    trusted_proxies: Words = Field(
        ("127.0.0.0/8", "::1/128"),
        description="Networks of our own front, whose X-Forwarded-For is believed; a Unix socket always is.",
    )
    email_from: str = Field("Sightline <sightline@localhost>", description="The sender of every e-mail.")
    max_body_bytes: int = Field(
        32 * 2**20, ge=2**20, description="The largest request body; a larger one is refused before it is read."
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Bearer token of /metrics, at least 32 characters; empty: this machine only, in production nobody.",
    )
    platform_fee_basis_points: int = Field(
        1_000, ge=0, le=10_000, description="The fee on top of a reward, in hundredths of a percent."
    )
    dispute_windows: Words = Field(
        ("5.00:24h", "100.00:72h", "168h"),
        description="How long an award can be contested, by amount: under 5.00 a day, and so on; last, the rest.",
    )
    originals_days: int = Field(
        180, ge=1, le=3650, description="How long captures are kept as they were handed in, in days."
    )
    face_model: str = Field(
        "", description="A YuNet file that finds faces to blur; empty: the detectors that come with OpenCV."
    )
    vision_base_url: str = Field(
        "",
        description="An endpoint that speaks chat completions with pictures and JSON schemas; empty: nobody looks.",
    )
    vision_model: str = Field("", description="The vision model that is asked what pictures show; empty: nobody looks.")
    vision_second_model: str = Field(
        "", description="Another model at the same endpoint, asked too where much is at stake: both must agree."
    )
    vision_key: SecretStr = Field(SecretStr(""), description="The key for that endpoint.")
    vision_seconds: float = Field(30.0, ge=1, le=120, description="How long one answer of a vision model may take.")
    c2pa_trust_anchors: str = Field(
        "", description="Certificates (PEM) of whose Content Credentials count as trusted; empty: nobody's."
    )
    receipt_key: SecretStr = Field(
        SecretStr(""),
        description="The Ed25519 key (PEM) that signs receipts; empty: one made in the keys folder of SIGHTLINE_HOME.",
    )
    webhook_allowed_networks: Words = Field(
        (),
        description="Networks that webhooks may be sent into besides public hosts, by http too: 127.0.0.0/8,::1/128"
        " for development; in production none.",
    )
    mcp_fixtures: str = Field(
        "",
        description="A function that puts the tools of a conformance suite beside ours: tests.conformance.furnish; in"
        " production none.",
    )
    stripe_api_key: SecretStr = Field(
        SecretStr(""),
        description="Stripe's secret or restricted key; empty: live mode is closed, test mode needs none.",
    )
    stripe_api_address: str = Field(
        "", description="Where Stripe's API is asked instead of api.stripe.com: for tests, never in production."
    )
    stripe_platform_secret: SecretStr = Field(
        SecretStr(""), description="Signing secret of the webhook for our own account, at /stripe/webhooks/platform."
    )
    stripe_connect_secret: SecretStr = Field(
        SecretStr(""), description="Signing secret of the webhook for scouts' accounts, at /stripe/webhooks/connect."
    )
    stripe_thin_secret: SecretStr = Field(
        SecretStr(""), description="Signing secret of the thin events of version 2, at /stripe/webhooks/thin."
    )
    card_fee_basis_points: int = Field(
        290, ge=0, le=1_000, description="What a card payment costs, in hundredths of a percent of it, as Stripe says."
    )
    card_fee_fixed: str = Field("0.30", description="What a card payment costs besides, in USD.")
    processing_paid_by: Literal["house", "owner"] = Field(
        "house", description="Who bears what a card payment costs: the house, or the owner on top of the amount."
    )
    payout_fee_basis_points: int = Field(
        25, ge=0, le=1_000, description="What a payout costs, in hundredths of a percent of it, as Stripe says."
    )
    payout_fee_fixed: str = Field("0.25", description="What a payout costs besides, in USD.")
    payout_fee_monthly: str = Field("2.00", description="What a scout costs in a month in which they are paid, in USD.")
    payouts_paid_by: Literal["house", "scout"] = Field(
        "house", description="Who bears what a payout costs: the house, or the scout out of the amount."
    )
    top_ups_a_day: str = Field("5000.00", description="What an agent may take in within 24 hours, in USD.")
    top_ups_a_day_new: str = Field(
        "500.00", description="The same in the first 30 days after an agent's first payment."
    )
    seasoning_hours: int = Field(
        72,
        ge=0,
        le=720,
        description="How long after an agent's first payment by card its money seasons; 0: not at all.",
    )
    seasoning_allowance: str = Field(
        "100.00", description="How much of it may be held or spent until then, in USD; the rest waits."
    )
    x402_pay_to: str = Field(
        "", description="Our address on a chain, for deposits by x402 in live mode; empty: that rail is off."
    )
    x402_network: str = Field("eip155:8453", description="The chain, as CAIP-2 names it: Base.")
    x402_asset: str = Field(
        "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", description="The coin's contract there: USD Coin, six decimals."
    )
    x402_asset_name: str = Field("USD Coin", description="What the contract calls itself in signatures.")
    x402_facilitator_url: str = Field(
        "https://x402.org/facilitator", description="Who checks signed payments and puts them on the chain."
    )
    map_style_url: str = Field(
        "",
        description="A MapLibre style to show maps with; empty: a plain world of our own, and no request to anybody.",
    )
    web_processes: int = Field(2, ge=1, le=64, description="Processes that serve pages and the API.")
    web_threads: int = Field(2, ge=1, le=64, description="Requests that each of them serves at a time.")
    task_processes: int = Field(2, ge=1, le=64, description="Tasks that one worker does at a time.")
    bind: str = Field(
        "",
        description="Where `python -m market.engine.run web|waits` listens: host:port; empty: 0.0.0.0:8000 and :8001.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What is logged.")
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or lines for people.")
    otel_exporter_otlp_endpoint: str = Field(
        "", description="An OpenTelemetry collector (OTLP over HTTP), as http://host:4318; empty: no tracing at all."
    )
    otel_exporter_otlp_headers: SecretStr = Field(
        SecretStr(""), description="Sent to the collector with every export: name=value,name=value"
    )
    otel_service_name: str = Field("sightline", description="What this house is called in traces.")
    otel_resource_attributes: str = Field("", description="Said of every span: name=value,name=value")
    otel_traces_sampler: str = Field("parentbased_always_on", description="Which requests are traced.")
    otel_traces_sampler_arg: str = Field("", description="The sampler's argument, as 0.1 for parentbased_traceidratio.")

    @field_validator("allowed_hosts", "dispute_windows", "trusted_proxies", "webhook_allowed_networks", mode="before")
    @classmethod
    def _split_words(cls, value: object) -> object:
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _refuse_unusable(self) -> Self:
        faults = self._unreadable()
        if self.production:
            faults += self._unsafe()
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _unreadable(self) -> list[str]:
        """What no environment can work with. Addresses are never quoted: they hold passwords."""
        faults = []
        try:
            conninfo_to_dict(self.database_url.get_secret_value())
        except psycopg.ProgrammingError:
            faults.append("DATABASE_URL is not understood: write it as postgresql://user:password@host:port/name")
        try:
            read_mail_server(self.email_url.get_secret_value())
        except UnusableAddress as error:
            faults.append(f"EMAIL_URL {error}: write it as smtp://user:password@host:587")
        try:
            read_media_address(self.media_url.get_secret_value())
        except UnusableMediaAddress as error:
            faults.append(f"MEDIA_URL {error}: write it as s3://KEY:SECRET@bucket/prefix?region=…")
        try:
            read_media_keys(self.media_keys.get_secret_value())
        except UnusableMediaAddress as error:
            faults.append(f"MEDIA_KEYS {error}: make one with `openssl rand -base64 32`")
        faults += self._no_amounts()
        broker = self.celery_broker_url.get_secret_value()
        if broker and broker.partition("://")[0] not in BROKERS:
            faults.append(f"CELERY_BROKER_URL must begin with one of {', '.join(f'{each}://' for each in BROKERS)}")
        if not _is_web_address(self.public_url):
            faults.append("PUBLIC_URL must be http:// or https:// and a host, without a path")
        if not all(map(_is_network, self.webhook_allowed_networks)):
            faults.append("WEBHOOK_ALLOWED_NETWORKS must be networks as 127.0.0.0/8, separated by commas")
        return faults + self._unreadable_addresses()

    def _unreadable_addresses(self) -> list[str]:
        faults = []
        endpoint = self.otel_exporter_otlp_endpoint
        if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
            faults.append("OTEL_EXPORTER_OTLP_ENDPOINT must begin with http:// or https://")
        if urlsplit(self.x402_facilitator_url).scheme not in ("http", "https"):
            faults.append("X402_FACILITATOR_URL must begin with https://")
        return faults

    def _no_amounts(self) -> list[str]:
        faults = []
        for name in (
            "card_fee_fixed",
            "payout_fee_fixed",
            "payout_fee_monthly",
            "top_ups_a_day",
            "top_ups_a_day_new",
            "seasoning_allowance",
        ):
            try:
                money.parse(getattr(self, name))
            except DomainError:
                faults.append(f"{name.upper()} must be an amount of USD such as 0.30")
        return faults

    def _unsafe(self) -> list[str]:
        faults = []
        key = self.secret_key.get_secret_value()
        # The same measure as Django's deployment check.
        if key == DEVELOPMENT_KEY or len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
            faults.append("SECRET_KEY must be at least 50 random characters")
        if self.public_url.startswith("http://"):
            faults.append("PUBLIC_URL must begin with https://")
        if any("*" in host for host in self.allowed_hosts):
            faults.append("ALLOWED_HOSTS must name the hosts, not *")
        if not self.database_url.get_secret_value():
            faults.append("DATABASE_URL must name a Postgres server")
        faults += self._unsafe_mail()
        if (bucket := self._bucket_or_none()) and not bucket.encrypted:
            faults.append("MEDIA_URL must have an endpoint that begins with https://")
        if self.mcp_fixtures:
            faults.append("MCP_FIXTURES must be empty: those tools are for a conformance suite")
        if self.stripe_api_address:
            faults.append("STRIPE_API_ADDRESS must be empty: money is asked for at Stripe itself")
        secrets = (self.stripe_platform_secret, self.stripe_connect_secret, self.stripe_thin_secret)
        if self.stripe_api_key.get_secret_value() and not all(each.get_secret_value() for each in secrets):
            faults.append("with STRIPE_API_KEY, the three STRIPE_…_SECRET of its webhooks must be set")
        if 0 < len(self.metrics_token.get_secret_value()) < 32:
            faults.append("METRICS_TOKEN must be at least 32 random characters, or empty")
        return faults

    def _unsafe_mail(self) -> list[str]:
        faults = []
        if not self.email_url.get_secret_value():
            faults.append("EMAIL_URL must name a mail server: sign-in codes are sent by e-mail")
        elif (server := self._mail_or_none()) and not server.encrypted:
            faults.append("EMAIL_URL must not turn encryption off: sign-in codes are sent by e-mail")
        if self.email_from.rstrip("> ").endswith("@localhost"):
            faults.append("EMAIL_FROM must be an address that people can get e-mail from")
        if self.webhook_allowed_networks:
            faults.append("WEBHOOK_ALLOWED_NETWORKS must be empty: strangers choose where webhooks are sent")
        return faults

    def _mail_or_none(self) -> MailServer | None:
        try:
            return self.mail
        except UnusableAddress:
            return None

    def _bucket_or_none(self) -> Bucket | None:
        try:
            return read_media_address(self.media_url.get_secret_value())
        except UnusableMediaAddress:
            return None

    @property
    def production(self) -> bool:
        return self.sightline_env == "production"

    @cached_property
    def home(self) -> Path:
        return (ROOT / self.sightline_home.expanduser()).resolve()

    @cached_property
    def hosts(self) -> list[str]:
        """Loopback always: that is how a container's own health check asks."""
        named = list(self.allowed_hosts) or [urlsplit(self.public_url).hostname or "localhost"]
        return [*named, "localhost", "127.0.0.1", "[::1]"]

    @cached_property
    def mail(self) -> MailServer | None:
        return read_mail_server(self.email_url.get_secret_value())

    @cached_property
    def database(self) -> dict[str, str]:
        """Connection parameters for libpq: of DATABASE_URL, else of the embedded Postgres and its socket folder."""
        url = self.database_url.get_secret_value()
        if url:
            return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        return {"host": str(Layout(self.home).sockets), "dbname": "sightline", "user": "postgres"}


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/") and not parts.query
        )
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def sentence(error: ValidationError) -> str:
    """Everything that is wrong with the settings, each by the name of its variable, without any value."""
    said = []
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        name = str(each["loc"][0]).upper() + ": " if each["loc"] else ""
        said.append(name + each["msg"].removeprefix("Value error, "))
    return "; ".join(said)


def read() -> Config:
    """The settings, or the end of the program with one line for a person.

    SystemExit and not an exception of ours: these lines are imported by manage.py, granian, Celery and the engine,
    and it is the one thing that ends each of them without a traceback.
    """
    try:
        return Config()
    except ValidationError as error:
        sys.exit(f"sightline: cannot start with these settings: {sentence(error)}")


config = read()
