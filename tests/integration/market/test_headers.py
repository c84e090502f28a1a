"""What a browser is told with every kind of answer, by the settings of a development and of a production house."""

import contextlib
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import AsyncClient, Client

from market.config import ROOT, config
from market.engine.layout import Layout
from tests.unit.market.production import PRODUCTION


def hashed(ending: str) -> str:
    manifest = json.loads((Layout(config.home).static / "staticfiles.json").read_text())
    return next(f"/static/{name}" for plain, name in sorted(manifest["paths"].items()) if plain.endswith(ending))


KINDS: dict[str, tuple[Any, int]] = {
    "page": ("/accounts/login/", 200),
    "json": ("/healthz", 200),
    "static file": (hashed, 200),
    "not found": ("/nowhere", 404),
    "wrong host": ("/healthz", 421),
    "too long": ("/healthz?" + "x" * 9000, 414),
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": settings.PERMISSIONS_POLICY,
}


def answer(client: Client, kind: str) -> Any:
    path, _ = KINDS[kind]
    address = path(".js") if callable(path) else path
    return client.get(address, headers={"host": "somewhere.else"} if kind == "wrong host" else {})


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_is_guarded(client: Client, kind: str) -> None:
    response = answer(client, kind)
    response.close()
    assert response.status_code == KINDS[kind][1]
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-Id"])
    if kind == "too long":  # refused before anything else: it holds nothing that could be misread
        assert response["Content-Type"] == "application/problem+json"
        return
    for name, value in ALWAYS.items():
        assert response[name] == value
    policy = response["Content-Security-Policy"]
    for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert "Access-Control-Allow-Origin" not in response
    assert "Strict-Transport-Security" not in response  # development: a browser would remember it for localhost


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/v1/account", "/v1/nowhere"])
def test_what_programs_are_answered_is_guarded_and_knows_no_session(client: Client, path: str) -> None:
    client.cookies["sessionid"] = "x"
    there, response = async_to_sync(AsyncClient().get)(path), client.get(path)
    for each in (response, there):
        assert each.status_code in (401, 404)
        for name, value in {**ALWAYS, "X-Frame-Options": "DENY"}.items():
            assert each[name] == value
        assert each["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert each["Content-Length"] == str(len(each.content))
        assert not {"Vary", "Content-Language", "Set-Cookie"} & set(each.headers)
    assert client.get(path, headers={"host": "somewhere.else"}).status_code == 421


@pytest.mark.django_db
def test_only_our_own_pages_may_use_the_camera_and_the_place(client: Client) -> None:
    policy = answer(client, "page")["Permissions-Policy"].split(", ")
    assert {"camera=(self)", "geolocation=(self)", "microphone=()", "payment=()"} <= set(policy)
    assert not any("*" in each for each in policy)


@pytest.mark.django_db
def test_a_nonce_is_new_for_every_page_and_the_policy_names_it(client: Client) -> None:
    from django.template import engines
    from django.test import RequestFactory

    page = engines["django"].from_string('<script nonce="{{ CSP_NONCE }}">1</script>')

    def nonce() -> tuple[str, str]:
        from csp.middleware import CSPMiddleware
        from django.http import HttpResponse

        request = RequestFactory().get("/")
        response: Any = CSPMiddleware(lambda each: HttpResponse(page.render({}, each)))(request)
        found = re.search(r'nonce="([^"]+)"', response.content.decode())
        assert found
        return found[1], response["Content-Security-Policy"]

    (first, policy), (second, _) = nonce(), nonce()
    assert f"'nonce-{first}'" in policy
    assert len(first) >= 22
    assert first != second


@pytest.mark.django_db  # closing an answer looks at the connections
class TestStaticFiles:
    def test_a_hashed_name_is_kept_for_ever(self, client: Client) -> None:
        response = client.get(hashed(".js"))
        response.close()
        assert response["Cache-Control"] == "max-age=315360000, public, immutable"

    def test_it_is_sent_compressed(self, client: Client) -> None:
        with contextlib.closing(client.get(hashed(".js"))) as plain:
            whole = plain.getvalue()
        response = client.get(hashed(".js"), headers={"accept-encoding": "gzip"})
        response.close()
        assert response["Content-Encoding"] == "gzip"
        assert response["Vary"] == "Accept-Encoding"
        assert int(response["Content-Length"]) < len(whole)

    def test_a_style_sheet_is_sent_with_those_that_it_imports(self, client: Client) -> None:
        with contextlib.closing(client.get(hashed("css/pages.css"))) as answer:
            sheet = answer.getvalue().decode()
        assert "@import" not in sheet
        wanted = re.findall(r'@import "(.+)";', (ROOT / "web/static/css/pages.css").read_text())
        assert len(wanted) > 1
        places = [sheet.index((ROOT / "web/static/css" / name).read_text()) for name in wanted]
        assert places == sorted(places)

    def test_the_asynchronous_side_sends_the_same(self, client: Client, async_client: AsyncClient) -> None:
        there, here = async_to_sync(async_client.get)(hashed(".js")), client.get(hashed(".js"))
        with contextlib.closing(here):
            assert there.content == here.getvalue()
        ours = {"x-request-id"}
        assert {k.lower(): v for k, v in there.headers.items() if k.lower() not in ours} == {
            k.lower(): v for k, v in here.headers.items() if k.lower() not in ours
        }

    def test_no_thread_is_held_by_what_waits_on_the_asynchronous_side(self) -> None:
        from django.utils.module_loading import import_string

        for name in settings.MIDDLEWARE:
            assert getattr(import_string(name), "async_capable", False), name


_ASK = """
import json, sys, django
django.setup()
from django.conf import settings
from django.test import Client
def said(path, **extra):
    answer = Client(headers={"host": extra.pop("host", "sightline.example")}).get(path, **extra)
    return [answer.status_code, dict(answer.headers), [str(each) for each in answer.cookies.values()]]
print(json.dumps({
    "page": said("/accounts/login/", secure=True),
    "json": said("/healthz", secure=True),
    "not found": said("/nowhere", secure=True),
    "plain": said("/accounts/login/"),
    "proxied": said("/accounts/login/", HTTP_X_FORWARDED_PROTO="https"),
    "plain health": said("/healthz", host="127.0.0.1"),
    "names": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.EMAIL_HOST, settings.EMAIL_USE_TLS],
}))
"""


@pytest.fixture(scope="module")
def production() -> dict[str, str]:
    # The receivers of the tests are on loopback, which production does not allow.
    return {**os.environ, **PRODUCTION, "WEBHOOK_ALLOWED_NETWORKS": "", "DJANGO_SETTINGS_MODULE": "market.settings"}


def test_a_production_house_insists_on_tls(production: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", _ASK], cwd=ROOT, env=production, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    for kind in ("page", "json", "not found"):
        _, headers, cookies = said[kind]
        assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
        for cookie in cookies:
            assert "Secure" in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
    assert said["page"][2]  # the page does set one
    status, headers, _ = said["plain"]
    assert (status, headers["Location"]) == (301, "https://sightline.example/accounts/login/")
    assert said["proxied"][0] == 200
    assert said["plain health"][0] == 200  # asked from within, without the front
    assert said["names"] == ["__Host-session", "__Host-csrf", "mail.example", True]


def test_djangos_deployment_check_has_nothing_to_say(production: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues (0 silenced)" in done.stdout
