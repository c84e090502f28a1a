"""Which addresses may be reached for a stranger: public hosts, in no disguise."""

from ipaddress import ip_address

import pytest

from market.webhooks.addresses import is_in, is_public, read_networks


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.215.14",
        "172.15.255.255",
        "172.32.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "192.0.1.1",
        "11.0.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450:4001:80b::200e",
    ],
)
def test_a_public_host_may_be_reached(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
        *("192.168.1.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16"),
        *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    ],
)
def test_what_is_no_public_host_may_not_in_any_spelling_of_ipv6(address: str) -> None:
    v4 = int(ip_address(address))
    assert not is_public(ip_address(address))
    disguised = [
        f"::ffff:{address}",  # IPv4-mapped
        f"::{address}",  # IPv4-compatible
        f"64:ff9b::{address}",  # NAT64
        f"64:ff9b:1::{address}",  # NAT64, local
        f"2002:{v4 >> 16:x}:{v4 & 0xFFFF:x}::1",  # 6to4
        f"2001:0:{v4 >> 16:x}:{v4 & 0xFFFF:x}::1",  # Teredo
        f"2606:4700::5efe:{address}",  # ISATAP
        f"2606:4700::200:5efe:{address}",
    ]
    assert [each for each in disguised if is_public(ip_address(each))] == []


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8"])
def test_a_public_address_in_disguise_is_refused_too(address: str) -> None:
    assert not is_public(ip_address(f"::ffff:{address}"))
    assert not is_public(ip_address(f"64:ff9b::{address}"))


@pytest.mark.parametrize(
    "address",
    [
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1"),
        *("2001:db8::1", "2001:2::1", "2001:10::1", "3fff::1", "3ffe::1", "5f00::1", "4000::1", "2001:4860::1%lo"),
    ],
)
def test_of_ipv6_only_global_unicast_may_be_reached(address: str) -> None:
    assert not is_public(ip_address(address))


def test_an_allow_list_opens_what_it_names_and_no_other_spelling_of_it() -> None:
    opened = read_networks(["127.0.0.0/8", "::1/128"])
    assert is_in(ip_address("127.0.0.1"), opened)
    assert is_in(ip_address("::1"), opened)
    assert not is_in(ip_address("::ffff:127.0.0.1"), opened)
    assert not is_in(ip_address("10.0.0.1"), opened)
