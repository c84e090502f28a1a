"""A scout's reputation, 0 to 100, made of what happened to the claims. A newcomer stands in the middle."""


def reputation(*, accepted: int, rejected: int, lapsed: int) -> int:
    """Four imagined cases, two of them good, come first, so that one bad day does not end a newcomer.

    A claim left to lapse weighs a quarter of a rejection: it cost the buyer time, not trust.
    """
    good = 4 * (accepted + 2)
    everything = 4 * (accepted + rejected + 4) + lapsed
    return 100 * good // everything
