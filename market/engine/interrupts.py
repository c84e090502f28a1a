"""Being asked to stop: Ctrl-C, SIGTERM and a closed terminal, as something that can be waited for."""

import selectors
import signal
import socket
from types import FrameType

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Counts how often we were asked, and wakes whoever waits."""

    def __init__(self) -> None:
        self.count = 0
        self._reader, writer = socket.socketpair()
        self._reader.setblocking(False)
        writer.setblocking(False)
        self._writer = writer
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._reader, selectors.EVENT_READ)
        signal.set_wakeup_fd(writer.fileno())
        for each in _ASKING:
            signal.signal(each, self._note)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that the death of a child wakes us too

    def wait(self, seconds: float) -> None:
        """Until a signal comes, or that long."""
        if self._selector.select(seconds):
            self._reader.recv(4096)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
