"""What a phone keeps of ours: pages that are the same for everybody, and a pass for each of its scout's claims."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from bounties import operations
from bounties.models import Claim
from market.accounts.models import User
from tests.integration.bounties.story import NEARBY, Story
from tests.integration.web.people import come_in

pytestmark = pytest.mark.django_db

SHELLS = ("/capture/shell", "/capture/clm_01kajq", "/outbox", "/offline")
UNHASHED = re.compile(r"\.[0-9a-f]{12}(?=\.)")


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


@pytest.fixture
def story() -> Story:
    return Story(at=datetime.now(UTC))


@pytest.fixture
def signed_in(story: Story, mailoutbox: list[EmailMessage]) -> Client:
    user = User.objects.get(scouts__account=story.scout)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return come_in(user, mailoutbox)


def _worker(client: Client, language: str = "en") -> dict[str, object]:
    text = client.get("/sw.js", headers={"Accept-Language": language}).content.decode()
    about: dict[str, object] = json.loads(text[text.index("serve({") + 6 : text.rindex(")")])
    return about


@pytest.mark.parametrize("path", SHELLS)
def test_a_shell_is_the_same_for_whoever_asks(client: Client, signed_in: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert signed_in.get(path).content == answer.content
    assert "csrf" not in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", SHELLS)
def test_a_shell_holds_no_script_that_runs_in_it(client: Client, path: str) -> None:
    scripts = re.findall(r"<script\b([^>]*)>", client.get(path).content.decode())
    assert scripts
    assert all('src="' in each or 'type="application/json"' in each for each in scripts)
    assert "'unsafe-inline'" not in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_worker_keeps_every_file_that_its_pages_ask_for(client: Client, language: str) -> None:
    about = _worker(client, language)
    files = about["files"]
    assert isinstance(files, list)
    for path in SHELLS:
        page = client.get(path, headers={"Accept-Language": language}).content.decode()
        assert set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page)) <= set(files)
    for each in files:
        found = finders.find(UNHASHED.sub("", each.removeprefix("/static/")))
        assert found, each
        if each.endswith(".js"):
            names = re.findall(r'from "\./([^"]+)"', Path(str(found)).read_text())
            assert {f"/static/js/capture/{name}" for name in names} <= {UNHASHED.sub("", one) for one in files}


def test_another_language_is_another_version_of_the_worker(client: Client) -> None:
    assert _worker(client, "en")["version"] != _worker(client, "es")["version"]
    assert _worker(client, "en")["version"] == _worker(client, "en")["version"]


def test_the_manifest_names_icons_that_are_there(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    icons = answer.json()["icons"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    for icon in icons:
        assert finders.find(UNHASHED.sub("", icon["src"].removeprefix("/static/")))


def test_what_is_on_the_home_screen_opens_what_is_asked_nearby(client: Client) -> None:
    assert client.get("/manifest.webmanifest").json()["start_url"] == "/nearby"


def test_the_capture_says_what_it_is_about_before_its_script_has_run(client: Client) -> None:
    page = client.get("/capture/clm_01kajq").content.decode()
    assert re.findall(r'data-step="(\w+)">', page) == ["start"]  # all others are hidden
    assert re.search(r'data-do="start" disabled>', page)


def test_a_stranger_gets_no_pass_and_is_told_so(client: Client, story: Story) -> None:
    story.claim(story.post())
    answer = client.get("/capture/passes")
    assert (answer.json()["signed_in"], answer.json()["passes"]) == (False, [])


def test_a_scout_takes_along_the_passes_of_live_claims_and_no_others(story: Story, signed_in: Client) -> None:
    mine = story.claim(story.post())
    given_back = story.claim(story.post())
    operations.release(scout=story.scout, claim_id=given_back.id, at=story.at)
    story.claim(story.post(), scout=story.other_scout, location=NEARBY)
    answer = signed_in.get("/capture/passes")
    (only,) = answer.json()["passes"]
    assert only["claim_uuid"] == str(mine.id)
    assert len(only["nonces"]) == 6
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_pass_says_nothing_that_is_for_the_buyer_alone(story: Story, signed_in: Client) -> None:
    story.claim(story.post(private_note="For our eyes only", metadata={"job": "secret"}))
    text = signed_in.get("/capture/passes").content.decode()
    assert "For our eyes only" not in text
    assert "secret" not in text
    assert str(story.buyer.id) not in text


def test_what_is_taken_along_opens_a_session_without_any_login(story: Story, signed_in: Client) -> None:
    claim = story.claim(story.post(proof={"challenge": "code"}))
    (taken,) = signed_in.get("/capture/passes").json()["passes"]
    body = {"nonce": taken["nonces"][0]["value"], "device_at": "2026-01-01T00:00:00.000Z"}
    answer = Client().post(
        f"/capture/claims/{taken['claim_uuid']}/sessions",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {taken['token']}"},
    )
    assert answer.status_code == 201
    assert answer.json()["challenge"] == {"kind": "code", "code": taken["nonces"][0]["code"]}
    assert Claim.objects.get(pk=claim.id).on_site_at is not None


def test_a_pass_asks_for_two_photos_where_two_views_are_wanted(story: Story, signed_in: Client) -> None:
    story.claim(story.post(proof={"challenge": "second_view"}))
    (taken,) = signed_in.get("/capture/passes").json()["passes"]
    assert taken["wanted"]["photos"] == 2


def test_a_phone_is_told_real_time_whatever_the_buyers_clock_says(story: Story, signed_in: Client) -> None:
    story.buyer.clock_ahead = timedelta(days=3)
    story.buyer.save()
    claim = story.claim(story.post())
    (taken,) = signed_in.get("/capture/passes").json()["passes"]
    expires_at = claim.expires_at - timedelta(days=3)
    assert taken["expires_at"] == expires_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_the_capture_asks_at_once_for_every_module_it_needs_and_for_no_other(client: Client) -> None:
    page = UNHASHED.sub("", client.get("/capture/shell").content.decode())
    preloaded = re.findall(r'rel="modulepreload" href="/static/js/capture/(\w+\.js)"', page)
    assert {"draft.js", "sending.js", "store.js", "wire.js"} <= set(preloaded)  # the last two by way of others
    assert not {"outbox_page.js", "worker.js", "capture_page.js"} & set(preloaded)
    assert len(preloaded) == len(set(preloaded))
