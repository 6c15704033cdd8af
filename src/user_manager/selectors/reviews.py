"""Accesses that have to be reviewed, by the clock."""

from datetime import datetime
from typing import Final

from django.db.models import Count, F, Q, QuerySet

from user_manager.models import Access, Module
from user_manager.selectors.ownership import current
from user_manager.selectors.paging import BY_REVIEW, Page, PageRequest

_LASTS: Final = Q(until__isnull=True) | Q(until__gt=F("review_due"))


def review_overdue(now: datetime) -> Q:
    """Return the condition for accesses that nobody reviewed in time."""
    return current(now) & Q(review_due__lte=now)


def list_reviews(module: Module, page: PageRequest, now: datetime) -> Page[Access]:
    """Return the accesses to a module of which a review is due, the first one first.

    Raises:
        Invalid: the cursor is wrong.
    """
    due = Access.objects.filter(current(now), _LASTS, module=module, review_due__isnull=False)
    return BY_REVIEW.page(due.select_related("user"), page)


def overdue_by_module(modules: QuerySet[Module], now: datetime) -> dict[str, int]:
    """Return how many reviews are overdue, by the ids of the modules where there are some."""
    overdue = Access.objects.filter(review_overdue(now), module__in=modules.order_by())
    counts = overdue.values("module").annotate(count=Count("id"))
    return dict(counts.values_list("module", "count"))
