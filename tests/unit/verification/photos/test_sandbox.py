import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.unit.verification.photos.pictures import CORPUS, decoded, encoded, needs_corpus, scene
from verification import signing
from verification.photos.formats import BrokenPicture, TooFewPixels, UnknownFormat
from verification.photos.handed_over import SHOWN
from verification.photos.measure import measure
from verification.photos.sandbox import DecoderDied, DecoderUnavailable, Limits, Sandbox

PHOTO = encoded(scene(6))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(program="tests.unit.verification.photos.burning") as started:
        yield started


def child_of(sandbox: Sandbox) -> "subprocess.Popen[bytes]":
    assert sandbox._child is not None
    return sandbox._child


def test_the_child_measures_what_would_be_measured_here(sandbox: Sandbox) -> None:
    assert sandbox.measure(PHOTO) == measure(PHOTO)


def test_the_child_makes_both_copies(sandbox: Sandbox) -> None:
    assert decoded(sandbox.working_copy(PHOTO)).size == (1200, 900)
    assert decoded(sandbox.deliver(PHOTO).preview).size == (512, 384)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"GIF89a", UnknownFormat),
        (PHOTO[: len(PHOTO) // 2], BrokenPicture),
        (encoded(scene(1, (60, 60))), TooFewPixels),
    ],
)
def test_a_refusal_crosses_the_border_with_its_name(sandbox: Sandbox, data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        sandbox.measure(data)


@pytest.mark.parametrize(
    ("limits", "options", "reason"),
    [
        (Limits(memory_bytes=150 * 2**20), {"memory": True}, "out_of_memory"),
        (Limits(cpu_seconds=1), {}, "killed"),
        (Limits(wall_seconds=0.3), {}, "too_slow"),
    ],
)
def test_the_death_of_a_fork_is_a_clear_refusal_of_that_file_alone(
    sandbox: Sandbox, limits: Limits, options: dict[str, Any], reason: str
) -> None:
    usual, sandbox.limits = sandbox.limits, limits
    try:
        with pytest.raises(DecoderDied) as died:
            sandbox._ask("burn", PHOTO, 0, **options)
    finally:
        sandbox.limits = usual
    assert died.value.facts == {"reason": reason}
    assert sandbox.measure(PHOTO).facts.width == 1200


def test_a_fork_can_open_nothing_and_sees_one_picture(sandbox: Sandbox) -> None:
    sandbox.measure(PHOTO)
    small = encoded(scene(7, (100, 80)))
    answer, _ = sandbox._ask("reach_out", small, 0)
    assert (answer["done"], answer["size"]) == ([], len(small))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_fork_decodes_every_format_although_it_can_open_no_file(sandbox: Sandbox, kind: str) -> None:
    assert sandbox.measure(encoded(scene(6, (300, 200)), kind)).facts.format == kind.lower()


def test_a_fork_reads_content_credentials_although_it_can_open_no_file(sandbox: Sandbox) -> None:
    chain, private = signing.parts_of(signing.new_identity())
    data = signing.signed(PHOTO, signing._MANIFEST, chain, private)
    for anchors, state in (("", "valid"), (signing.issuer_of(chain).decode(), "trusted")):
        found = sandbox.measure(data, trust_anchors=anchors).facts.c2pa
        assert found is not None
        assert found.state == state


@needs_corpus
def test_a_fork_decodes_what_an_iphone_writes_within_its_memory(sandbox: Sandbox) -> None:
    data = (CORPUS / "exif-samples/heic/mobile/iphone_13_pro_max.HEIC").read_bytes()
    assert sandbox.measure(data) == measure(data)
    done = sandbox.deliver(data)
    assert max(done.width, done.height) == SHOWN


def test_the_largest_picture_that_is_taken_is_made_small_within_its_memory(sandbox: Sandbox) -> None:
    largest = encoded(Image.new("RGB", (10_000, 6_000), "teal"), "PNG", compress_level=1)
    done = sandbox.deliver(largest)
    assert (done.width, done.height) == (SHOWN, 1210)


def test_a_decoder_that_was_killed_starts_again(sandbox: Sandbox) -> None:
    sandbox.measure(PHOTO)
    child_of(sandbox).kill()
    child_of(sandbox).wait()
    assert sandbox.measure(PHOTO).facts.width == 1200


def test_a_decoder_killed_while_it_works_says_that_it_is_out(sandbox: Sandbox) -> None:
    sandbox.measure(PHOTO)
    child = child_of(sandbox)
    killer = threading.Timer(0.3, child.kill)
    killer.start()
    with pytest.raises(DecoderUnavailable):
        sandbox._ask("burn", PHOTO, 0)
    killer.join()
    assert sandbox.measure(PHOTO).facts.width == 1200


def test_threads_take_turns(sandbox: Sandbox) -> None:
    pictures = [encoded(scene(seed, (300 + seed, 240))) for seed in range(6)]
    widths = {}

    def ask(index: int) -> None:
        widths[index] = sandbox.measure(pictures[index]).facts.width

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert widths == {index: 300 + index for index in range(6)}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only where /proc shows a process's environment")
def test_the_child_is_told_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_KEY", "secret")
    with Sandbox() as fresh:
        fresh.measure(PHOTO)
        environ = Path(f"/proc/{child_of(fresh).pid}/environ").read_bytes()
        names = {each.split(b"=")[0] for each in environ.split(b"\0") if each}
    assert b"STRIPE_KEY" not in names
    assert b"PATH" in names


def test_a_process_forked_from_ours_starts_a_child_of_its_own(sandbox: Sandbox) -> None:
    sandbox.measure(PHOTO)
    ours, theirs = os.pipe()
    fork = os.fork()
    if fork == 0:
        width = sandbox.measure(PHOTO).facts.width
        os.write(theirs, width.to_bytes(4))
        sandbox.close()
        os._exit(0)
    os.waitpid(fork, 0)
    assert int.from_bytes(os.read(ours, 4)) == 1200
    assert sandbox.measure(PHOTO).facts.width == 1200
