"""The names and addresses under which other machines in the same network may reach this one."""

import ipaddress
import socket

import psutil

# Networks of virtual machines and containers: no phone is in one.
_INWARD = ("docker", "br-", "veth", "virbr", "vmnet", "bridge", "utun", "tun", "tap", "lo")


def lan_addresses() -> list[str]:
    """IPv4 addresses in the local network, the one that leads out first."""
    states = psutil.net_if_stats()
    found = [
        address.address
        for name, addresses in psutil.net_if_addrs().items()
        if not name.startswith(_INWARD) and name in states and states[name].isup
        for address in addresses
        if address.family == socket.AF_INET and _is_of_a_network(address.address)
    ]
    first = _leads_out()
    return sorted(dict.fromkeys(found), key=lambda address: address != first)


def host_name() -> str:
    """The machine's own name, without a domain, fit for a certificate; empty where it has none."""
    name = socket.gethostname().split(".")[0].lower()
    return name if name.replace("-", "").isalnum() and name.isascii() and name != "localhost" else ""


def all_names() -> list[str]:
    """Everything that a certificate for this machine should name: the one that phones find first."""
    host = host_name()
    return [*([f"{host}.local", host] if host else []), "localhost", "127.0.0.1", *lan_addresses()]


def _is_of_a_network(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def _leads_out() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # no packet is sent: the system only chooses the way
        except OSError:
            return None
        return str(probe.getsockname()[0])
