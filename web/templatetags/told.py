"""`web.telling` in templates: amounts, distances, lengths of time. What is said stands there, not here."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from market import clock, ids
from web import checks_told, state_words, telling

register = template.Library()


@register.filter
def money(micros: int) -> str:
    return telling.money(micros)


@register.filter
def outside(value: UUID, prefix: str) -> str:
    """An id as the world sees it."""
    return ids.encode(prefix, value)


@register.filter
def stamp(at: datetime) -> str:
    """For programs that read a page: to the second, for HTML knows no microseconds."""
    return at.isoformat(timespec="seconds")


@register.filter
def bounty_state(state: str) -> str:
    return str(state_words.BOUNTY[state])


@register.filter
def charge_state(state: str) -> str:
    return str(state_words.CHARGE.get(state, state.replace("_", " ")))


@register.filter
def submission_state(state: str) -> str:
    return str(state_words.SUBMISSION[state])


@register.filter
def check_name(code: str) -> str:
    return checks_told.name_of(code)


@register.simple_tag(takes_context=True)
def distance(context: Any, metres: float) -> str:
    return telling.distance(metres, context.get("units", telling.Units.METRIC))


@register.simple_tag
def moment(at: datetime, zone: ZoneInfo) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', stamp(at), telling.moment(at, zone, now=clock.now()))


@register.simple_tag
def left(until: datetime) -> SafeString:
    """How long until then, kept up to date by js/time.js. Without a script it is what it was when the page was made."""
    return format_html('<time datetime="{}" data-left>{}</time>', stamp(until), telling.length(until - clock.now()))


@register.simple_tag
def within(until: datetime) -> SafeString:
    """`in 2 h 10 min`, as one translatable text."""
    pattern = gettext("in {time}")
    return format_html(
        '<time datetime="{}" data-left="{}">{}</time>',
        stamp(until),
        pattern,
        pattern.format(time=telling.length(until - clock.now())),
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )
