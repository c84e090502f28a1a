"""How long to leave work alone after it has failed."""

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)


def pause_after(attempts: int) -> timedelta:
    """Twice as long each time: ten attempts take about an hour and a half."""
    doublings: int = 2 ** min(attempts - 1, 30)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)
