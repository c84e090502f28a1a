"""A scout's reputation, 0 to 100, made of what happened to the claims. A newcomer stands in the middle."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a scout's claims."""

    accepted: int = 0
    rejected: int = 0
    lapsed: int = 0  # left to expire, with nothing handed in

    @property
    def reputation(self) -> int:
        """Four imagined claims, two of them good, come first, so that one bad day does not end a newcomer.

        A claim left to lapse weighs a quarter of a rejection: it cost the buyer time, not trust.
        """
        return 100 * 4 * (self.accepted + 2) // (4 * (self.accepted + self.rejected + 4) + self.lapsed)
