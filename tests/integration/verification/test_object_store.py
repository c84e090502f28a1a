"""Evidence in an object store: the same promises as on a disk, through the real client, on S3's wire."""

from collections.abc import Iterator

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile

from tests.fakes import s3
from tests.fakes.s3 import Objects
from tests.phone import sha256
from verification import store
from verification.object_store import PrivateObjects, StoreUnavailable

DATA = b"\xff\xd8 a picture" * 1000


@pytest.fixture
def objects() -> Iterator[Objects]:
    with s3.objects() as told:
        yield told


@pytest.fixture
def kept(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> Objects:
    """The room's own store, with its media there instead of in a folder."""
    storage = PrivateObjects(objects.address())
    monkeypatch.setattr(store, "_storage", lambda: storage)
    return objects


def test_what_is_kept_is_read_back_and_removed(kept: Objects) -> None:
    name = store.keep(store.ORIGINALS, DATA)
    assert name == sha256(DATA)
    path = f"house/media/originals/{name[:2]}/{name[2:4]}/{name}"
    assert kept.kept == {path: DATA}
    assert store.read(store.ORIGINALS, name) == DATA
    store.remove(store.ORIGINALS, name)
    store.remove(store.ORIGINALS, name)
    with pytest.raises(store.NotKept):
        store.read(store.ORIGINALS, name)


def test_the_same_bytes_are_sent_once(kept: Objects) -> None:
    for _ in range(3):
        store.keep(store.DELIVERED, DATA)
    assert [each.split()[0] for each in kept.asked] == ["HEAD", "PUT", "HEAD", "HEAD"]


def test_a_store_that_stumbles_is_asked_again(kept: Objects) -> None:
    kept.failures += [503]
    name = store.keep(store.ORIGINALS, DATA)
    assert store.read(store.ORIGINALS, name) == DATA


def test_nothing_is_acknowledged_that_the_store_did_not_take(objects: Objects) -> None:
    storage = PrivateObjects(objects.address(secret="wrong"))
    for attempt in (
        lambda: storage.save("a", ContentFile(DATA)),
        lambda: storage.open("a"),
        lambda: storage.exists("a"),
        lambda: storage.delete("a"),
    ):
        with pytest.raises(StoreUnavailable):
            attempt()
    assert objects.kept == {}


def test_what_is_private_has_no_address(objects: Objects) -> None:
    with pytest.raises(ValueError, match="no address"):
        PrivateObjects(objects.address()).url("a")


def test_the_store_of_these_tests_speaks_as_amazon_publishes(objects: Objects) -> None:
    client = botocore.session.get_session().create_client(
        "s3",
        region_name=s3.REGION,
        endpoint_url=objects.endpoint,
        aws_access_key_id=s3.KEY,
        aws_secret_access_key=s3.SECRET,
        config=Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"total_max_attempts": 1},
        ),
    )
    put = client.put_object(Bucket=s3.BUCKET, Key="a/b c", Body=DATA)
    assert put["ETag"] == client.head_object(Bucket=s3.BUCKET, Key="a/b c")["ETag"]
    assert client.get_object(Bucket=s3.BUCKET, Key="a/b c")["Body"].read() == DATA
    client.delete_object(Bucket=s3.BUCKET, Key="a/b c")
    with pytest.raises(client.exceptions.NoSuchKey):
        client.get_object(Bucket=s3.BUCKET, Key="a/b c")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        client.put_object(Bucket="another", Key="a", Body=DATA)
    client.close()
