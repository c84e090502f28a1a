import pytest

from tests.unit.verification.photos.pictures import encoded, scene
from verification import signing
from verification.photos.credentials import credentials

PLAIN = encoded(scene(size=(320, 240)))
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def signed() -> tuple[bytes, str]:
    """A picture with credentials made by an authority of its own, and that authority's certificate."""
    chain, private = signing.parts_of(signing.new_identity())
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
    return signing.signed(PLAIN, manifest, chain, private), signing.issuer_of(chain).decode()


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
