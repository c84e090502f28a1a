"""How the client tries a call: driven by hand, without a network and without a clock."""

import json
from typing import Any

import pytest
from sightline.errors import BadAnswer, Conflict, InvalidRequest, NotReached, TooManyCalls, Unavailable
from sightline.exchange import Answer, Ask, Exchange, Lost, Patience, Pause, Seen, send_for_json

READ = Ask("GET", "/v1/balance")
MADE = Ask("POST", "/v1/bounties", body={}, once="a-key")
MADE_WITHOUT_KEY = Ask("POST", "/v1/agents", body={})
PATIENCE = Patience(tries=3, first_pause=1.0)
CUT_OFF = Lost("ReadTimeout", was_sent=True)
NEVER_SENT = Lost("ConnectError", was_sent=False)


def problem(status: int, **more: Any) -> Answer:
    return Answer(status, {}, json.dumps({"status": status, "code": "a_code", "detail": "So it is."} | more).encode())


DONE = Answer(200, {}, b'{"yes": true}')


def drive(ask: Ask, *seen: Seen) -> tuple[Any, list[Ask | Pause]]:
    """What comes of it, and what was done for it, when these are seen one after the other."""
    exchange: Exchange[Any] = send_for_json(ask, PATIENCE)
    steps, coming = [next(exchange)], iter(seen)
    try:
        while True:
            steps.append(exchange.send(None if isinstance(steps[-1], Pause) else next(coming)))
    except StopIteration as end:
        return end.value, steps


def pauses(steps: list[Ask | Pause]) -> list[float]:
    return [step.seconds for step in steps if isinstance(step, Pause)]


def test_an_answer_is_what_it_says() -> None:
    assert drive(READ, DONE) == ({"yes": True}, [READ])


@pytest.mark.parametrize("seen", [CUT_OFF, NEVER_SENT, problem(503, retryable=True), problem(500, retryable=True)])
@pytest.mark.parametrize("ask", [READ, MADE])
def test_what_may_be_repeated_is_sent_again_as_the_same_request(ask: Ask, seen: Seen) -> None:
    result, steps = drive(ask, seen, seen, DONE)
    assert result == {"yes": True}
    assert [step for step in steps if isinstance(step, Ask)] == [ask] * 3
    first, second = pauses(steps)
    assert 0.5 <= first <= 1.0 <= second <= 2.0


def test_an_exchange_that_says_when_is_taken_at_its_word() -> None:
    assert pauses(drive(MADE, problem(409, retryable=True, retry_after=7), DONE)[1]) == [7]
    assert pauses(drive(READ, Answer(503, {"retry-after": "4"}, b"<html>"), DONE)[1]) == [4]


def test_what_may_have_arrived_and_has_no_key_is_not_sent_again() -> None:
    with pytest.raises(NotReached, match="ReadTimeout"):
        drive(MADE_WITHOUT_KEY, CUT_OFF)
    with pytest.raises(Unavailable):
        drive(MADE_WITHOUT_KEY, problem(500, retryable=True))


@pytest.mark.parametrize("seen", [NEVER_SENT, problem(429, retryable=True, retry_after=1)])
def test_what_certainly_did_nothing_is_sent_again_even_without_a_key(seen: Seen) -> None:
    assert drive(MADE_WITHOUT_KEY, seen, DONE)[0] == {"yes": True}


def test_a_refusal_that_stands_is_raised_at_once_with_what_mends_it() -> None:
    told = {
        "param": "/reward",
        "fix": "Write it as text.",
        "fix_call": {"method": "GET", "path": "/x"},
        "request_id": "r",
    }
    with pytest.raises(InvalidRequest) as raised:
        drive(MADE, problem(422, **told))
    error = raised.value
    assert (error.code, error.param, error.fix, error.request_id) == ("a_code", "/reward", "Write it as text.", "r")
    assert error.fix_call == {"method": "GET", "path": "/x"}
    assert str(error) == "a_code (/reward): So it is. Write it as text."
    with pytest.raises(Conflict):
        drive(MADE, problem(409))


def test_patience_ends() -> None:
    with pytest.raises(Unavailable):
        drive(READ, *[problem(503, retryable=True)] * 3)
    with pytest.raises(NotReached):
        drive(READ, *[NEVER_SENT] * 3)


def test_an_hour_is_told_and_not_slept_through() -> None:
    with pytest.raises(TooManyCalls) as raised:
        drive(READ, problem(429, retryable=True, retry_after=3600))
    assert raised.value.retry_after == 3600


def test_somebody_elses_page_is_no_answer() -> None:
    with pytest.raises(BadAnswer):
        drive(READ, Answer(200, {}, b"<html>Welcome to the airport</html>"))
    with pytest.raises(InvalidRequest, match="http_418"):
        drive(READ, Answer(418, {}, b"teapot"))
