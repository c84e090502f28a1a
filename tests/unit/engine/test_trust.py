"""The page that puts the certificate on a phone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from market.engine import names, trust
from market.engine.front import Front
from market.engine.layout import Layout


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setattr(names, "host_name", lambda: "desk")
    monkeypatch.setattr(names, "lan_addresses", lambda: ["192.168.1.5"])
    made = Layout(tmp_path)
    path = trust.root_certificate(made)
    path.parent.mkdir(parents=True)
    path.write_bytes(_certificate().public_bytes(serialization.Encoding.PEM))
    (path.parent / "root.key").write_text("secret")
    return made


def _certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sightline on desk")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


def test_the_page_has_all_that_a_phone_needs(layout: Layout) -> None:
    front = Front("0.0.0.0", 8443, True)
    trust.write_page(layout, front)
    page = (layout.trust_page / "index.html").read_text()
    certificate = x509.load_pem_x509_certificate(trust.root_certificate(layout).read_bytes())
    assert certificate.fingerprint(hashes.SHA256()).hex(" ").upper() in page
    for link in ("https://desk.local:8443", "https://192.168.1.5:8443"):
        assert f'<a href="{link}">' in page
    assert "<svg" in page
    assert "$" not in page


def test_only_page_and_certificate_are_served(layout: Layout) -> None:
    trust.write_page(layout, Front("0.0.0.0", 8443, True))
    assert sorted(file.name for file in layout.trust_page.iterdir()) == ["index.html", "sightline-root.crt"]


def test_the_terminal_shows_the_page_as_a_code(layout: Layout) -> None:
    said = trust.told(Front("0.0.0.0", 8443, True))
    assert "http://192.168.1.5:8444" in said
    assert "█" in said
