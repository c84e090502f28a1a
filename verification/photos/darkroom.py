"""The decoding child: `python -m verification.photos.darkroom TRAY` on two pipes, started by `sandbox.py` and by nobody
else.

The process that starts has everything imported and decodes nobody's picture itself. For each picture it forks: the
fork takes the picture from the tray, closes everything but its answer's pipe, puts limits on its own memory and time,
does one job, answers and ends. So a picture that kills its decoder kills one fork, and no picture ever sees what
another one left in memory. A fork may open nothing: no file, no socket, no further process's pipe.
"""

import contextlib
import gc
import io
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import cv2
from PIL import Image, ImageCms

from verification import canonical
from verification.photos import delivery, wire, working
from verification.photos.formats import Data, Header, RefusedPicture
from verification.photos.measure import measure

_STATM = Path("/proc/self/statm")

Answer = tuple[dict[str, Any], list[bytes]]


def _measure(data: Data, options: dict[str, Any]) -> Answer:
    header = canonical.from_plain(Header, options["header"])
    measured = measure(data, header=header, trust_anchors=options["trust_anchors"])
    return {"facts": canonical.to_plain(measured.facts)}, [measured.features]


def _working_copy(data: Data, options: dict[str, Any]) -> Answer:
    return {}, [
        working.as_jpeg(working.clean(working.opened(data), longest=options["longest"]), quality=options["quality"])
    ]


def _deliver(data: Data, options: dict[str, Any]) -> Answer:
    done = delivery.deliver(data, **options)
    redactions = [canonical.to_plain(each) for each in done.redactions]
    return {"width": done.width, "height": done.height, "redactions": redactions}, [done.media, done.preview]


Job = Callable[[Data, dict[str, Any]], Answer]
JOBS: dict[str, Job] = {
    "measure": _measure,
    "working_copy": _working_copy,
    "deliver": _deliver,
}


def serve() -> None:
    """On the two pipes and the tray that the process was started with."""
    # What a library prints must not run into the answers.
    answers = os.dup(1)
    wire.widen(answers)
    wire.widen(0)
    os.dup2(2, 1)
    main(sys.stdin.fileno(), answers, int(sys.argv[1]))


def main(incoming: int, outgoing: int, tray: int) -> None:
    cv2.setNumThreads(1)  # a fork takes no threads along
    _warm_up()
    gc.collect()
    gc.freeze()  # a collection in a fork would touch, and so copy, everything inherited
    gc.disable()
    wire.write(outgoing, {"ready": True})
    while True:
        try:
            message, _ = wire.read(incoming)
        except wire.Closed:
            return  # whoever started us is gone
        answer, parts = _in_a_fork(message, tray)
        wire.write(outgoing, answer, parts)


def _warm_up() -> None:
    """What libraries do at their first picture, done once on pictures of our own and inherited by every fork.

    Some import a part of themselves only when they need it, and a fork can open no file. Only a corner has anything to
    see: in noise all over the picture, whoever looks for faces looks for half a second.
    """
    Image.init()
    picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    picture.paste(Image.effect_noise((64, 64), 60).convert("RGB"))
    exif = Image.Exif()
    exif[0x0132] = "2026:01:01 12:00:00"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        drawn = io.BytesIO()
        picture.save(drawn, kind, exif=exif, icc_profile=profile)
        measure(drawn.getvalue())
        delivery.deliver(drawn.getvalue())


def _in_a_fork(message: dict[str, Any], tray: int) -> Answer:
    ours, theirs = os.pipe()
    wire.widen(ours)
    child = os.fork()
    if child == 0:
        os.close(ours)
        _work(theirs, message, tray)
    os.close(theirs)
    try:
        return wire.read(ours, deadline=time.monotonic() + message["wall_seconds"])
    except wire.TooSlow:
        return {"died": "too_slow"}, []
    except wire.Closed:
        return {"died": "killed"}, []
    finally:
        os.close(ours)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work(pipe: int, message: dict[str, Any], tray: int) -> NoReturn:
    """Never returns: whatever happens in here ends with the fork."""
    try:
        data, options = wire.taken(tray), message["options"]
        if options.get("face_model"):
            delivery.read_model(options["face_model"])  # while a file can still be opened
        _close_all_but(pipe)
        _limit(message["memory_bytes"], message["cpu_seconds"])
        answer, parts = JOBS[message["job"]](data, options)
        wire.write(pipe, answer, parts)
    except RefusedPicture as refusal:
        wire.write(pipe, {"refused": type(refusal).__name__, "message": refusal.message})
    except MemoryError:
        wire.write(pipe, {"died": "out_of_memory"})
    except cv2.error as error:
        # OpenCV says "insufficient memory" in a word of its own.
        wire.write(pipe, {"died": "out_of_memory" if error.code == cv2.Error.StsNoMem else "decoder_error"})
    except BaseException as error:  # noqa: BLE001 - the decoders are not ours: what they raise is a refusal of the file
        wire.write(pipe, {"died": "decoder_error", "message": f"{type(error).__name__}: {error}"[:500]})
    finally:
        os._exit(0)


def _close_all_but(pipe: int) -> None:
    """A fork that outlives its parent must not keep open what the parent's death should close."""
    os.close(0)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    if _STATM.exists():  # where it does not, as on macOS, the system would not hold to a limit on memory either
        used = int(_STATM.read_bytes().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory_bytes, used + memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # pipes only: nothing is written to a disk
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # what is open stays open; no file and no socket can be
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would be a copy of somebody's picture


if __name__ == "__main__":
    serve()
