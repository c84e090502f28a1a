import datetime
import io
import json

import c2pa  # type: ignore[import-untyped]
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.unit.verification.photos.pictures import encoded, scene
from verification.photos.credentials import credentials

PLAIN = encoded(scene(size=(320, 240)))
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_DAY = datetime.timedelta(days=1)


def certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 30 * _DAY)
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


@pytest.fixture(scope="module")
def signed() -> tuple[bytes, str]:
    """A picture with credentials made by an authority of our own, and that authority's certificate."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def name(word: str) -> x509.Name:
        return x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, word), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests")]
        )

    root = certificate(name("Root"), root_key, name("Root"), root_key, authority=True)
    leaf = certificate(name("Signer"), key, name("Root"), root_key, authority=False)
    chain = leaf.public_bytes(serialization.Encoding.PEM) + root.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=private, ta_url=None)
    manifest = {
        "claim_generator_info": [{"name": "test camera", "version": "1"}],
        "format": "image/jpeg",
        "title": "t",
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": GENERATED}]},
            }
        ],
    }
    target = io.BytesIO()
    with c2pa.Builder(json.dumps(manifest)) as builder:
        builder.sign(c2pa.Signer.from_info(info), "image/jpeg", io.BytesIO(PLAIN), target)
    return target.getvalue(), root.public_bytes(serialization.Encoding.PEM).decode()


def test_most_files_have_none_and_that_says_nothing() -> None:
    assert credentials(PLAIN, "jpeg") is None


def test_anybodys_credentials_are_valid_and_only_known_authorities_are_trusted(signed: tuple[bytes, str]) -> None:
    data, root = signed
    by_anybody, by_known = credentials(data, "jpeg"), credentials(data, "jpeg", trust_anchors=root)
    assert by_anybody is not None
    assert by_known is not None
    assert by_anybody.state == "valid"
    assert by_known.state == "trusted"
    assert by_known.source_types == (GENERATED,)
    assert "c2pa.created" in by_known.actions
    assert by_known.generator == "test camera"


def test_a_picture_changed_afterwards_breaks_them(signed: tuple[bytes, str]) -> None:
    data, root = signed
    at = len(data) - 200
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    broken = credentials(changed, "jpeg", trust_anchors=root)
    assert broken is not None
    assert broken.state == "invalid"


def test_a_mark_without_credentials_behind_it_is_no_failure() -> None:
    tagged = encoded(scene(size=(320, 240)), comment=b"c2pa")
    assert credentials(tagged, "jpeg") is None
