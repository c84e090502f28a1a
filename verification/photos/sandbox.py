"""Hostile pictures are decoded elsewhere: in a child with limits on memory and time, whose death is one file's refusal.

Everything outside this package that wants something from a picture asks a `Sandbox`. It takes bytes and gives our
own types; what a job does stands in `measure.py`, `working.py` and `delivery.py`.
"""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from market.errors import DomainError, Kind
from verification import canonical
from verification.photos import formats, wire
from verification.photos.facts import PhotoFacts
from verification.photos.formats import RefusedPicture, inspect
from verification.photos.handed_over import SHOWN, Delivery, Measured, Redaction

_ROOT = Path(__file__).resolve().parents[2]
# No key and no password of ours. One thread, because it forks. Memory in large pages, because a fork's are all new; and
# in one arena, because each thread's own would count against the limit although nothing is in it.
_ENVIRONMENT = {
    "PATH": os.defpath,
    "PYTHONPATH": str(_ROOT),
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1",
}
_START_SECONDS = 60.0
_GRACE_SECONDS = 10.0


class DecoderDied(RefusedPicture):
    """Decoding the picture used up its time or its memory."""

    code = "decoder_died"
    fix = "This file brings our decoder down. Send the photo as the camera made it."


class DecoderUnavailable(DomainError):
    """Pictures cannot be decoded at the moment."""

    code = "decoder_unavailable"
    kind = Kind.UNAVAILABLE
    retryable = True
    fix = "Try again in a moment."


@dataclass(frozen=True, slots=True)
class Limits:
    memory_bytes: int = 512 * 1024 * 1024  # over what the child holds before it sees the picture
    cpu_seconds: int = 20
    wall_seconds: float = 30.0


_DEATHS = {
    "out_of_memory": "Decoding this file takes more memory than a picture may.",
    "too_slow": "Decoding this file takes more time than a picture may.",
    "killed": "Decoding this file brought the decoder down.",
    "decoder_error": "The decoder cannot make anything of this file.",
}


class Sandbox:
    """One child, started at the first picture and kept; it forks for each. Safe to share between threads.

    What the header of a file already forbids is refused on this side and costs no fork. The picture lies in memory that
    the child can read and not write; what it answers comes through a pipe.
    """

    def __init__(self, limits: Limits | None = None, *, program: str = "verification.photos.darkroom") -> None:
        self.limits = limits or Limits()
        self._program = program
        self._child: subprocess.Popen[bytes] | None = None
        self._tray: wire.Tray | None = None
        self._owner = 0
        self._turn = threading.Lock()

    def measure(self, data: bytes, *, trust_anchors: str = "") -> Measured:
        header = canonical.to_plain(inspect(data))
        answer, (points,) = self._ask("measure", data, 1, header=header, trust_anchors=trust_anchors)
        return Measured(canonical.from_plain(PhotoFacts, answer["facts"]), points)

    def working_copy(self, data: bytes, *, longest: int = SHOWN, quality: int = 92) -> bytes:
        """JPEG: upright, sRGB, bare, as long as asked. For the vision model and for people in here."""
        inspect(data)
        _, (copy,) = self._ask("working_copy", data, 1, longest=longest, quality=quality)
        return copy

    def deliver(self, data: bytes, *, blur: bool = True, face_model: str = "") -> Delivery:
        inspect(data)
        answer, (media, preview) = self._ask("deliver", data, 2, blur=blur, face_model=face_model)
        redactions = tuple(canonical.from_plain(Redaction, each) for each in answer["redactions"])
        return Delivery(media, preview, answer["width"], answer["height"], redactions)

    def close(self) -> None:
        with self._turn:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, job: str, data: bytes, parts: int, **options: Any) -> tuple[dict[str, Any], list[bytes]]:
        request = {
            "job": job,
            "options": options,
            "memory_bytes": self.limits.memory_bytes,
            "cpu_seconds": self.limits.cpu_seconds,
            "wall_seconds": self.limits.wall_seconds,
        }
        with self._turn:
            answer, blobs = self._exchange(request, data)
        if "refused" in answer:
            raise _refusal(str(answer["refused"]))(str(answer.get("message")))
        if "died" in answer:
            reason = str(answer["died"])
            raise DecoderDied(_DEATHS.get(reason, _DEATHS["killed"]), facts={"reason": reason})
        if len(blobs) != parts:
            raise DecoderDied(_DEATHS["decoder_error"], facts={"reason": "wrong_answer"})
        return answer, blobs

    def _exchange(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
        child = self._started()
        assert child.stdin is not None
        assert child.stdout is not None
        assert self._tray is not None
        self._tray.lay(data)
        try:
            wire.write(child.stdin.fileno(), request)
            # The child keeps the time of its forks; this is for a child that hangs itself.
            deadline = time.monotonic() + request["wall_seconds"] + _GRACE_SECONDS
            return wire.read(child.stdout.fileno(), deadline=deadline)
        except (wire.Closed, wire.TooSlow) as error:
            self._end()
            raise DecoderUnavailable("The decoder is restarting.") from error

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None and self._owner == os.getpid():
            return self._child
        # After a fork of ours the pipes are shared with the parent, and two would read each other's answers.
        self._end()
        self._owner = os.getpid()
        self._tray = wire.Tray()
        child = subprocess.Popen(
            [sys.executable, "-m", self._program, str(self._tray.reading)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[self._tray.reading],
            cwd=_ROOT,
            env=_ENVIRONMENT,
            bufsize=0,
        )
        self._child = child
        assert child.stdout is not None
        try:
            wire.read(child.stdout.fileno(), deadline=time.monotonic() + _START_SECONDS)
        except (wire.Closed, wire.TooSlow) as error:
            self._end()
            raise DecoderUnavailable("The decoder does not start.") from error
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        tray, self._tray = self._tray, None
        if tray is not None:
            tray.close()
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        if self._owner == os.getpid():
            child.kill()
            child.wait()


def _refusal(name: str) -> type[RefusedPicture]:
    found = getattr(formats, name, RefusedPicture)
    return found if isinstance(found, type) and issubclass(found, RefusedPicture) else RefusedPicture
