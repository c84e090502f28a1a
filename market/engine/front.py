"""The one address in front: where it listens, by which names, and what Caddy is told about it."""

import errno
import socket
from dataclasses import dataclass
from functools import cached_property
from string import Template
from urllib.parse import urlsplit

from market.engine import names
from market.engine.faults import Fault
from market.engine.layout import Layout

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  compared with, not bound to
# Whoever types http:// by mistake is led to https:// on the same port. Options for one address replace those for all.
_HTTPS_OPTIONS = Template("""
default_sni $name
pki {
	ca local {
		name "$authority"
		root_cn "$authority"
		intermediate_cn "$authority, intermediate"
	}
}
servers $address {
	listener_wrappers {
		http_redirect
		tls
	}
	trusted_proxies static 127.0.0.1/32 ::1/128
	timeouts {
		read_header 10s
		idle 2m
	}
	max_header_size 512KB
}
""")


@dataclass(frozen=True)
class Front:
    host: str
    port: int
    https: bool
    configured_url: str | None = None  # PUBLIC_URL, where somebody has set it

    @property
    def page_port(self) -> int:
        """Where `--https` tells, without TLS, how to trust it."""
        return self.port + 1

    @property
    def ports(self) -> list[int]:
        return [self.port, self.page_port] if self.https else [self.port]

    @cached_property
    def names(self) -> list[str]:
        """By which it is called: more than the public one where other machines can reach it."""
        own = [urlsplit(self.configured_url).hostname or ""] if self.configured_url else []
        if self.host in _EVERYWHERE:
            reached = names.all_names()
        elif self.host in ("127.0.0.1", "::1", "localhost"):
            reached = ["localhost", "127.0.0.1", "[::1]"]
        else:
            reached = [self._bracketed(self.host), "localhost", "127.0.0.1"]
        return list(dict.fromkeys(name for name in [*own, *reached] if name))

    @cached_property
    def url(self) -> str:
        """Where people and agents are sent."""
        if self.configured_url:
            return self.configured_url
        scheme = "https" if self.https else "http"
        # Passkeys want a name, not an address; a machine without one is still reached from itself.
        name = self.names[0] if self.https or self.host not in _EVERYWHERE else "localhost"
        return f"{scheme}://{name}:{self.port}"

    @property
    def page_url(self) -> str:
        """The address a phone can open before it trusts anything: a number, because it may not know the name."""
        host = self.host if self.host not in _EVERYWHERE else next(iter(names.lan_addresses()), "localhost")
        return f"http://{self._bracketed(host)}:{self.page_port}"

    def environment(self, layout: Layout) -> dict[str, str]:
        scheme = "https" if self.https else "http"
        # The last one is for who asks for another name: the house refuses that in words, Caddy with an empty 200.
        names_ = [*self.names, ""] if self.https else [""]
        sites = [f"{scheme}://{name}:{self.port}" for name in names_]
        return {
            "SIGHTLINE_SITES": ", ".join(sites),
            "SIGHTLINE_FRONT_OPTIONS": self._options(),
            "SIGHTLINE_TLS": "tls internal" if self.https else "",
            "SIGHTLINE_WSGI": f"unix/{layout.sockets / 'wsgi'}",
            "SIGHTLINE_ASGI": f"unix/{layout.sockets / 'asgi'}",
            "SIGHTLINE_PAGE_PORT": str(self.page_port),
            "SIGHTLINE_HTTPS_PORT": str(self.port),
            "XDG_DATA_HOME": str(layout.certificates),
            "XDG_CONFIG_HOME": str(layout.certificates),
        }

    def _options(self) -> str:
        """Lines for the Caddyfile's first block. Nothing is installed into this machine's own trust, nor asked for."""
        lines = [f"default_bind {self.host}", "skip_install_trust", "auto_https disable_redirects"]
        if self.https:
            authority = f"Sightline on {names.host_name() or 'this machine'}"
            address = f"{self._bracketed(self.host)}:{self.port}"
            lines.append(_HTTPS_OPTIONS.substitute(name=self.names[0], authority=authority, address=address))
        return "\n".join(lines)

    def check_ports(self) -> None:
        """Find out before anything is started whether the front will be able to listen."""
        for port in self.ports:
            _check_port(self.host, port)

    def listens(self) -> bool:
        return _answers(self.host, self.port)

    @staticmethod
    def _bracketed(host: str) -> str:
        return f"[{host}]" if ":" in host else host


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _in_use(host, port) from error
        raise Fault(
            f"Cannot listen on {host} port {port} ({error.strerror}): choose others with --host and --port."
        ) from error
    # BSDs and macOS let a second listener in beside one that listens everywhere.
    if _answers(host, port):
        raise _in_use(host, port)


def _in_use(host: str, port: int) -> Fault:
    return Fault(f"Port {port} on {host} is in use by another program: stop that, or choose another one with --port.")


def _answers(host: str, port: int) -> bool:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        with socket.create_connection((target, port), timeout=1):
            return True
    except OSError:
        return False
