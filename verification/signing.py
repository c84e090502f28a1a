"""Content Credentials (C2PA) in delivered pictures, signed by a certificate of our own. Never asks the network.

The certificate is made on this machine, by an authority made here too: it says "this exchange, unchanged since", to
whoever knows that authority; to everybody else the credentials are valid and not trusted, as they should be.
"""

import io
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import c2pa  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from verification import keys

_BEGIN, _PRIVATE = b"-----BEGIN CERTIFICATE-----", b"-----BEGIN PRIVATE KEY-----"
_LIFE = timedelta(days=3650)
_MANIFEST = {
    "claim_generator_info": [{"name": "Sightline", "version": "1"}],
    "title": "Observation",
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
                    },
                    {
                        "action": "c2pa.edited",
                        "parameters": {"description": "What detectors took for a face or a number plate is blurred."},
                    },
                ]
            },
        }
    ],
}
# No thumbnail: it would be a second picture inside; no time stamp: that would be a question to the network.
_SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
    "builder": {"thumbnail": {"enabled": False}},
}


def with_credentials(media: bytes) -> bytes:
    return signed(media, _MANIFEST, *_signer())


def signed(media: bytes, manifest: dict[str, Any], chain: bytes, private: bytes) -> bytes:
    """A JPEG with this manifest in it."""
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=private, ta_url=None)
    target = io.BytesIO()
    settings = c2pa.Settings.from_dict(_SETTINGS)
    with c2pa.Context(settings) as context, c2pa.Builder(json.dumps(manifest), context=context) as builder:
        builder.sign(c2pa.Signer.from_info(info), "image/jpeg", io.BytesIO(media), target)
    return target.getvalue()


def authority() -> bytes:
    """The certificate to trust, as PEM: published beside the receipts' keys."""
    chain, _ = _signer()
    return issuer_of(chain)


def issuer_of(chain: bytes) -> bytes:
    return _BEGIN + chain.split(_BEGIN)[2]


@cache
def _signer() -> tuple[bytes, bytes]:
    """The certificates, the signer's own first, and its key: one file, so that they fit whoever makes it first."""
    return parts_of(keys.made_once(keys.folder() / "c2pa.pem", new_identity))


def parts_of(pem: bytes) -> tuple[bytes, bytes]:
    at = pem.index(_PRIVATE)
    return pem[:at], pem[at:]


def new_identity() -> bytes:
    """The authority's key is forgotten at once: it signs this one certificate and no other."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Sightline authority", root_key, "Sightline authority", root_key, authority=True)
    leaf = _certificate("Sightline delivery", key, "Sightline authority", root_key, authority=False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return leaf.public_bytes(pem) + root.public_bytes(pem) + private


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False), critical=True
        )
    )
    if not authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(word: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, word), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sightline")]
    )
