"""What happens to a scout is told by e-mail and by push, as it was wished."""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from ipaddress import ip_network
from uuid import UUID

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client

from bounties.models import Bounty
from bounties.operations.screening import allow
from market import clock
from market.accounts.models import Scout
from market.webhooks.policies import Reach
from market.work.models import Work
from tests.fakes.push_service import Browser, PushService, push_service
from tests.integration.bounties.story import ACCEPTED, BAKERY, REJECTED, Story
from tests.integration.web.conftest import phone
from web.notices import operations, sending
from web.notices.models import Device, Feed, Notice, Preferences, Watch
from web.notices.operations import UnusableDevice
from web.notices.policies import Channel, Kind
from web.notices.sending import NotSent, off_token

pytestmark = pytest.mark.django_db
LOOPBACK = Reach(opened=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def scout(story: Story) -> Scout:
    found = Scout.objects.select_related("user", "account").get(account=story.scout)
    operations.begin(scout=found, language="en")
    return found


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


def _device(scout: Scout, browser: Browser, url: str) -> Device:
    told = {"endpoint": f"{url}/send/1", **browser.told}
    return operations.add_device(user=scout.user, told=told, at=clock.now(), allowed=LOOPBACK)


def _tell(scout: Scout, at: datetime | None = None) -> None:
    """What a worker does: copy, then send what was written."""
    operations.copy_feed(account_id=scout.account_id, at=at or clock.now())
    for subject in Work.objects.filter(kind=operations.SEND, done_at=None).values_list("subject", flat=True):
        sending.send(notice_id=UUID(subject), at=at or clock.now(), allowed=LOOPBACK)


def _off(scout: Scout, *channels: Channel) -> None:
    for kind in Kind:
        for channel in channels:
            operations.switch_to(user=scout.user, kind=kind, channel=channel, on=False)


def test_a_verdict_is_told_by_letter_with_a_way_out(story: Story, scout: Scout, mailoutbox: list[EmailMessage]) -> None:
    story.handed_in(story.post(), ACCEPTED)
    _tell(scout)
    [letter] = mailoutbox
    assert (letter.subject, letter.to) == ("Accepted: Is the bakery open?", [scout.user.email])
    assert "$2.50 is yours" in letter.body
    assert "/answers/sub_" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["List-Unsubscribe"].strip("<>") in letter.body


def test_nothing_is_told_twice(story: Story, scout: Scout, mailoutbox: list[EmailMessage]) -> None:
    story.handed_in(story.post(), ACCEPTED)
    _tell(scout)
    Feed.objects.update(position=0)
    _tell(scout)
    assert len(mailoutbox) == 1


def test_what_was_before_is_not_told(story: Story, mailoutbox: list[EmailMessage]) -> None:
    story.handed_in(story.post(), ACCEPTED)
    found = Scout.objects.select_related("user").get(account=story.scout)
    operations.begin(scout=found, language="en")
    _tell(found)
    assert mailoutbox == []


def test_a_letter_is_in_its_readers_language(story: Story, mailoutbox: list[EmailMessage]) -> None:
    found = Scout.objects.select_related("user").get(account=story.scout)
    operations.begin(scout=found, language="es")
    story.handed_in(story.post(), REJECTED)
    _tell(found)
    assert mailoutbox[0].subject == "Rechazada: Is the bakery open?"
    assert "En el lugar. Mira qué puedes hacer." in mailoutbox[0].body


def test_a_push_message_is_read_by_the_browser_it_is_for(story: Story, scout: Scout, service: PushService) -> None:
    browser = Browser()
    _device(scout, browser, service.url)
    _off(scout, Channel.EMAIL)
    story.handed_in(story.post(), ACCEPTED)
    _tell(scout)
    [(headers, sealed)] = service.got
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["authorization"].startswith("vapid t=")
    assert int(headers["ttl"]) == 86_400
    said = json.loads(browser.open(sealed))
    assert said["title"] == "Accepted: Is the bakery open?"
    assert said["path"].startswith("/answers/sub_")
    assert b"bakery" not in sealed


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(story: Story, scout: Scout, service: PushService, status: int) -> None:
    _device(scout, Browser(), service.url)
    service.status = status
    story.handed_in(story.post(), ACCEPTED)
    _tell(scout)
    assert Device.objects.count() == 0


def test_a_service_that_is_out_is_asked_again(story: Story, scout: Scout, service: PushService) -> None:
    _device(scout, Browser(), service.url)
    _off(scout, Channel.EMAIL)
    service.status = 503
    story.handed_in(story.post(), ACCEPTED)
    with pytest.raises(NotSent):
        _tell(scout)
    service.status = 201
    _tell(scout)
    assert len(service.got) == 2
    assert Notice.objects.get().sent_at is not None


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/x",
        "https://10.0.0.1/",
        "file:///etc/x",
        "",
    ],
)
def test_no_browser_leads_us_into_our_own_network(scout: Scout, endpoint: str) -> None:
    told = {"endpoint": endpoint, **Browser().told}
    with pytest.raises(UnusableDevice):
        operations.add_device(user=scout.user, told=told, at=clock.now(), allowed=Reach())
    assert Device.objects.count() == 0


def test_a_name_that_leads_inward_later_is_not_followed(story: Story, scout: Scout, service: PushService) -> None:
    _device(scout, Browser(), service.url)
    _off(scout, Channel.EMAIL)
    story.handed_in(story.post(), ACCEPTED)
    operations.copy_feed(account_id=scout.account_id, at=clock.now())
    sending.send(notice_id=Notice.objects.get().id, at=clock.now(), allowed=Reach())
    assert service.got == []
    assert Device.objects.count() == 0


@pytest.mark.parametrize("change", [{"p256dh": "AAAA"}, {"auth": "!!"}, {"p256dh": ""}])
def test_keys_that_are_none_are_refused(scout: Scout, change: dict[str, str]) -> None:
    told = {"endpoint": "https://push.example/1", **Browser().told, **change}
    assert phone(scout.account).post("/me/notices/devices", told).status_code == 400


def test_one_tap_switches_one_kind_off_and_on(story: Story, scout: Scout, mailoutbox: list[EmailMessage]) -> None:
    client = phone(scout.account)
    body = {"kind": "verdicts", "channel": "email"}
    client.post("/me/notices/switch", {**body, "on": "no"})
    story.handed_in(story.post(), ACCEPTED)
    _tell(scout)
    assert mailoutbox == []
    client.post("/me/notices/switch", {**body, "on": "yes"})
    story.handed_in(story.post(), ACCEPTED)
    _tell(scout)
    assert len(mailoutbox) == 1


def test_a_letters_own_button_switches_it_off_without_signing_in(scout: Scout) -> None:
    path = f"/notices/off/{off_token(scout.user_id, Kind.MONEY, Channel.EMAIL)}"
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    assert Preferences.objects.get(user=scout.user).off == []  # a link that is only looked at changes nothing
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Preferences.objects.get(user=scout.user).off == ["money.email"]
    assert stranger.post(path[:-2] + "xx").status_code == 404


def test_in_quiet_hours_it_waits(story: Story, scout: Scout) -> None:
    now = clock.now()
    start, end = ((now + timedelta(minutes=each)).time().replace(microsecond=0, second=0) for each in (-5, 60))
    operations.be_quiet(user=scout.user, zone="UTC", start=start, end=end, language="en")
    story.handed_in(story.post(), ACCEPTED)
    operations.copy_feed(account_id=scout.account_id, at=now)
    due = Work.objects.get(kind=operations.SEND).due_at
    assert timedelta(minutes=58) < due - now < timedelta(minutes=61)


def test_the_form_of_quiet_hours_reads_what_a_phone_sends(scout: Scout) -> None:
    client = phone(scout.account)
    client.post("/me/notices/quiet", {"from": "22:00", "until": "07:00", "zone": "Europe/Madrid"})
    chosen = Preferences.objects.get(user=scout.user)
    assert (chosen.quiet_from, chosen.quiet_until, chosen.zone) == (time(22), time(7), "Europe/Madrid")
    half = client.post("/me/notices/quiet", {"from": "", "until": "06:00", "zone": "Europe/Madrid"}, follow=True)
    assert "Quiet hours need both times" in half.content.decode()
    chosen.refresh_from_db()
    assert (chosen.quiet_from, chosen.quiet_until) == (time(22), time(7))
    client.post("/me/notices/quiet", {"from": "", "until": "", "zone": "Nowhere/Nothing"})
    chosen.refresh_from_db()
    assert (chosen.quiet_from, chosen.quiet_until, chosen.zone) == (None, None, "Europe/Berlin")


def test_what_is_new_near_a_chosen_place_is_told_once(
    story: Story, scout: Scout, mailoutbox: list[EmailMessage]
) -> None:
    story.post(title="Old")
    phone(scout.account).post("/me/notices/places", {"within": "5000"})
    story.at = clock.now()
    story.post(title="New and dear", reward="9.00")
    story.post(title="New")
    story.post(title="Far away", place={"lat": 53.5, "lng": 10, "radius_m": 60})
    for minutes in (2, 3, 40):
        operations.look_around(at=clock.now() + timedelta(minutes=minutes))
    for notice in Notice.objects.all():
        sending.send(notice_id=notice.id, at=clock.now())
    [letter] = mailoutbox
    assert letter.subject.startswith("2 new questions near")
    assert "New and dear · $9.00" in letter.body


def test_what_was_posted_before_and_put_on_offer_after_a_look_is_told(story: Story, scout: Scout) -> None:
    story.at = clock.now()
    screened, late = story.post(title="Is my neighbour at home?"), story.post(title="Committed late")
    Bounty.objects.filter(pk=late.id).update(state="screening")
    operations.watch(scout=scout, place=BAKERY, within_m=1000, name="x", at=clock.now() - timedelta(seconds=1))
    operations.look_around(at=clock.now() + timedelta(minutes=2))
    assert Notice.objects.count() == 0
    Bounty.objects.filter(pk=late.id).update(state="open")
    operations.look_around(at=clock.now() + timedelta(minutes=4))
    allow(operator=story.operator, bounty_id=screened.id, reason="A shop", at=clock.now() + timedelta(minutes=5))
    operations.look_around(at=clock.now() + timedelta(minutes=40))
    titles = Notice.objects.filter(channel=Channel.EMAIL).order_by("id").values_list("data__title", flat=True)
    assert list(titles) == ["Committed late", "Is my neighbour at home?"]


def test_a_place_is_chosen_and_removed(scout: Scout) -> None:
    client = phone(scout.account)
    client.post("/place", {"typed": f"{BAKERY.lat}, {BAKERY.lng}"})
    client.post("/me/notices/places", {"within": "1000"})
    page = client.get("/me/notices").content.decode()
    assert "52.5200, 13.4050 · 1 km" in page
    client.post(f"/me/notices/places/{Watch.objects.get().id}/remove")
    assert Watch.objects.count() == 0


def test_nobody_removes_what_is_somebody_elses(story: Story, scout: Scout) -> None:
    watch = operations.watch(scout=scout, place=BAKERY, within_m=1000, name="x", at=clock.now())
    phone(story.other_scout).post(f"/me/notices/places/{watch.id}/remove")
    assert Watch.objects.count() == 1


def test_who_leaves_takes_it_all_along(scout: Scout, service: PushService) -> None:
    _device(scout, Browser(), service.url)
    operations.watch(scout=scout, place=BAKERY, within_m=1000, name="x", at=clock.now())
    phone(scout.account).post("/me/data/delete", {"sure": "yes"})
    for rows in (Device, Watch, Feed, Preferences, Notice):
        assert rows.objects.count() == 0


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE notices_preferences SET quiet_from = '22:00'", "preferences_quiet_from_and_until"),
        ("UPDATE notices_notice SET kind = 'other'", "notice_kind_known"),
        ("UPDATE notices_notice SET channel = 'push'", "notice_goes_somewhere"),
        (
            (
                "INSERT INTO notices_notice (id, key, kind, channel, type, data, made_at, user_id)"
                " SELECT gen_random_uuid(), key, kind, channel, type, data, made_at, user_id FROM notices_notice"
            ),
            "notices_notice_key",
        ),
    ],
)
def test_the_database_refuses(story: Story, scout: Scout, statement: str, constraint: str) -> None:
    story.handed_in(story.post(), ACCEPTED)
    operations.copy_feed(account_id=scout.account_id, at=clock.now())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
