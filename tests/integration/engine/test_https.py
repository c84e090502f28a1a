"""`bin/up --https`: a certificate that names us, a page that tells how to trust it, and nothing secret served."""

import http.client
import json
import ssl
from pathlib import Path

import pytest

from market.engine import trust
from market.engine.layout import Layout
from tests.integration.engine.conftest import Up

pytestmark = pytest.mark.engine


def test_https_is_trusted_by_who_has_the_root_certificate(up: Up, lived_in: None, home: Path) -> None:
    house = up("--https", "--host", "127.0.0.1", "--no-demo")
    house.wait_until_up()
    root = trust.root_certificate(Layout(home))

    trusting = http.client.HTTPSConnection(
        "localhost", house.port, context=ssl.create_default_context(cafile=str(root))
    )
    trusting.request("GET", "/accounts/login/")
    response = trusting.getresponse()
    assert response.status == 200
    cookies = response.headers.get_all("Set-Cookie") or []
    assert cookies
    assert all(cookie.startswith("__Host-") and "Secure" in cookie for cookie in cookies)
    response.read()
    trusting.request("GET", "/v1/balance", headers={"Host": "elsewhere.example"})
    misled = trusting.getresponse()
    assert (misled.status, json.loads(misled.read())["code"]) == (421, "unknown_host")
    trusting.close()

    stranger = http.client.HTTPSConnection("localhost", house.port, context=ssl.create_default_context())
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/healthz")

    plain = http.client.HTTPConnection("127.0.0.1", house.port)
    plain.request("GET", "/healthz?x=1", headers={"Host": f"localhost:{house.port}"})
    assert plain.getresponse().headers["Location"] == f"https://localhost:{house.port}/healthz?x=1"
    plain.close()

    status, headers, body = _get(house.port + 1, "/")
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert trust.fingerprint(root) in body.decode()
    assert "<svg" in body.decode()
    status, headers, body = _get(house.port + 1, "/sightline-root.crt")
    assert (status, headers["Content-Type"], body) == (200, "application/x-x509-ca-cert", root.read_bytes())
    status, headers, _ = _get(house.port + 1, "/claims?x=1")
    assert (status, headers["Location"]) == (302, f"https://127.0.0.1:{house.port}/claims?x=1")
    status, _, _ = _get(house.port + 1, "/../../certificates/caddy/pki/authorities/local/root.key")
    assert status == 302


def _get(port: int, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body
