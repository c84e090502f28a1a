"""Being asked to stop: Ctrl-C, SIGTERM and a closed terminal, as something that can be waited for."""

import selectors
import signal
import socket
from types import FrameType


class Interrupted(Exception):
    """Raised where work in progress notices that we were asked to stop."""


class Interrupts:
    """Counts how often we were asked, and wakes whoever waits."""

    def __init__(self) -> None:
        self.count = 0
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._reader, selectors.EVENT_READ)
        # Python writes a byte here as soon as a signal arrives: one that comes between a look at `count` and the
        # `select` below ends that `select` at once, so none is slept through.
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        answers = {
            signal.SIGINT: self._note,
            signal.SIGTERM: self._note,
            signal.SIGHUP: self._note,
            signal.SIGCHLD: _wake,  # so that the death of a child wakes us too
        }
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # `nohup bin/up` outlives its terminal
            del answers[signal.SIGHUP]
        self._before = {number: signal.signal(number, answer) for number, answer in answers.items()}

    def wait(self, seconds: float) -> None:
        """Until a signal comes, or that long."""
        if self._selector.select(seconds):
            self._reader.recv(4096)

    def check(self) -> None:
        if self.count:
            raise Interrupted

    def close(self) -> None:
        """Leave signals to whoever had them before."""
        for number, answer in self._before.items():
            signal.signal(number, answer)
        signal.set_wakeup_fd(self._wakeup_before)
        self._selector.close()
        self._reader.close()
        self._writer.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


def _wake(number: int, frame: FrameType | None) -> None:
    """Having an answer at all is what makes the signal wake us."""
