"""Results over the wire: read, accepted, rejected on published grounds, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bounties.models import Submission
from market.accounts.audit import CONSOLE
from market.accounts.models import Account
from market.accounts.operations.keys import issue_key
from market.ids import encode
from tests.integration.agents_api.test_first_steps import bearer
from tests.integration.bounties.story import DOUBTED, OPERATORS_REVIEW, REJECTED, REVIEW, Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return Story(at=timezone.now())


def key_of(account: Account) -> str:
    return issue_key(account_id=account.id, by=CONSOLE, at=timezone.now()).text


def path_of(submission: Submission) -> str:
    return f"/v1/results/{encode('sub', submission.id)}"


def decide(client: Client, key: str, path: str, body: dict[str, Any] | None = None, *, once: str = "a") -> Any:
    headers = bearer(key) | {"Idempotency-Key": once}
    return client.post(path, body or {}, content_type="application/json", headers=headers)


def test_a_result_in_review_tells_what_was_answered_and_what_to_call(client: Client, story: Story) -> None:
    bounty = story.post()
    submission, key = story.handed_in(bounty, REVIEW), key_of(story.buyer)
    response = client.get(path_of(submission), headers=bearer(key))
    result = response.json()
    assert (result["status"], response.headers["ETag"]) == ("in_review", f'"{result["version"]}"')
    assert result["answers"] == [
        {"question_id": "q1", "scout_value": "Yes, it is.", "model_value": None, "untrusted": True}
    ]
    assert result["verdict"]["reasons"] == [{"number": 1, "code": "content", "sentence": "Please look."}]
    assert result["next_action"]["call"] == {"method": "POST", "path": path_of(submission) + "/accept"}
    listed = client.get(f"/v1/bounties/{encode('bnt', bounty.id)}/results", headers=bearer(key)).json()
    assert listed == {"data": [result], "next": None}


def test_what_silence_does_is_told_wherever_a_deadline_stands(client: Client, story: Story) -> None:
    bounty = story.post(window={"closes_at": (story.at + timedelta(days=3)).isoformat()})
    submission, key = story.handed_in(bounty, DOUBTED), key_of(story.buyer)

    def silence() -> list[Any]:
        paths = (path_of(submission), f"/v1/bounties/{encode('bnt', bounty.id)}")
        return [client.get(path, headers=bearer(key)).json()["next_action"].get("silence") for path in paths]

    assert silence() == ["passes_on", None]  # the bounty waits for its scouts, and not for this one's word
    story.wait(hours=24)
    assert silence() == ["rejects", "rejects"]
    accepted_by_it = story.handed_in(story.post(), REVIEW, story.other_scout)
    shown = client.get(path_of(accepted_by_it), headers=bearer(key)).json()
    assert shown["next_action"]["silence"] == "accepts"


def test_no_answer_tells_who_the_scout_is(client: Client, story: Story) -> None:
    submission = story.handed_in(story.post(), REVIEW)
    told = client.get(path_of(submission), headers=bearer(key_of(story.buyer))).content.decode()
    hidden = (story.scout.id, submission.claim_id, submission.capture_id)
    assert not [each for each in hidden if str(each) in told]
    assert not [each for each in hidden for prefix in ("sct", "clm", "acc") if encode(prefix, each)[4:] in told]


def test_accepting_pays_the_scout_once(client: Client, story: Story) -> None:
    submission, key = story.handed_in(story.post(), REVIEW), key_of(story.buyer)
    first = decide(client, key, path_of(submission) + "/accept")
    again = decide(client, key, path_of(submission) + "/accept", once="b")
    assert (first.status_code, first.json()["status"], first.json()["decided_by"]) == (200, "accepted", "buyer")
    assert again.json()["status"] == "accepted"
    assert story.earned() == (2_500_000, 0)


def test_a_rejection_is_for_a_published_ground(client: Client, story: Story) -> None:
    submission, key = story.handed_in(story.post(), REVIEW), key_of(story.buyer)
    path = path_of(submission) + "/reject"
    refused = decide(client, key, path, {"ground": "ugly", "note": "It is."})
    assert (refused.status_code, refused.json()["code"], refused.json()["param"]) == (422, "unknown_ground", "/ground")
    for silent, code in (({}, "missing_field"), ({"note": None}, "missing_field"), ({"note": " "}, "text_too_short")):
        untold = decide(
            client, key, path, {"ground": "not_shown"} | silent, once=f"silent {silent}".encode().hex()
        ).json()
        assert (untold["code"], untold["param"]) == (code, "/note")
    rejected = decide(client, key, path, {"ground": "not_shown", "note": "Only the sky."}, once="b").json()
    assert (rejected["status"], rejected["answers"], rejected["next_action"]["do"]) == ("rejected", [], "nothing")
    assert rejected["rejected_for"][0]["code"] == "not_shown"
    assert rejected["rejected_for"][0]["sentence"].endswith("Only the sky.")


def test_what_the_checks_rejected_is_told_in_the_buyers_words(client: Client, story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    result = client.get(path_of(submission), headers=bearer(key_of(story.buyer))).json()
    assert result["rejected_for"] == [{"number": 1, "code": "geofence", "sentence": "It was captured 2 km away."}]


def test_while_our_staff_looks_the_buyer_waits(client: Client, story: Story) -> None:
    submission, key = story.handed_in(story.post(), OPERATORS_REVIEW), key_of(story.buyer)
    action = client.get(path_of(submission), headers=bearer(key)).json()["next_action"]
    call = {"method": "GET", "path": f"{path_of(submission)}?wait=45&since_version={submission.version}"}
    assert (action["do"], action["call"]) == ("wait", call)
    refused = decide(client, key, path_of(submission) + "/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours_to_review")


def next_of(client: Client, story: Story, bounty: Any) -> Any:
    path, headers = f"/v1/bounties/{encode('bnt', bounty.id)}", bearer(key_of(story.buyer))
    alone = client.get(path, headers=headers).json()
    assert client.get("/v1/bounties", headers=headers).json()["data"] == [alone]
    return alone["next_action"]


def test_a_bounty_names_the_result_that_waits_for_its_buyer(client: Client, story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REVIEW)
    result = client.get(path_of(submission), headers=bearer(key_of(story.buyer))).json()
    assert next_of(client, story, bounty) == {
        "do": "review",
        "call": {"method": "GET", "path": path_of(submission)},
        "until": result["next_action"]["until"],
        "silence": "accepts",
    }
    decide(client, key_of(story.buyer), path_of(submission) + "/accept")
    assert next_of(client, story, bounty)["do"] == "read_results"


def test_a_bounty_whose_result_our_staff_looks_at_asks_nothing_of_its_buyer(client: Client, story: Story) -> None:
    bounty = story.post()
    story.handed_in(bounty, OPERATORS_REVIEW)
    assert next_of(client, story, bounty)["do"] == "wait"


def test_what_has_no_verdict_yet_is_no_result(client: Client, story: Story) -> None:
    submission, key = story.submit(story.claim(story.post())), key_of(story.buyer)
    answers = [
        client.get(path_of(submission), headers=bearer(key)),
        decide(client, key, path_of(submission) + "/accept"),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "no_such_submission")] * 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1/bounties/{bounty}"),
        ("post", "/v1/bounties/{bounty}/cancel"),
        ("get", "/v1/bounties/{bounty}/results"),
        ("get", "/v1/results/{result}"),
        ("post", "/v1/results/{result}/accept"),
        ("post", "/v1/results/{result}/reject"),
    ],
)
def test_another_agents_ids_do_not_exist(client: Client, story: Story, method: str, path: str) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REVIEW)
    address = path.format(bounty=encode("bnt", bounty.id), result=encode("sub", submission.id))
    body = {"ground": "not_shown", "note": "Only the sky."} if address.endswith("/reject") else {}
    headers = bearer(key_of(story.other_buyer)) | {"Idempotency-Key": "a"}
    words = {"data": body, "content_type": "application/json"} if method == "post" else {}
    assert getattr(client, method)(address, headers=headers, **words).status_code == 404
    submission.refresh_from_db()
    assert submission.state == "in_review"


def test_a_key_that_may_only_read_decides_nothing(client: Client, story: Story) -> None:
    submission = story.handed_in(story.post(), REVIEW)
    key_of(story.buyer)
    key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now(), scopes=["read"]).text
    refused = decide(client, key, path_of(submission) + "/accept")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")


def test_reading_a_result_or_a_bounty_costs_a_few_questions(
    client: Client, story: Story, django_assert_max_num_queries: Any
) -> None:
    bounty = story.post()
    submission, key = story.handed_in(bounty, REVIEW), key_of(story.buyer)
    # A key that was not seen lately costs one read more, and once a minute one write of when it was used.
    assert client.get("/v1/balance", headers=bearer(key)).status_code == 200
    for path in (path_of(submission), f"/v1/bounties/{encode('bnt', bounty.id)}"):
        with django_assert_max_num_queries(3):
            assert client.get(path, headers=bearer(key)).status_code == 200
    for path in (f"/v1/bounties/{encode('bnt', bounty.id)}/results", "/v1/bounties"):
        with django_assert_max_num_queries(4):
            assert client.get(path, headers=bearer(key)).status_code == 200
