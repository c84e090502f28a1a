"""Exit codes, so that a script need not read sentences. They are part of the interface, and in the README."""

from enum import IntEnum

from sightline.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotAuthenticated,
    NotEnoughMoney,
    NotFound,
    NotReached,
    SightlineError,
    StillWaiting,
    TooManyCalls,
    Unavailable,
)


class BadWords(SightlineError):
    """What the command line was told cannot be read, or lacks something."""


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    NOT_ALLOWED = 4
    MONEY = 5
    NOT_FOUND = 6
    CONFLICT = 7
    TRY_LATER = 8
    NOT_REACHED = 9
    STILL_WAITING = 10
    INTERRUPTED = 130


MEANING = {
    Exit.DONE: "done",
    Exit.FAILED: "something unexpected; the sentence on stderr says what",
    Exit.USAGE: "the command line itself is wrong, or names no exchange",
    Exit.INVALID: "the exchange refused what was sent; `param` and `fix` say how to mend it",
    Exit.NOT_ALLOWED: "no key, a wrong key, or one that may not do this",
    Exit.MONEY: "the balance or a cap does not cover it",
    Exit.NOT_FOUND: "there is no such thing, or it is not yours",
    Exit.CONFLICT: "not possible as things stand now",
    Exit.TRY_LATER: "too many calls, or the exchange is out for the moment",
    Exit.NOT_REACHED: "the exchange could not be reached",
    Exit.STILL_WAITING: "`wait --timeout` ran out; waiting may go on",
    Exit.INTERRUPTED: "Ctrl-C",
}

_OF: dict[type[SightlineError], Exit] = {
    BadWords: Exit.USAGE,
    InvalidRequest: Exit.INVALID,
    NotAuthenticated: Exit.NOT_ALLOWED,
    Forbidden: Exit.NOT_ALLOWED,
    NotEnoughMoney: Exit.MONEY,
    NotFound: Exit.NOT_FOUND,
    Conflict: Exit.CONFLICT,
    TooManyCalls: Exit.TRY_LATER,
    Unavailable: Exit.TRY_LATER,
    NotReached: Exit.NOT_REACHED,
    StillWaiting: Exit.STILL_WAITING,
}


def exit_of(error: SightlineError) -> Exit:
    return _OF.get(type(error), Exit.FAILED)
