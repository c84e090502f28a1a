"""What is left of an answer of the API for a model: what says something, and the next step as a tool."""

from typing import Any

import pytest

from agents_api.mcp import shapes

RESULT: dict[str, Any] = {
    "id": "sub_1",
    "object": "result",
    "bounty": "bnt_1",
    "slot": 1,
    "status": "accepted",
    "version": 3,
    "blocked": None,
    "answers": [{"question_id": "q1", "scout_value": "Yes.", "model_value": None, "untrusted": True}],
    "verdict": {"outcome": "review", "reasons": [{"number": 1, "code": "content", "sentence": "Please look."}]},
    "rejected_for": [],
    "decided_by": "buyer",
    "captured_at": "2026-03-14T12:00:00Z",
    "checks": [
        {"check": "geofence", "outcome": "pass", "sentence": "Inside.", "numbers": {"distance_m": 8.1}},
        {"check": "content", "outcome": "unknown", "sentence": "Nobody looked.", "numbers": {}},
    ],
    "media": [{"number": 1, "preview_url": "https://x/v1/results/sub_1/media?p", "url": "https://x/v1/results/f"}],
    "receipt": {"long": "and signed"},
    "next_action": {"do": "nothing", "call": None, "until": None},
}


def test_a_result_says_what_counts_and_whose_words_they_are() -> None:
    assert shapes.result(RESULT) == {
        "id": "sub_1",
        "bounty": "bnt_1",
        "status": "accepted",
        "version": 3,
        "answers": [{"question_id": "q1", "scout_value": "Yes."}],
        "captured_at": "2026-03-14T12:00:00Z",
        "decided_by": "buyer",
        "reasons": ["content: Please look."],
        "checks": {"passed": ["geofence"], "others": ["content: unknown, Nobody looked."]},
        "originals": ["https://x/v1/results/f"],
        "note": shapes.UNTRUSTED,
        "next": {"do": "nothing"},
    }


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, None),
        ({"daylight": True, "count": 2}, {"daylight": True, "count": 2}),
        ({"challenge": "code", "accuracy_m": 30}, {"challenge": "code", "accuracy_m": 30}),
    ],
)
def test_of_the_proof_only_what_is_unusual_is_said(asked: dict[str, Any], shown: dict[str, Any] | None) -> None:
    usual = {"media": "photo", "count": 1, "challenge": "none", "accuracy_m": None, "daylight": False}
    action = {"do": "nothing", "call": None, "until": None}
    answer = {"id": "bnt_1", "questions": [], "proof": usual | asked, "next_action": action}
    assert shapes.bounty(answer).get("proof") == shown


def test_a_rejected_result_says_for_what() -> None:
    rejected = RESULT | {"answers": [], "rejected_for": [{"number": 1, "code": "geofence", "sentence": "Far away."}]}
    shown = shapes.result(rejected)
    assert shown["reasons"] == ["geofence: Far away."]
    assert "note" not in shown


@pytest.mark.parametrize(
    ("call", "tool"),
    [
        (("GET", "/v1/bounties/bnt_1?wait=45&since_version=2"), ("wait_for_bounty", {"bounty_id": "bnt_1"})),
        (
            ("GET", "/v1/bounties/bnt_1?wait=45&results=3"),
            ("wait_for_bounty", {"bounty_id": "bnt_1", "known_results": 2}),
        ),
        (("GET", "/v1/bounties/bnt_1/results"), ("get_bounty", {"bounty_id": "bnt_1"})),
        (("GET", "/v1/results/sub_1"), ("get_result", {"result_id": "sub_1"})),
        (("POST", "/v1/results/sub_1/accept"), ("review_result", {"result_id": "sub_1", "decision": "accept"})),
        (("GET", "/v1/bounties"), ("list_bounties", {})),
    ],
)
def test_the_next_call_is_told_as_a_tool(call: tuple[str, str], tool: tuple[str, dict[str, Any]]) -> None:
    action = {"do": "it", "call": {"method": call[0], "path": call[1]}, "until": "later"}
    assert shapes.step(action) == {"do": "it", "tool": tool[0], "arguments": tool[1], "until": "later"}


def test_a_call_that_no_tool_does_stays_a_call() -> None:
    call = {"method": "POST", "path": "/v1/bounties/bnt_1/fund"}
    assert shapes.step({"do": "fund", "call": call, "until": None}) == {"do": "fund", "call": call}


def test_a_quote_leads_to_posting_the_same() -> None:
    wish = {"title": "Is it open?", "reward": "2.50"}
    call = {"method": "POST", "path": "/v1/bounties", "body": wish}
    answer = {"object": "quote", "total": "2.75", "spendable_from": None, "next_action": {"do": "post", "call": call}}
    shown = shapes.quote(answer)
    assert shown == {"total": "2.75", "next": {"do": "post", "tool": "post_bounty", "arguments": wish}}


@pytest.mark.parametrize(
    ("results", "following"),
    [
        ([], {"do": "nothing"}),
        (
            [{"id": "sub_2", "status": "accepted"}, {"id": "sub_1", "status": "rejected"}],
            {"do": "read_results", "tool": "get_result", "arguments": {"result_id": "sub_2"}},
        ),
    ],
)
def test_what_an_ended_bounty_leads_to_is_not_the_bounty_again(
    results: list[dict[str, Any]], following: dict[str, Any]
) -> None:
    call = {"method": "GET", "path": "/v1/bounties/bnt_1/results"}
    answer = {"id": "bnt_1", "questions": [], "proof": {}, "next_action": {"do": "read_results", "call": call}}
    assert shapes.bounty(answer, results)["next"] == following


def test_a_call_that_mends_is_told_as_a_tool_where_one_makes_it() -> None:
    call = {"method": "GET", "path": "/v1/results/sub_1"}
    mended = shapes.mended({"code": "wrong_state", "fix_call": call})
    assert mended["fix_call"] == call | {"tool": "get_result", "arguments": {"result_id": "sub_1"}}
    for problem in ({"fix_call": None}, {"fix_call": {"method": "POST", "path": "/v1/deposits", "body": {}}}):
        assert shapes.mended(problem) == problem
