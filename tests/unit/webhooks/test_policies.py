"""What an endpoint's address may be, and when a delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.webhooks.addresses import read_networks
from market.webhooks.policies import TRY_FOR, Reach, Target, UnusableUrl, next_try, read_url

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PRODUCTION = Reach()
DEVELOPMENT = Reach(opened=read_networks(["127.0.0.0/8", "::1/128"]))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://agent.example.com/hooks?a=b", Target("https", "agent.example.com", 443, "/hooks?a=b")),
        ("https://agent.example.com", Target("https", "agent.example.com", 443, "/")),
        ("https://Agent.Example.com:8443/x", Target("https", "agent.example.com", 8443, "/x")),
        ("https://xn--bcher-kva.example/x", Target("https", "xn--bcher-kva.example", 443, "/x")),
        ("https://1.1.1.1/x", Target("https", "1.1.1.1", 443, "/x")),
        ("https://[2606:4700:4700::1111]/x", Target("https", "2606:4700:4700::1111", 443, "/x")),
    ],
)
def test_an_address_of_a_public_host_is_taken_apart(url: str, target: Target) -> None:
    assert read_url(url, PRODUCTION) == target


@pytest.mark.parametrize(
    "url",
    [
        *("", "agent.example.com", "http://agent.example.com/", "ftp://agent.example.com/", "file:///etc/passwd"),
        *(
            "gopher://agent.example.com:443/",
            "javascript:alert(1)",
            "https:///x",
            "https://",
            "https:agent.example.com",
        ),
        *("https://user@agent.example.com/", "https://user:pass@agent.example.com/", "https://@agent.example.com/"),
        *("https://agent.example.com/#x", "https://agent.example.com/#", "https://agent.example.com:22/"),
        *("https://agent.example.com:80/", "https://agent.example.com:0/", "https://agent.example.com:99999/"),
        *("https://agent.example.com:-1/", "https://agent.example.com:x/", "https://agent.example.com\\@evil.example/"),
        *("https://agent.example.com /", "https://agent.example.com/\r\nX: y", "https://agent.example.com/\x00"),
        *("https://bücher.example/", "https://a..b/", "https://.example/", "https://%31.example/", "https://a,b/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://[fe80::1%25eth0]/", "https://[::ffff:1.1.1.1]/"),
        *("https://2130706433/", "https://127.1/", "https://0x7f.0.0.0x1/", "https://0177.0.0.1/", "https://a.0x7f./"),
        *("https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://[64:ff9b::a00:1]/"),
        *(
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://intranet/",
            "https://nas.local/",
        ),
        "https://metadata.google.internal/",
        "https://" + "a" * 64 + ".example/" + "x" * 500,
    ],
)
def test_any_other_address_is_refused_before_anybody_is_asked(url: str) -> None:
    with pytest.raises(UnusableUrl) as refusal:
        read_url(url, PRODUCTION)
    assert refusal.value.param == "/url"


def test_development_may_open_loopback_with_any_port_and_plain_http() -> None:
    assert read_url("http://127.0.0.1:5000/x", DEVELOPMENT).port == 5000
    assert read_url("http://localhost:5000/x", DEVELOPMENT).host == "localhost"
    for url in ("http://10.0.0.1:5000/x", "http://1.1.1.1:5000/x", "https://[fd00::1]/", "http://agent.example.com/"):
        with pytest.raises(UnusableUrl):
            read_url(url, DEVELOPMENT)


@given(st.text(max_size=60))
def test_whatever_is_sent_as_an_address_is_read_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example/{text}", f"https://a.example:{text}/"):
        try:
            target = read_url(url, PRODUCTION)
        except UnusableUrl:
            continue
        assert target.scheme == "https"
        assert target.port in (443, 8443)
        assert (target.host + target.path).isascii()


@given(st.floats(-1, 1))
def test_the_pauses_grow_and_the_last_try_is_after_three_days(jitter: float) -> None:
    at, tries, pauses = NOON, 1, []
    while (following := next_try(begun_at=NOON, tries=tries, at=at, jitter=jitter)) is not None:
        pauses.append(following - at)
        at, tries = following, tries + 1
    assert at - NOON == TRY_FOR == timedelta(days=3)
    assert pauses[:-1] == sorted(pauses[:-1])
    assert timedelta(seconds=7) < pauses[0] < timedelta(seconds=13)
    assert max(pauses) <= timedelta(hours=15)
    assert 12 <= tries <= 20


def test_what_failed_together_does_not_return_together() -> None:
    returns = {next_try(begun_at=NOON, tries=5, at=NOON, jitter=jitter / 10) for jitter in range(-10, 11)}
    assert len(returns) == 21
