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
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup bin/up` outlives its terminal
            signal.signal(signal.SIGHUP, self._note)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that the death of a child wakes us too

    def wait(self, seconds: float) -> None:
        """Until a signal comes, or that long."""
        if self._selector.select(seconds):
            self._reader.recv(4096)

    def check(self) -> None:
        if self.count:
            raise Interrupted

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
