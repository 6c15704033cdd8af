"""Tags and filters of the templates. They are built in: templates need no `load`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from user_manager.domain.limits import shortest_limit
from user_manager.domain.times import format_time
from user_manager.domain.vocabulary import ModuleKind, Role
from user_manager.models import Access
from user_manager.web.icons import ICONS
from user_manager.web.isolation import isolated
from user_manager.web.words import CLUSTER_ROLES, ERRORS, KINDS, ROLES, SUBJECT_KINDS, Text

register = template.Library()

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)


register.filter(isolated)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon. It is decoration: the text beside it says the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        ICONS[name],
    )


@register.simple_tag
def when(time: datetime) -> SafeString:
    """Return a time in the form of the reader's language; the exact one is in UTC."""
    local = timezone.localtime(time)
    is_end_of_day = (local.hour, local.minute, local.second) == (23, 59, 59)
    exact = formats.date_format(local, "DATETIME_FORMAT")
    text = formats.date_format(local, "DATE_FORMAT") if is_end_of_day else exact
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>', format_time(time), exact, text
    )


@register.filter
def length_of(duration: timedelta) -> str:
    """Return a duration for people: whole days, else hours, else minutes, rounded up."""
    if duration == _YEAR:
        return _("1 year")
    if duration >= _DAY:
        days = -(-duration // _DAY)
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    hours = duration // timedelta(hours=1)
    if hours >= 1:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    minutes = max(1, duration // timedelta(minutes=1))
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}


@register.simple_tag
def remaining(until: datetime, now: datetime) -> str:
    """Return how long something still holds."""
    return _("%(length)s left") % {"length": length_of(until - now)}


@register.simple_tag(takes_context=True)
def time_from_approval(context: Context, access: Access) -> timedelta | None:
    """Return how long an access lasts that is approved as it was asked; None for no end."""
    limit = shortest_limit(access.module.max_duration, context["frame"].longest_duration)
    return shortest_limit(access.duration, limit)


@register.simple_tag
def item(mapping: Mapping[str, object], key: str) -> object:
    """Return what a mapping holds for a key."""
    return mapping[key]


@register.simple_tag
def cluster_role(role: str) -> Text:
    """Return what a role in the cluster is called."""
    return CLUSTER_ROLES.get(role, role)


@register.simple_tag
def subject_kind(kind: str) -> Text:
    """Return what a kind of subject in the cluster is called."""
    return SUBJECT_KINDS.get(kind, kind)


@register.simple_tag
def kind_name(kind: str) -> Text:
    """Return what a kind of module is called."""
    return KINDS[ModuleKind(kind)]


@register.simple_tag
def role_name(role: Role) -> Text:
    """Return what a role is called."""
    return ROLES[role]


@register.simple_tag
def querystring_of(**values: str) -> str:
    """Return the query of a link, such as `?id=ann%40example.com`."""
    return f"?{urlencode(values)}"


@register.simple_tag
def error_title(code: str) -> Text:
    """Return the kind of error in words; '' for an error of a field."""
    return ERRORS.get(code, "")


@register.inclusion_tag("user_manager/parts/nav_link.html", takes_context=True)
def nav_link(
    context: Context, view: str, icon_name: str, text: Text, *also: str, count: int | None = None
) -> dict[str, Any]:
    """Link a page in the navigation.

    Args:
        view: the name of its path.
        also: names of the paths below it, for which it is marked too.
        count: how much waits there; None for a page without a number.
    """
    match = context["request"].resolver_match
    here = "" if match is None else match.view_name
    return {
        "url": reverse(view),
        "icon_name": icon_name,
        "text": text,
        "is_exact": here == view,
        "is_here": here == view or here in also,
        "count": count,
        "view": view,
    }
