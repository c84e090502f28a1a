"""Sending one notice. Nobody's transaction is open while a mail server or a push service is asked."""

import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from market import mail
from market.config import config
from market.webhooks import gateway
from market.webhooks.gateway import Fault
from market.webhooks.operations.endpoints import reach
from market.webhooks.policies import Reach, UnusableUrl, read_url
from web.notices import push
from web.notices.keys import push_key
from web.notices.models import Device, Notice
from web.notices.operations import preferences_of
from web.notices.policies import Channel, Kind, wants
from web.notices.words import Words, words

_SALT = "notices.off"
_KEPT_BY_THE_SERVICE = timedelta(days=1)
_SIGNED_FOR = timedelta(hours=12)
_GONE = (404, 410)


class NotSent(Exception):
    """The push service did not take it: to be tried again."""


def send(*, notice_id: UUID, at: datetime, allowed: Reach | None = None) -> None:
    """Sent already, or not wanted any more: nothing happens. A crash in between sends it twice, never not at all."""
    notice = Notice.objects.select_related("user", "device").filter(pk=notice_id, sent_at__isnull=True).first()
    if notice is None or not notice.user.is_active:
        return
    chosen = preferences_of(notice.user)
    if not wants(chosen.off, Kind(notice.kind), Channel(notice.channel)):
        return
    with translation.override(chosen.language):
        said = words(notice.type, notice.data)
        if notice.device is None:
            mail.send(_letter(notice, said))
        elif not _push(notice.device, said, notice, at=at, allowed=allowed or reach()):
            return
    Notice.objects.filter(pk=notice.pk).update(sent_at=at)


def off_token(user_id: UUID, kind: Kind, channel: Channel) -> str:
    """What switches one kind off without signing in: good for that and nothing else, for ever."""
    return signing.dumps([str(user_id), str(kind), str(channel)], salt=_SALT)


def read_off_token(token: str) -> tuple[UUID, Kind, Channel] | None:
    try:
        user_id, kind, channel = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return UUID(user_id), Kind(kind), Channel(channel)


def _letter(notice: Notice, said: Words) -> mail.Letter:
    off = config.public_url.rstrip("/") + reverse(
        "notices_off", args=[off_token(notice.user_id, Kind(notice.kind), Channel.EMAIL)]
    )
    here = config.public_url.rstrip("/") + said.path
    last = gettext("No more letters of this kind: {link}").format(link=off)
    return mail.Letter(
        to=notice.user.email,
        subject=said.title,
        text=f"{said.text}\n\n{here}\n\n-- \n{last}\n",
        headers={"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _push(device: Device, said: Words, notice: Notice, *, at: datetime, allowed: Reach) -> bool:
    """Whether it was taken. A browser that is gone is forgotten, and so is one whose service we may not ask."""
    content = json.dumps({"title": said.title, "text": said.text, "path": said.path, "tag": str(notice.id)})
    receiver = push.Receiver(bytes(device.public_key), bytes(device.secret))
    address = urlsplit(device.endpoint)
    signed = push.signed_by_us(
        push_key(),
        origin=f"{address.scheme}://{address.netloc}",
        contact=config.public_url,
        until=int((at + _SIGNED_FOR).timestamp()),
    )
    headers = [
        ("authorization", signed),
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
        ("ttl", str(int(_KEPT_BY_THE_SERVICE.total_seconds()))),
        ("urgency", "normal"),
    ]
    try:
        target = read_url(device.endpoint, allowed)
    except UnusableUrl:
        device.delete()
        return False
    outcome = gateway.post(target, headers=headers, body=push.seal(content.encode(), receiver), reach=allowed)
    if outcome.accepted:
        return True
    if outcome.status in _GONE or outcome.fault is Fault.ADDRESS_REFUSED:
        device.delete()
        return False
    raise NotSent(f"{outcome.status or outcome.fault}")
