"""Django's settings, made from `market.config`. Nothing here reads the environment by itself."""

from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from market import money, roles
from market.config import ROOT, config
from market.engine.layout import Layout
from market.logs import configure_logging

layout = Layout(config.home)

DEBUG = False
SECRET_KEY = config.secret_key.get_secret_value()
ALLOWED_HOSTS = config.hosts
CSRF_TRUSTED_ORIGINS = [config.public_url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "rest_framework",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "market.apps.Market",
    "market.accounts",
    "market.events",
    "market.ledger",
    "market.work",
    "market.webhooks",
    "verification",
    "market.payments",
    "bounties",
    "agents_api",
    "web",
    "web.notices",
]

MIDDLEWARE = [
    "market.middleware.told",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "market.programs.past_the_pages",
    "csp.middleware.CSPMiddleware",  # above the static files: an image that is opened by itself is a page too
    "market.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "web.refusals.RefusalPages",
    "market.programs.behind_the_pages",
]

ROOT_URLCONF = "market.urls"
WSGI_APPLICATION = "market.wsgi.application"
ASGI_APPLICATION = "market.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "web.about.the_reader",
            ],
        },
    }
]

# --- database -------------------------------------------------------------------------------------------------------

_extra = {
    name: value for name, value in config.database.items() if name not in ("dbname", "user", "password", "host", "port")
}
_pool = {"min_size": 0, "max_size": config.database_pool_size, "timeout": 10, "max_idle": 300}
_IS_WEB = roles.current() == "web"
DATABASES = {
    "default": {
        "ENGINE": "market.database",
        "NAME": config.database.get("dbname", ""),
        "USER": config.database.get("user", ""),
        "PASSWORD": config.database.get("password", ""),
        "HOST": config.database.get("host", ""),
        "PORT": config.database.get("port", ""),
        # A server that went away and came back is noticed where a request begins or a connection is taken from the
        # pool, and not in the middle: `market.database` sees to it, for less than it costs Django.
        "CONN_HEALTH_CHECKS": False,
        # The threads of a web worker are few, and each keeps its connection. Whoever else has many threads or processes
        # that mostly wait shares a pool.
        "CONN_MAX_AGE": None if _IS_WEB else 0,
        "OPTIONS": {
            # A server that is gone without a word is given up within half a minute, not after a quarter of an hour.
            "connect_timeout": "5",
            "keepalives_idle": "10",
            "keepalives_interval": "5",
            "keepalives_count": "3",
            "tcp_user_timeout": "25000",
            "application_name": "sightline",
            # For the few reads that are planned once and kept (`market.prepared`); the ORM's own never are.
            "prepare_threshold": 5,
            **_extra,
            # Postgres would plan some of them anew each time: a buyer with fewer bounties than most seems worth it.
            "options": f"-c plan_cache_mode=force_generic_plan {_extra.get('options', '')}".strip(),
            **({} if _IS_WEB else {"pool": _pool}),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["web.sign_in.SignedIn"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "web.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "web.sign_in.display_name"
ACCOUNT_FORMS = {
    "login": "web.forms.SignIn",
    "signup": "web.forms.SignUp",
    "confirm_login_code": "web.forms.SignInCode",
    "confirm_email_verification_code": "web.forms.AddressCode",
    "change_email": "web.forms.ChangeAddress",
    "add_email": "web.forms.NewAddress",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# By the hour besides by the minute: nobody's mailbox is filled by somebody who types its address.
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,10/h/key"}
MFA_ADAPTER = "web.sign_in.PasskeyAdapter"
# A passkey is another way in, not a second step, except for operators: see web.sign_in. So there is nothing that
# recovery codes would recover, who loses a passkey signs in by e-mail.
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"

# What counts sign-in attempts must be one for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "market_cache",
        # Far more than attempts go on at a time: past this number counts that still matter would be thrown away.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# --- real money -----------------------------------------------------------------------------------------------------

STRIPE_API_KEY = config.stripe_api_key.get_secret_value()
STRIPE_API_ADDRESS = config.stripe_api_address
STRIPE_RETRIES = 2
CARD_FEE_BASIS_POINTS = config.card_fee_basis_points
CARD_FEE_FIXED_MICROS = money.parse(config.card_fee_fixed)
PROCESSING_PAID_BY = config.processing_paid_by
PAYOUT_FEE_BASIS_POINTS = config.payout_fee_basis_points
PAYOUT_FEE_FIXED_MICROS = money.parse(config.payout_fee_fixed)
PAYOUT_FEE_MONTHLY_MICROS = money.parse(config.payout_fee_monthly)
PAYOUTS_PAID_BY = config.payouts_paid_by
TOP_UPS_A_DAY_MICROS = money.parse(config.top_ups_a_day)
TOP_UPS_A_DAY_NEW_MICROS = money.parse(config.top_ups_a_day_new)
SEASONING = timedelta(hours=config.seasoning_hours)
SEASONING_ALLOWANCE_MICROS = money.parse(config.seasoning_allowance)
X402_PAY_TO = config.x402_pay_to
X402_NETWORK = config.x402_network
X402_ASSET = config.x402_asset
X402_ASSET_NAME = config.x402_asset_name
X402_FACILITATOR_URL = config.x402_facilitator_url
STRIPE_SECRETS = {
    "platform": config.stripe_platform_secret.get_secret_value(),
    "connect": config.stripe_connect_secret.get_secret_value(),
    "thin": config.stripe_thin_secret.get_secret_value(),
}

# --- what the browser is told ---------------------------------------------------------------------------------------

# A map of somebody else's: the one origin outside that a page may fetch from, and only where it was set.
MAP_STYLE_URL = config.map_style_url
_map = urlsplit(MAP_STYLE_URL)
_map_origin = [f"{_map.scheme}://{_map.netloc}"] if MAP_STYLE_URL else []
_https = urlsplit(config.public_url).scheme == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The front redirects by itself; this is for the day when somebody puts another front there.
SECURE_SSL_REDIRECT = config.production
# Asked from within the machine, without the front.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 63_072_000 if config.production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = config.production
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_ENGINE = "web.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
X_FRAME_OPTIONS = "DENY"
# The camera and the place are what a scout's page needs, nobody else's; the rest nobody here needs.
PERMISSIONS_POLICY = ", ".join(
    [
        *(f"{name}=(self)" for name in ("camera", "geolocation", "accelerometer", "gyroscope", "magnetometer")),
        *(
            "publickey-credentials-get=(self)",
            "publickey-credentials-create=(self)",
            "screen-wake-lock=(self)",
            "fullscreen=(self)",
        ),
        *(f"{name}=()" for name in ("microphone", "payment", "usb", "serial", "midi", "display-capture")),
        *(f"{name}=()" for name in ("browsing-topics", "idle-detection", "local-fonts", "hid")),
    ]
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *_map_origin],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF, *_map_origin],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- files, words, mail ---------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = layout.static
STATICFILES_DIRS = [ROOT / "web" / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Made by `manage.py build_places`: the cities that people may type.
CITIES_FILE = layout.home / "made" / "cities.tsv"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(layout.media)}},
    # Private, and never below an address: originals, points and delivery copies, named by their hash.
    "evidence": {"BACKEND": "verification.store.PrivateFiles", "OPTIONS": {"location": str(layout.media / "evidence")}},
    "staticfiles": {"BACKEND": "web.static_files.StaticFiles"},
}
if config.media_url.get_secret_value():
    _objects = {
        "BACKEND": "verification.object_store.PrivateObjects",
        "OPTIONS": {"address": config.media_url.get_secret_value()},
    }
    STORAGES |= {"default": _objects, "evidence": _objects}
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
TIME_ZONE = "UTC"
USE_TZ = True
LOCALE_PATHS = [layout.home / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

DEFAULT_FROM_EMAIL = SERVER_EMAIL = config.email_from
EMAIL_FILE_PATH = layout.mail
if config.mail is None:
    EMAIL_BACKEND = "market.mail.FolderBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = config.mail.host, config.mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = config.mail.user, config.mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = config.mail.encryption == "starttls", config.mail.encryption == "tls"
    EMAIL_TIMEOUT = 10

# Which form an answer has is said by the Accept header alone: `?format=` is a parameter like any that is unknown.
REST_FRAMEWORK = {"URL_FORMAT_OVERRIDE": None}

# --- limits ---------------------------------------------------------------------------------------------------------

# What is held in memory at once: forms and JSON. Media is read piece by piece and is not meant by this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# --- logs -----------------------------------------------------------------------------------------------------------

LOGGING_CONFIG = None
configure_logging(config)
