"""How long an access lasts: what was asked, the limits of module and setting, the decider's end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from user_manager.domain.durations import format_duration
from user_manager.domain.errors import Invalid, Precondition
from user_manager.domain.times import format_time

LONGEST_ABSENCE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AskedTime:
    """For how long an access is asked.

    Attributes:
        duration: counts from approval; None if none was asked.
        until: the end; None if none was asked. There is at most one of both.
    """

    duration: timedelta | None = None
    until: datetime | None = None


def shortest_limit(
    max_duration: timedelta | None, longest_duration: timedelta | None
) -> timedelta | None:
    """Return the limit for a module, None for no limit.

    Args:
        max_duration: the limit of the module.
        longest_duration: the limit of all modules, from the setting.
    """
    return min(filter(None, (max_duration, longest_duration)), default=None)


def check_asked(asked: AskedTime, *, limit: timedelta | None, now: datetime) -> None:
    """Check for how long somebody asks when they ask.

    Args:
        asked: what they ask. If it is nothing, the limit counts from approval.
        limit: from `shortest_limit`.
        now: the time of the request.

    Raises:
        Invalid: duration and end together, an end in the past, or more than the limit.
    """
    if asked.duration and asked.until:
        raise Invalid.at("until", "give either a duration or an end, not both")
    if asked.until:
        _check_future(asked.until, now)
    if limit is None:
        return
    most = f"at most {format_duration(limit)} is allowed in this module"
    if asked.duration and asked.duration > limit:
        raise Invalid.at("duration", most)
    if asked.until and asked.until > now + limit:
        raise Invalid.at("until", most)


def check_absence(until: datetime, *, now: datetime) -> None:
    """Check until when a deputy decides for somebody.

    Raises:
        Invalid: the end is past, or later than `LONGEST_ABSENCE` from now.
    """
    _check_future(until, now)
    if until > now + LONGEST_ABSENCE:
        raise Invalid.at("until", "must be at most {days} days from now", days=LONGEST_ABSENCE.days)


def _check_future(until: datetime, now: datetime) -> None:
    if until <= now:
        raise Invalid.at("until", "is in the past")


def end_of_request(asked: AskedTime, *, now: datetime, pending: timedelta) -> datetime:
    """Return the time until which a request can be decided, in whole seconds.

    Args:
        asked: for how long the access is asked. Nobody can approve it after its own end.
        now: the time of the request.
        pending: how long requests stay open, from the setting.
    """
    end = (now + pending).replace(microsecond=0)
    return min(end, asked.until or end)


def end_of_asked(asked: AskedTime, *, limit: timedelta | None, now: datetime) -> datetime | None:
    """Return the end of an access that is approved now as it was asked, None for no end.

    The end is in whole seconds, rounded down, so that what is shown is what holds.

    Args:
        asked: what was asked.
        limit: from `shortest_limit`; it is taken where nothing was asked, and if it was reduced
            after the request.
        now: the time of the approval.
    """
    longest = shortest_limit(asked.duration, limit)
    end = None if longest is None else (now + longest).replace(microsecond=0)
    return min(filter(None, (end, asked.until)), default=None)


def end_at_approval(
    asked: AskedTime, *, decided: datetime | None, limit: timedelta | None, now: datetime
) -> datetime | None:
    """Return the end of an access that is approved now, None for no end.

    Args:
        asked: what was asked.
        decided: the end that the decider wants; None for what was asked.
        limit: from `shortest_limit`.
        now: the time of the approval.

    Raises:
        Invalid: the decider's end is past, or later than what was asked.
        Precondition: what was asked has ended already.
    """
    end = end_of_asked(asked, limit=limit, now=now)
    if end and end <= now:
        raise Precondition(
            "The access was asked for until {until}, which is past.",
            until=format_time(end),
        )
    if decided is None:
        return end
    _check_future(decided, now)
    if end and decided > end:
        raise Invalid.at(
            "until", "must not be later than what was asked, {until}", until=format_time(end)
        )
    return decided


def ends_later(end: datetime | None, held: datetime | None) -> bool:
    """Return whether an end is later than that of the held access; None is no end.

    A request of types that are held already is a renewal if it ends later.
    """
    if held is None:
        return False
    return end is None or end > held
