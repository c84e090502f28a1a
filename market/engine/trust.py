"""How a phone comes to trust `bin/up --https`: the certificate authority's root, offered with words and a QR code."""

import hashlib
import shutil
import ssl
import string
from pathlib import Path

import segno

from market.config import ROOT
from market.engine.front import Front
from market.engine.layout import Layout

_TEMPLATE = ROOT / "docker" / "trust.html"
ROOT_FILE = "sightline-root.crt"


def root_certificate(layout: Layout) -> Path:
    """Made by Caddy at its first start, beside its secret key: only the certificate may leave that folder."""
    return layout.certificates / "caddy" / "pki" / "authorities" / "local" / "root.crt"


def write_page(layout: Layout, front: Front) -> None:
    """The page and what it offers, in a folder of their own, which is all that is served without TLS."""
    layout.trust_page.mkdir(parents=True, exist_ok=True)
    certificate = root_certificate(layout)
    shutil.copyfile(certificate, layout.trust_page / ROOT_FILE)
    page = string.Template(_TEMPLATE.read_text()).substitute(
        fingerprint=fingerprint(certificate),
        qr=segno.make(front.page_url, error="m").svg_inline(scale=5, border=4, light="#fff", dark="#000"),
        page_url=front.page_url,
        links="\n".join(f'<li><a href="{link}">{link}</a></li>' for link in links(front)),
        root_file=ROOT_FILE,
    )
    (layout.trust_page / "index.html").write_text(page)


def links(front: Front) -> list[str]:
    return [front.url, *(url for name in front.names if (url := f"https://{name}:{front.port}") != front.url)]


def fingerprint(certificate: Path) -> str:
    """As phones and browsers show it: SHA-256 in pairs."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest().upper()
    return " ".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def told(front: Front) -> str:
    """For the terminal: a QR code that a phone's camera opens."""
    lines = segno.make(front.page_url, error="l")
    return f"{_drawn(lines)}\n  To open it on a phone: scan this, or go to {front.page_url}\n"


def _drawn(code: "segno.QRCode") -> str:
    """Two rows to a line of text, dark on light whatever the terminal's colours are."""
    rows = [list(row) for row in code.matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    halves = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
    lines = (
        "".join(halves[bool(upper), bool(lower)] for upper, lower in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    )
    return "\n".join(f"  \033[30;107m{line}\033[0m" for line in lines)
