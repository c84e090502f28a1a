"""Children that die, that will not stop and that cannot be started: real ones, but small."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from market.engine import leftovers
from market.engine.children import Child, Children, _pause
from market.engine.faults import Fault
from market.engine.interrupts import Interrupted, Interrupts
from tests.integration.engine.running import until

pytestmark = pytest.mark.engine


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    with closing(Interrupts()) as made:
        yield made


@pytest.fixture
def children(tmp_path: Path, interrupts: Interrupts) -> Iterator[Children]:
    made = Children(home=tmp_path, logs=tmp_path / "logs", interrupts=interrupts)
    yield made
    made.stop()


def _child(code: str, ready: Callable[[], bool] = lambda: True, **more: float) -> Child:
    return Child("child", [sys.executable, "-u", "-S", "-c", code], ready, patience=more.get("patience", 5))


def _pid(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_a_child_that_dies_is_started_again_at_once_and_its_own_children_are_ended(
    children: Children, tmp_path: Path
) -> None:
    child = _child("import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid); time.sleep(60)")
    children.start(child)
    log = tmp_path / "logs" / "child.log"
    grandchild = int(until(log.read_text, what="the grandchild's process id"))
    first = _pid(child)
    psutil.Process(first).kill()
    until(lambda: not child.lives, what="dead")
    children.watch()
    assert child.lives
    assert _pid(child) != first
    until(lambda: not psutil.pid_exists(grandchild) or _is_zombie(grandchild), what="the orphan ended")


def test_a_child_that_dies_again_and_again_is_waited_for_longer_and_longer(
    children: Children, capsys: pytest.CaptureFixture[str]
) -> None:
    child = _child("raise SystemExit('ERROR: nothing to live for')")
    children.start(child)
    for _ in range(2):
        until(lambda: not child.lives, what="dead")
        children.watch()
    assert not child.lives
    said = capsys.readouterr().out
    assert "child ended (exit code 1); starting it again now" in said
    assert "child ended (exit code 1); starting it again in 1 s" in said
    assert "child had said: ERROR: nothing to live for" in said
    assert [_pause(deaths) for deaths in range(1, 9)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_a_child_that_cannot_be_started_does_not_end_the_others(
    children: Children, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    child = Child("fragile", [str(program)], lambda: True)
    children.start(child)
    until(lambda: not child.lives, what="ended")
    program.unlink()
    children.watch()
    assert "fragile could not be started (No such file or directory); trying again" in capsys.readouterr().out


def test_a_child_that_will_not_stop_is_killed_after_its_patience(children: Children) -> None:
    child = _child(
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)", patience=0.2
    )
    children.start(child)
    until(lambda: "deaf" in children._words(child), what="deaf")
    process = child.process
    assert process is not None
    children.stop()
    assert process.returncode == -signal.SIGKILL


def test_a_second_interrupt_stops_the_waiting(children: Children, interrupts: Interrupts) -> None:
    child = _child("import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)", patience=60)
    children.start(child)
    until(lambda: "deaf" in children._words(child), what="deaf")
    process = child.process
    assert process is not None
    # From outside and a little later, as a person would.
    again = subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -INT {psutil.Process().pid}"])
    children.stop()
    again.wait()
    assert process.returncode == -signal.SIGKILL
    assert interrupts.count == 1


def test_one_that_ends_instead_of_getting_ready_is_a_fault_with_its_last_words(children: Children) -> None:
    child = _child("raise SystemExit('FATAL: no room')", ready=lambda: False)
    children.start(child)
    with pytest.raises(Fault, match=r"child did not start: FATAL: no room \(all of it: .*child\.log\)"):
        children.wait_until_ready(child, within=90)


def test_one_that_never_gets_ready_is_a_fault(children: Children) -> None:
    child = _child("import time; time.sleep(60)", ready=lambda: False)
    children.start(child)
    with pytest.raises(Fault, match="child did not get ready within 0 s"):
        children.wait_until_ready(child, within=0.1)


def test_an_interrupt_ends_a_step_in_the_middle(children: Children) -> None:
    child = _child("import os, signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(60)")
    with pytest.raises(Interrupted):
        children.finish(child)
    assert child.process is None


def test_what_a_killed_owner_has_left_is_found_by_its_mark_and_nothing_else_is_touched(
    children: Children, tmp_path: Path
) -> None:
    child = _child("import time; time.sleep(60)")
    children.start(child)
    other = Children(home=tmp_path / "other", logs=tmp_path / "other", interrupts=children._interrupts)
    stranger = _child("import time; time.sleep(60)")
    other.start(stranger)
    assert leftovers.end(tmp_path, database=tmp_path / "postgres") == 1
    until(lambda: not child.lives, what="the one ended")
    assert stranger.lives
    other.stop()


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
