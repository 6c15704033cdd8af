"""Amounts of a resource: those that Kubernetes refuses, and valid ones that are probably mistakes.

Source: `ValidateResourceQuantityValue` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import inf, isfinite
from typing import Final

from profiles_management.pmr import quantities
from profiles_management.pmr.known_resources import COUNTED
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import value_finding
from profiles_management.pmr.resource_names import OBJECT_COUNT, is_device, is_extended

_IN_BYTES = re.compile(r"(?s)(?!.*/persistent).*(memory|storage|hugepages-)")
_OBJECTS = re.compile(rf"(?s){OBJECT_COUNT}|.*storageclass")
_NO_LIMIT: Final = frozenset({"unlimited", "infinity", "inf", "none", "max", "any", "∞"})
_LONGEST: Final = 80  # characters; longer texts get no suggestion
_MEBIBYTE: Final = 2**20
_IN_MEBIBYTES: Final = "write it in Mi or Gi"
_LEAVE_OUT: Final = "remove the line: a resource that is not listed has no limit"
_EXAMPLES: Final = 'write a number with a suffix of Kubernetes, such as "500m", "4" or "16Gi"'
_FRACTIONS: Final = {"m": "thousandths", "u": "millionths", "n": "billionths"}
_FINER = re.compile(r".*([num]|[eE]-[0-9]+)")
_LARGER = re.compile(r".*([KMGTPE]i|[MGTPE])")
_NUMBER = re.compile(r"([0-9]+(?:[.,][0-9]+)?) *([A-Za-z]*)")
_MISSPELLED_UNITS: Final = (
    (re.compile(r"(?i)([kmgtpe])i?b(ytes)?"), r"\1i"),
    (re.compile(r"(?i)([kmgtpe])i"), r"\1i"),
    (re.compile(r"(?i)(v?cpus?|cores?|bytes?|b)"), ""),
    (re.compile(r"([kgt])"), r"\1"),
)


def is_whole(name: str) -> bool:
    """Return whether Kubernetes accepts only whole numbers of this, as of objects and GPUs."""
    return name in COUNTED or is_extended(name)


def amount_error(name: str, value: object) -> Finding | None:
    """Return why Kubernetes would refuse an amount of a resource. The path is the name."""
    if isinstance(value, str) or type(value) is int:
        return _quantity_error(name, value)
    if not isinstance(value, float) or not isfinite(value):
        remedy = _LEAVE_OUT if value == inf else f'write it as in: {name}: "4"'
        return Finding("not-a-quantity", "a quantity is a number or text", remedy, (name,))
    if is_whole(name):
        return _quantity_error(name, repr(value))
    what = f"a quantity with a fraction must be text, this is the number {value!r}"
    return Finding("not-text", what, f'write: {name}: "{value!r}"', (name,))


@lru_cache(maxsize=8192, typed=True)
def _quantity_error(name: str, value: str | int) -> Finding | None:
    try:
        amount = quantities.parse(value)
    except ValueError:
        remedy = _quantity_remedy(str(value).strip())
        return value_finding("bad-quantity", str(value), "is not a quantity", remedy, (name,))
    if amount < 0:
        remedy = f"write 0 or more, or {_LEAVE_OUT}"
        return Finding("negative-quantity", f"{value} is negative", remedy, (name,))
    if is_whole(name) and amount * 1000 % 1000:
        what = f"{name} is counted in whole numbers, this is {value}"
        return Finding("not-whole", what, "write a whole number", (name,))
    return None


def _quantity_remedy(text: str) -> str:
    if text.casefold() in _NO_LIMIT:
        return _LEAVE_OUT
    if len(text) > _LONGEST:  # its beginning is another amount than the one that was meant
        return _EXAMPLES
    number = _NUMBER.fullmatch(text)
    if number is None:
        return _EXAMPLES
    amount, unit = number.groups()
    if unit == "K":
        return f'write: "{amount}Ki", or "{amount}k" for thousands'
    for candidate in _spellings(amount.replace(",", "."), unit):
        if quantities.is_quantity(candidate):
            return f'write: "{candidate}"'
    return _EXAMPLES


def _spellings(amount: str, unit: str) -> Iterator[str]:
    """Yield what an amount with a misspelled unit may mean, the likeliest first."""
    for pattern, right in _MISSPELLED_UNITS:
        misspelled = pattern.fullmatch(unit)
        if misspelled is not None:
            yield amount + _in_right_case(misspelled.expand(right))
    yield amount + unit


def _in_right_case(suffix: str) -> str:
    """Return a suffix as Kubernetes writes it: `k` and `Ki`, but `M` and `Mi`."""
    return "k" if suffix in ("k", "K") else suffix.capitalize()


@lru_cache(maxsize=8192)
def amount_warning(name: str, amount: str) -> Finding | None:
    """Return why a valid amount of a resource is probably a mistake. The path is the name."""
    if _IN_BYTES.match(name):
        return _bytes_warning(name, amount)
    if _OBJECTS.match(name) or is_whole(name) or is_device(name):
        return _unit_warning(name, amount, "objects") or _objects_warning(name, amount)
    if name.endswith("cpu"):
        return _unit_warning(name, amount, "CPUs") or _cpu_warning(name, amount)
    return None


def _unit_warning(name: str, amount: str, counted: str) -> Finding | None:
    """Check for `4Gi` of what is counted one by one."""
    if not _LARGER.fullmatch(amount) or not quantities.parse(amount):
        return None
    what = f"{name} is {amount}, which is {int(quantities.parse(amount)):,} {counted}"
    return Finding("odd-unit", what, 'write the number alone, such as "4"', (name,))


def _bytes_warning(name: str, amount: str) -> Finding | None:
    value = quantities.parse(amount)
    if not value:
        return None
    if _FINER.fullmatch(amount):
        return _fraction_warning(name, amount)
    if value >= _MEBIBYTE or not amount[-1:].isdigit():
        return None
    what = f"{name} is {amount}, which is {amount} bytes"
    better = f'write: "{amount}Gi" or "{amount}Mi", whichever is meant'
    return Finding("few-bytes", what, better if amount.isdigit() else _IN_MEBIBYTES, (name,))


def _fraction_warning(name: str, amount: str) -> Finding:
    number, suffix = amount[:-1], amount[-1]
    fraction, remedy = "fractions", _IN_MEBIBYTES
    if suffix in _FRACTIONS:
        fraction, remedy = _FRACTIONS[suffix], f'write: "{number}Mi" for mebibytes'
    what = f"{name} is {amount}, which is in {fraction} of a byte"
    return Finding("milli-bytes", what, remedy, (name,))


def _cpu_warning(name: str, amount: str) -> Finding | None:
    if quantities.parse(amount) == quantities.stored(amount):
        return None
    rounded = quantities.canonical(amount, quantities.MILLI)
    what = f"{name} is {amount}, which Kubernetes rounds up to {rounded}"
    return Finding("too-fine", what, "write thousandths, such as 100m", (name,))


def _objects_warning(name: str, amount: str) -> Finding | None:
    if quantities.parse(amount).denominator == 1:
        return None
    what = f"{name} is {amount}, but is counted in whole numbers"
    return Finding("not-whole", what, "write a whole number", (name,))
