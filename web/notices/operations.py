"""Choosing what to hear of, and writing down what is to be told. Sending stands in `sending.py`."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from bounties.models import Bounty
from bounties.nearby.page import Seeker, Wishes
from bounties.nearby.search import nearby as search
from bounties.places import Place
from market.accounts.models import Scout, User
from market.errors import DomainError
from market.errors import Kind as Refusal
from market.events import following, queries
from market.events.copying import LOOK_AGAIN, Patience, copy_pages, read_on
from market.events.queries import Entry, Page
from market.ids import decode, encode
from market.webhooks.operations.endpoints import reach
from market.webhooks.policies import Reach, UnusableUrl, read_url
from market.work.operations import enqueue
from web.notices.models import Device, Feed, Notice, Preferences, Watch
from web.notices.policies import (
    KIND_OF,
    MOST_DEVICES,
    MOST_PLACES,
    PAUSE_BETWEEN,
    Channel,
    Kind,
    switch,
    tell_at,
    wants,
)

COPY, SEND = "notices.copy", "notices.send"
_PAGE = 200
_LOOK_EVERY = timedelta(minutes=1)
_KEPT_FOR = timedelta(days=30)


class UnusableDevice(DomainError):
    """What the browser told of its push service cannot be used."""

    code = "unusable_device"
    fix = "Switch notifications off and on again in this browser."


class TooMany(DomainError):
    """There are as many places or devices as one person may have."""

    code = "too_many_notices"
    kind: ClassVar[Refusal] = Refusal.LIMITED
    fix = "Remove one first."


# --- choosing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, scout: Scout, language: str) -> None:
    """From now on what happens to this scout is told. Done again, it changes nothing."""
    preferences_of(scout.user, language=language)
    if not Feed.objects.filter(account=scout.account_id).exists():
        following.follow(account_id=scout.account_id)
        Feed.objects.get_or_create(
            account_id=scout.account_id,
            defaults={"user_id": scout.user_id, "position": queries.end(account_id=scout.account_id)},
        )


def preferences_of(user: User, *, language: str = "en") -> Preferences:
    return Preferences.objects.get_or_create(user=user, defaults={"language": language, "zone": "UTC"})[0]


@transaction.atomic
def switch_to(*, user: User, kind: Kind, channel: Channel, on: bool) -> None:
    chosen = Preferences.objects.select_for_update().get(pk=preferences_of(user).pk)
    word = switch(kind, channel)
    chosen.off = sorted(({*chosen.off} - {word}) if on else {*chosen.off, word})
    chosen.save(update_fields=["off"])


@transaction.atomic
def be_quiet(*, user: User, zone: str, start: time_of_day | None, end: time_of_day | None, language: str) -> None:
    """Between these hours of that zone's clocks; without both, always loud."""
    chosen = Preferences.objects.select_for_update().get(pk=preferences_of(user).pk)
    chosen.zone, chosen.language = zone, language
    chosen.quiet_from, chosen.quiet_until = (start, end) if start and end else (None, None)
    chosen.save(update_fields=["zone", "language", "quiet_from", "quiet_until"])


@transaction.atomic
def watch(*, scout: Scout, place: Place, within_m: int, name: str, at: datetime) -> Watch:
    if Watch.objects.filter(user=scout.user_id).count() >= MOST_PLACES:
        raise TooMany(f"You have chosen {MOST_PLACES} places already.")
    latitude_e7, longitude_e7 = place.in_e7()
    return Watch.objects.create(
        user_id=scout.user_id,
        account_id=scout.account_id,
        name=name[:300],
        latitude_e7=latitude_e7,
        longitude_e7=longitude_e7,
        within_m=Wishes(within_m=within_m).within_m,
        looked_at=at,
        due_at=at + _LOOK_EVERY,
    )


def unwatch(*, user: User, watch_id: UUID) -> None:
    Watch.objects.filter(user=user, pk=watch_id).delete()


@transaction.atomic
def add_device(*, user: User, told: Mapping[str, str], at: datetime, allowed: Reach | None = None) -> Device:
    """A browser of this person's. One that somebody else used before is this person's now."""
    endpoint = told.get("endpoint", "")
    try:
        read_url(endpoint, allowed or reach())
        public_key, secret = (_bytes(told.get(name, "")) for name in ("p256dh", "auth"))
    except (UnusableUrl, binascii.Error, ValueError) as error:
        raise UnusableDevice("This browser's push service cannot be used.") from error
    if len(public_key) != 65 or public_key[0] != 4 or len(secret) != 16:
        raise UnusableDevice("This browser's keys are none.")
    if Device.objects.filter(user=user).exclude(endpoint=endpoint).count() >= MOST_DEVICES:
        raise TooMany(f"You have {MOST_DEVICES} browsers already.")
    device, _ = Device.objects.update_or_create(
        endpoint=endpoint, defaults={"user": user, "public_key": public_key, "secret": secret, "made_at": at}
    )
    return device


def remove_device(*, user: User, device_id: UUID) -> None:
    Device.objects.filter(user=user, pk=device_id).delete()


@transaction.atomic
def forget(*, user: User) -> None:
    """Everything of this room about a person, when the person leaves."""
    for account_id in Feed.objects.filter(user=user).values_list("account_id", flat=True):
        following.unfollow(account_id=account_id)
    for rows in (Notice, Watch, Device, Feed, Preferences):
        rows.objects.filter(user=user).delete()


# --- what happened ----------------------------------------------------------------------------------------------------


def ask_for_copy(account_id: UUID) -> None:
    """After a commit that has added to a followed feed: to ours, or to one that only others copy."""
    with transaction.atomic():
        if Feed.objects.filter(account=account_id).exists():
            enqueue(kind=COPY, subject=str(account_id))


def copy_feed(*, account_id: UUID, at: datetime) -> None:
    """Write down what is to be told of what has happened, and how far that was looked at: both or neither."""
    if not copy_pages(partial(_copy_page, account_id, at), patience=Patience()):
        with transaction.atomic():
            enqueue(kind=COPY, subject=str(account_id), due_at=at + LOOK_AGAIN)


@transaction.atomic
def _copy_page(account_id: UUID, at: datetime) -> Page | None:
    feed = Feed.objects.select_for_update(of=("self",)).select_related("user").filter(account=account_id).first()
    if feed is None:
        return None
    page, feed.position = read_on(account_id=account_id, position=feed.position, limit=_PAGE)
    for entry in page.events if page else ():
        if entry.type in KIND_OF:
            _write(feed.user, KIND_OF[entry.type], key=str(entry.id), type_=entry.type, data=_told(entry), at=at)
    feed.save(update_fields=["position"])
    return page


def _told(entry: Entry) -> dict[str, Any]:
    """What the sentence needs: the title, since a scout knows no ids."""
    bounty_id = decode("bnt", str(entry.data.get("bounty", "")))
    title = Bounty.objects.filter(pk=bounty_id).values_list("title", flat=True).first() if bounty_id else None
    return {**entry.data, "title": title or ""}


def _write(user: User, kind: Kind, *, key: str, type_: str, data: dict[str, Any], at: datetime) -> None:
    chosen = preferences_of(user)
    due_at = tell_at(at, zone=ZoneInfo(chosen.zone), quiet_from=chosen.quiet_from, quiet_until=chosen.quiet_until)
    wanted: list[tuple[Channel, Device | None]] = []
    if wants(chosen.off, kind, Channel.EMAIL):
        wanted.append((Channel.EMAIL, None))
    if wants(chosen.off, kind, Channel.PUSH):
        wanted += [(Channel.PUSH, device) for device in Device.objects.filter(user=user)]
    for channel, device in wanted:
        notice, is_new = Notice.objects.get_or_create(
            key=f"{key}.{device.id if device else channel}",
            defaults={"user": user, "kind": kind, "channel": channel, "device": device}
            | {"type": type_, "data": data, "made_at": at},
        )
        if is_new:
            enqueue(kind=SEND, subject=str(notice.id), due_at=due_at if due_at > at else None)


# --- what is new near a place -----------------------------------------------------------------------------------------


def look_around(*, at: datetime, most: int = 200) -> int:
    """For every place whose turn it is, what was opened there since. Answers how many were looked at."""
    due = list(Watch.objects.filter(due_at__lte=at).order_by("due_at").values_list("id", flat=True)[:most])
    for watch_id in due:
        _look(watch_id, at)
    return len(due)


@transaction.atomic
def _look(watch_id: UUID, at: datetime) -> None:
    row = Watch.objects.select_for_update(skip_locked=True).filter(pk=watch_id, due_at__lte=at).first()
    if row is None:
        return
    found = search(
        around=Place.of_e7(row.latitude_e7, row.longitude_e7),
        mode=row.account.mode,  # type: ignore[arg-type]
        at=at,
        seeker=Seeker(row.account.id, row.user.id),
        wishes=Wishes(within_m=row.within_m),
        limit=100,
    ).rows
    # When it was put on offer, on our clock: a look may be over when what began before it is committed, and what staff
    # had to look at was posted long before.
    opened = F("opened_at") - F("buyer__clock_ahead")
    since = Bounty.objects.annotate(opened=opened).filter(
        pk__in=[each.bounty_id for each in found], opened__gt=row.looked_at
    )
    fresh = list(since.order_by("-reward_micros").values_list("id", "title", "reward_micros", "opened"))
    if fresh:
        best = fresh[0]
        data = {"place": row.name, "count": len(fresh), "title": best[1], "reward_micros": best[2]}
        key = f"{row.id}.{int(at.timestamp())}"
        _write(row.user, Kind.NEARBY, key=key, type_="nearby", data=data | {"bounty": encode("bnt", best[0])}, at=at)
        row.looked_at = max(each[3] for each in fresh)
    row.due_at = at + (PAUSE_BETWEEN if fresh else _LOOK_EVERY)
    row.save(update_fields=["looked_at", "due_at"])


def forget_old(*, at: datetime) -> int:
    return Notice.objects.filter(made_at__lt=at - _KEPT_FOR).delete()[0]


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
