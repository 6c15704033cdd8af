"""Amounts: exact sums, shares, and how both are written. Pure.

A portal can send any number of up to 21 digits before the point. Sums are exact: amounts have at
most six digits after the point, and the context has room for more terms than there are records.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from profiles_management.puhuri.client.models import Quantity

Amount = Decimal

_CONTEXT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_SMALLEST: Final = Decimal("0.000001")
_BARS: Final = "▁▂▃▄▅▆▇█"
_NOTHING: Final = "·"  # a month in which nothing was used
_FULL, _EMPTY = "█", "░"
_WIDTH: Final = 8  # cells of a bar
_MOST_PERCENT: Final = 999
_NEARLY: Final = Decimal("0.9")


def amount(quantity: Quantity) -> Amount:
    """Return a quantity with at most six digits after the point."""
    return _CONTEXT.quantize(Decimal(quantity), _SMALLEST)


def total(amounts: Iterable[Amount]) -> Amount:
    """Return the exact sum of amounts."""
    result = Decimal(0)
    for part in amounts:
        result = _CONTEXT.add(result, part)
    return result


def share_of(used: Amount, limit: Amount | None) -> Decimal | None:
    """Return which part of a limit is used; None where there is no limit, or none above 0."""
    if limit is None or limit <= 0:
        return None
    return _CONTEXT.divide(used, limit)


def is_over(share: Decimal | None) -> bool:
    """Return whether more than the limit is used."""
    return share is not None and share > 1


def is_nearly_used(share: Decimal | None) -> bool:
    """Return whether at least nine tenths of the limit are used, and not more than all of it."""
    return share is not None and _NEARLY <= share <= 1


def portion(share: Decimal, whole: int) -> int:
    """Return how much of the length of a bar a share is; more than all of it is all."""
    return min(whole, max(0, int(share * whole)))


# as text


def plain_text(value: Amount | None) -> str:
    """Return an amount with a point and without separators; '' for None."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped_text(value: Amount | None) -> str:
    """Return an amount as people read it, such as 12,500.5; `-` for None."""
    if value is None:
        return "-"
    whole, point, fraction = plain_text(value).partition(".")
    return f"{int(whole):,}{point}{fraction}" if int(whole) else f"{whole}{point}{fraction}"


def percent_text(share: Decimal | None) -> str:
    """Return a share in percent. 100% is exactly that: what is nearly all of it is 99%."""
    if share is None:
        return ""
    percent = share * 100
    if percent > _MOST_PERCENT:
        return f">{_MOST_PERCENT}%"
    if 0 < percent < 1:
        return "<1%"
    whole = int(percent)
    is_more = whole >= 100 and percent > whole  # noqa: PLR2004 - percent
    return f"{whole + is_more}%"


def bar_text(share: Decimal | None) -> str:
    """Return a share as a bar of a fixed width, '' for None."""
    if share is None:
        return ""
    full = portion(share, _WIDTH)
    return _FULL * full + _EMPTY * (_WIDTH - full)


def trend_text(amounts: Sequence[Amount]) -> str:
    """Return amounts as small bars, the largest one having the full height."""
    largest = max(amounts, default=Decimal(0))
    return "".join(_bar(value, largest) for value in amounts)


def _bar(value: Amount, largest: Amount) -> str:
    if value <= 0:
        return _NOTHING
    height = int(_CONTEXT.divide(value, largest) * len(_BARS))
    return _BARS[max(0, min(height, len(_BARS)) - 1)]
