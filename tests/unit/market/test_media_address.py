import base64

import pytest

from market.media_address import Bucket, UnusableMediaAddress, read_media_address, read_media_keys


@pytest.mark.parametrize(
    ("url", "bucket"),
    [
        ("", None),
        ("s3://photos", Bucket("photos")),
        ("s3://K:s%2Fe%2B@photos/a/b/?region=eu-1", Bucket("photos", "a/b", "", "eu-1", "K", "s/e+")),
        ("s3://photos?endpoint=https://s3.example/", Bucket("photos", endpoint="https://s3.example")),
    ],
)
def test_an_address_is_a_bucket(url: str, bucket: Bucket | None) -> None:
    assert read_media_address(url) == bucket


@pytest.mark.parametrize(
    "url",
    ["photos", "http://photos", "s3://", "s3:///a", "s3://K@photos", "s3://K:a/b@photos", "s3://photos:99",
     "s3://photos?acl=public", "s3://photos?endpoint=ftp://s3.example"],
)  # fmt: skip
def test_what_names_no_bucket_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(UnusableMediaAddress) as refused:
        read_media_address(url)
    assert "K:" not in str(refused.value)


def test_a_bucket_shows_no_secret() -> None:
    assert "hidden" not in repr(read_media_address("s3://K:hidden@photos"))


def test_only_an_endpoint_without_encryption_counts_as_such() -> None:
    assert Bucket("photos").encrypted
    assert not Bucket("photos", endpoint="http://s3.example").encrypted


def test_keys_are_read_in_either_alphabet() -> None:
    key = bytes(range(200, 232))
    words = [base64.b64encode(key), base64.urlsafe_b64encode(key), base64.urlsafe_b64encode(key).rstrip(b"=")]
    assert read_media_keys(", ".join(each.decode() for each in words)) == (key, key, key)
    assert read_media_keys("") == ()
    for wrong in ("short", "!" * 44, base64.b64encode(key + b"x").decode(), ","):
        with pytest.raises(UnusableMediaAddress):
            read_media_keys(wrong)
