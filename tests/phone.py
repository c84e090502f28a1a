"""A scout's phone, as far as the server can see: it speaks the capture protocol, and signs with a key of its own.

What signs is the sandbox's; what speaks over the wire is here.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives import hashes
from django.test import Client

from agents_api.sandbox.phone import Phone as Device
from verification.capture import signature
from verification.capture.signature import Capture
from verification.evidence import Fix
from verification.geo import Place, place
from verification.operations import CapturePass

PIECE = 256 * 1024
Answer = Any  # Django's response with what its test client adds


@dataclass
class Phone:
    capture_pass: CapturePass
    here: Place = field(default_factory=lambda: place(52.52005, 13.40503))
    device: Device = field(default_factory=lambda: Device(uuid4().bytes))
    clock_ahead: timedelta = timedelta()
    client: Client = field(default_factory=Client)
    # Each phone is in a network of its own, as phones are.
    address: str = "198.51.100.7"

    # --- the four calls ---

    def open(self, **changes: Any) -> Answer:
        body = {
            "nonce": self.capture_pass.nonces[0].value,
            "public_key": self.public_key,
            "device_at": moment(self.now()),
            **changes,
        }
        return self.post(f"/capture/claims/{self.capture_pass.grant.claim_key}/sessions", body)

    def put(self, client_uuid: UUID, data: bytes, *, start: int = 0, length: int | None = None) -> Answer:
        offsets = {"Upload-Offset": str(start), "Upload-Length": str(len(data) if length is None else length)}
        answer: Answer = self.client.put(
            f"/capture/uploads/{client_uuid}",
            data,
            content_type="application/octet-stream",
            headers=self.headers | offsets,
            REMOTE_ADDR=self.address,
        )
        return answer

    def progress(self, client_uuid: UUID) -> Answer:
        answer: Answer = self.client.head(f"/capture/uploads/{client_uuid}", headers=self.headers)
        return answer

    def hand_in(self, session: str, signed: bytes, media: list[UUID], /, **changes: Any) -> Answer:
        body = {
            "signed": signed.decode(),
            "signature": self.signature(signed),
            "media": [str(each) for each in media],
            "answers": [{"question_id": "q1", "value": "Yes, it is."}],
            "device_at": moment(self.now()),
            **changes,
        }
        return self.post(f"/capture/sessions/{session}/submit", body)

    # --- the whole walk ---

    def capture(self, *pictures: bytes, **changes: Any) -> Answer:
        """Open, send and hand in. `changes` go into what is handed in."""
        opened = self.open().json()
        media = [self.send(picture) for picture in pictures]
        signed = self.signed(opened["session"], opened["nonce"], pictures)
        return self.hand_in(opened["session"], signed, media, **changes)

    def send(self, data: bytes) -> UUID:
        client_uuid = uuid4()
        for start in range(0, len(data), PIECE):
            answer = self.put(client_uuid, data[start : start + PIECE], start=start, length=len(data))
            assert answer.status_code == 200, answer.content
        return client_uuid

    def signed(self, session: str, nonce: str, pictures: tuple[bytes, ...], **changes: Any) -> bytes:
        said = {
            "session": session,
            "nonce": nonce,
            "captured_at": self.now(),
            "media": tuple(sha256(each) for each in pictures),
            "fixes": self.fixes(),
            **changes,
        }
        return signature.to_signed(Capture(**said))

    def fixes(self) -> tuple[Fix, ...]:
        """Three answers of a receiver that wanders, as real ones do: no two phones stand on one spot."""
        drift = uuid4().int % 900
        return tuple(
            Fix(
                at=self.now() - timedelta(seconds=10 * number),
                place=Place(self.here.latitude_e7 + 7 * number + drift, self.here.longitude_e7 - 11 * number + drift),
                accuracy_m=6.0 + number,
            )
            for number in range(3)
        )

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    @property
    def public_key(self) -> str:
        return self.device.public_key

    def signature(self, signed: bytes) -> str:
        return self.device.sign(signed)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.capture_pass.token}"}

    def post(self, path: str, body: Any) -> Answer:
        answer: Answer = self.client.post(
            path, orjson.dumps(body), content_type="application/json", headers=self.headers, REMOTE_ADDR=self.address
        )
        return answer


def sha256(data: bytes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize().hex()


def moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
