"""How often a scout may report bounties. Pure."""

from datetime import datetime, timedelta
from typing import ClassVar

from market.errors import DomainError, Kind

MOST_IN_A_DAY = 10
DAY = timedelta(days=1)


class TooManyReports(DomainError):
    """The scout has reported as many bounties as one may in a day."""

    code = "too_many_reports"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Our staff reads every report: come back when a day has passed since the first of these."
    retryable: ClassVar[bool] = True


def check_pace(lately: list[datetime]) -> None:
    """`lately`: when this scout reported something within the last day, the oldest first."""
    if len(lately) >= MOST_IN_A_DAY:
        raise TooManyReports(
            f"You have reported {len(lately)} bounties within a day.", retry_at=lately[-MOST_IN_A_DAY] + DAY
        )
