"""Our tables below a project as `startproject` leaves it, with a connection that is kept."""

from market.settings import *  # noqa: F403 - the apps and the database are the same
from market.settings import DATABASES

ROOT_URLCONF = "tests.bench.yardsticks.idiomatic"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # its app insists
]
REST_FRAMEWORK = {}
DATABASES["default"] = {**DATABASES["default"], "CONN_MAX_AGE": 600, "OPTIONS": {}}
