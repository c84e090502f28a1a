"""What this process is. Said once, at its start, by whoever knows: the WSGI and ASGI modules and Celery's signals."""

from market import tracing

_role: tracing.Role = "command"


def play(role: tracing.Role, *, traced: bool = True) -> None:
    """Be this from now on, and begin tracing. `traced` is false in a process that will fork: its children trace."""
    global _role  # noqa: PLW0603 - a process is one thing
    _role = role
    if traced:
        tracing.start(role)


def current() -> tracing.Role:
    return _role
