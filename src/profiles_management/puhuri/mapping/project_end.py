"""Roles end with their project at the latest: what that means for the ends of roles. Pure."""

from datetime import UTC, date, datetime, time


def end_of_project(end_date: date | None) -> datetime | None:
    """Return the moment at which a project is over; None for never.

    Args:
        end_date: the first day on which it is over.
    """
    if end_date is None:
        return None
    return datetime.combine(end_date, time(), UTC)


def end_within(end: datetime | None, end_date: date | None) -> datetime | None:
    """Return when a role ends before its project does; None where it ends with the project.

    Args:
        end: when the role itself ends; None for never.
        end_date: the first day on which the project is over; None for never.
    """
    last = end_of_project(end_date)
    if end is None or last is None:
        return end
    if end >= last:
        return None
    return end
