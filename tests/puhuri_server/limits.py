"""Limits of allocations: integers, and fractions since 8.x."""

from decimal import Decimal, InvalidOperation

from puhuri_server.forms import NULL
from puhuri_server.http_types import Refusal
from puhuri_server.records import Component, Offering
from puhuri_server.world import World

MOST = 2**63  # from here on the portal crashes


def checked_limits(world: World, offering: Offering, limits: dict, *, is_new: bool) -> dict:
    """Return limits as numbers.

    Args:
        is_new: whether they are those of a new allocation, which are checked less.

    Raises:
        Refusal: a component has no limit, or not this one.
    """
    unknown = [name for name in limits if name not in offering.limited]
    if unknown:
        text = f"Invalid types: {', '.join(unknown)}"
        raise Refusal(400, {"limits": [text] if is_new else text})
    values = _numbers(world, limits, is_new=is_new)
    for name, value in values.items():
        text = _out_of_bounds(offering.limited[name], value)
        if text:
            raise Refusal(400, {"non_field_errors": [text]} if is_new else [text])
    return values


def _numbers(world: World, limits: dict, *, is_new: bool) -> dict:
    values, errors = {}, {}
    for name, value in limits.items():
        try:
            values[name] = _number(world, value, is_new=is_new)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise Refusal(400, {"limits": errors})
    return values


def _number(world: World, value: object, *, is_new: bool) -> int | float:
    """Return a limit as a number.

    Raises:
        ValueError: it is none, in the words of the portal.
    """
    if value is None:
        raise ValueError(NULL)
    has_fractions = world.version.has_fractions
    number = _decimal(value)
    is_whole = number.is_finite() and number == number.to_integral_value()
    if not number.is_finite() or not (is_whole or has_fractions):
        raise ValueError(f"A valid {'number' if has_fractions else 'integer'} is required.")
    if number < 0 and not is_new:
        raise ValueError("Ensure this value is greater than or equal to 0.")
    return float(number) if has_fractions else int(number)


def _decimal(value: object) -> Decimal:
    """Return a number, NaN for what is none."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")


def _out_of_bounds(component: Component, value: float) -> str:
    if component.max_value is not None and value > component.max_value:
        return f"The limit {value} value cannot be more than {component.max_value}."
    if component.min_value is not None and value < component.min_value:
        return f"The limit {value} value cannot be less than {component.min_value}."
    return ""
