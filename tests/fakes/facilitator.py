"""A facilitator of x402 on loopback: it checks real signatures, and its chain is a set of nonces.

The signatures are those of x402's own client, recovered with eth_account from the EIP-712 message; who has how much on
the chain, and which nonce is used up, is simulated.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from tests.fakes.loopback import serving

# py_ecc, which comes with eth_account, raises the limit for the whole process when it is imported. A deep document
# would then end the interpreter and not the reading: 1,000 is what Python starts with, and what the house runs with.
sys.setrecursionlimit(1_000)

_AUTHORIZATION = [
    {"name": "from", "type": "address"},
    {"name": "to", "type": "address"},
    {"name": "value", "type": "uint256"},
    {"name": "validAfter", "type": "uint256"},
    {"name": "validBefore", "type": "uint256"},
    {"name": "nonce", "type": "bytes32"},
]


@dataclass
class Chain:
    address: str
    balances: dict[str, int] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    # What happens to the next calls of "settle": "drop" before or "drop_after" acting.
    faults: list[str] = field(default_factory=list)

    def verify(self, body: dict[str, Any]) -> str:
        """Empty, or why not."""
        wanted, signed = body["paymentRequirements"], body["paymentPayload"]["payload"]
        said = signed["authorization"]
        typed = {
            "types": {"TransferWithAuthorization": _AUTHORIZATION},
            "primaryType": "TransferWithAuthorization",
            "domain": {
                "name": wanted["extra"]["name"],
                "version": wanted["extra"]["version"],
                "chainId": int(wanted["network"].partition(":")[2]),
                "verifyingContract": wanted["asset"],
            },
            "message": {
                **{name: said[name] for name in ("from", "to")},
                **{name: int(said[name]) for name in ("value", "validAfter", "validBefore")},
                "nonce": bytes.fromhex(said["nonce"][2:]),
            },
        }
        signer = Account.recover_message(encode_typed_data(full_message=typed), signature=signed["signature"])
        if signer.lower() != said["from"].lower():
            return "invalid_exact_evm_payload_signature"
        if said["to"].lower() != wanted["payTo"].lower() or int(said["value"]) != int(wanted["amount"]):
            return "invalid_exact_evm_payload_recipient_mismatch"
        if said["nonce"] in self.used:
            return "invalid_exact_evm_nonce_already_used"
        return "" if self.balances.get(signer.lower(), 0) >= int(said["value"]) else "insufficient_funds"

    def settle(self, body: dict[str, Any]) -> dict[str, Any]:
        why, network = self.verify(body), body["paymentRequirements"]["network"]
        if why:
            return {"success": False, "errorReason": why, "transaction": "", "network": network}
        said = body["paymentPayload"]["payload"]["authorization"]
        self.used.add(said["nonce"])
        self.balances[said["from"].lower()] -= int(said["value"])
        return {"success": True, "transaction": f"0x{len(self.used):064x}", "network": network, "payer": said["from"]}


@contextmanager
def facilitator() -> Iterator[Chain]:
    with serving(_Handler) as port:
        chain = _Handler.chains[port] = Chain(f"http://127.0.0.1:{port}")
        yield chain
        del _Handler.chains[port]


class _Handler(BaseHTTPRequestHandler):
    chains: dict[int, Chain] = {}  # noqa: RUF012 - by port: each test's own

    def do_POST(self) -> None:
        chain = self.chains[self.connection.getsockname()[1]]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        what = self.path.removeprefix("/")
        chain.asked.append(what)
        fault = chain.faults.pop(0) if what == "settle" and chain.faults else ""
        if fault == "drop":
            return
        if what == "verify":
            why = chain.verify(body)
            payer = body["paymentPayload"]["payload"]["authorization"]["from"]
            answer = {"isValid": not why, "invalidReason": why or None, "payer": payer}
        else:
            answer = chain.settle(body)
        if fault == "drop_after":
            return
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        return
