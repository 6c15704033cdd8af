"""Amounts of a resource: what Kubernetes refuses, and what is valid and never meant.

Source: `ValidateResourceQuantityValue` in
https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf, isfinite
from typing import Final

from profiles_management.pmr import quantities
from profiles_management.pmr.known_resources import COUNTED
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.resource_names import is_device, is_extended

_IN_BYTES: Final = ("memory", "storage", "hugepages-")
_NO_LIMIT: Final = frozenset({"unlimited", "infinity", "inf", "none", "max", "any", "∞"})
_LONGEST: Final = 80  # characters of a text that a remedy looks at
_MEBIBYTE: Final = 2**20
_IN_MEBIBYTES: Final = "write it in Mi or Gi"
_FRACTIONS: Final = {"m": "thousandths", "u": "millionths", "n": "billionths"}
_FINER = re.compile(r".*([num]|[eE]-[0-9]+)")
_LARGER = re.compile(r".*([KMGTPE]i|[MGTPE])")
_NUMBER = re.compile(r"([0-9]+(?:[.,][0-9]+)?) *([A-Za-z]*)")
_SLIPS: Final = (
    (re.compile(r"(?i)([kmgtpe])i?b(ytes)?"), r"\1i"),
    (re.compile(r"(?i)([kmgtpe])i"), r"\1i"),
    (re.compile(r"(?i)(v?cpus?|cores?|bytes?|b)"), ""),
    (re.compile(r"([kgt])"), r"\1"),
)


def is_whole(name: str) -> bool:
    """Return whether Kubernetes takes only whole numbers of this: objects, devices such as GPUs."""
    return name in COUNTED or is_extended(name)


def amount_error(name: str, value: object) -> Finding | None:
    """Return what Kubernetes would refuse in an amount of a resource. The path is the name."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return _quantity_error(name, value)
    if isinstance(value, float) and isfinite(value):
        if is_whole(name):
            return _quantity_error(name, repr(value))
        what = f"a quantity with a fraction must be text, this is the number {value!r}"
        return Finding("not-text", what, f'write: {name}: "{value!r}"', (name,))
    remedy = _LEAVE_OUT if value == inf else f'write it as in: {name}: "4"'
    return Finding("not-a-quantity", "a quantity is a number or text", remedy, (name,))


@lru_cache(maxsize=8192, typed=True)
def _quantity_error(name: str, value: str | int) -> Finding | None:
    try:
        amount = quantities.parse(value)
    except ValueError:
        what = f"{quoted(str(value))} is no quantity"
        return Finding("bad-quantity", what, _better(str(value)), (name,))
    if amount < 0:
        remedy = f"write 0 or more, or {_LEAVE_OUT}"
        return Finding("negative-quantity", f"{value} is less than nothing", remedy, (name,))
    if is_whole(name) and amount * 1000 % 1000:
        what = f"{name} is counted in whole numbers, this is {value}"
        return Finding("not-whole", what, "write a whole number", (name,))
    return None


_LEAVE_OUT: Final = "remove the line: what is not named has no limit"


def _better(text: str) -> str:
    trimmed = text.strip()
    if trimmed.casefold() in _NO_LIMIT:
        return _LEAVE_OUT
    # The beginning of a longer text is another amount than the one that was meant.
    number = _NUMBER.fullmatch(trimmed) if len(trimmed) <= _LONGEST else None
    if number and number[2] == "K":
        return f'write: "{number[1]}Ki", or "{number[1]}k" for thousands'
    for spelled in _spelled(number[1].replace(",", "."), number[2]) if number else ():
        try:
            quantities.parse(spelled)
        except ValueError:
            continue
        return f'write: "{spelled}"'
    return 'write a number with a suffix that Kubernetes knows, such as "500m", "4" or "16Gi"'


def _spelled(amount: str, unit: str) -> list[str]:
    """Return what an amount with a misspelled unit may mean, the likeliest first."""
    slips = ((pattern.fullmatch(unit), better) for pattern, better in _SLIPS)
    units = [_cased(slip.expand(better)) for slip, better in slips if slip]
    return [amount + likely for likely in (*units, unit)]


def _cased(suffix: str) -> str:
    if len(suffix) == 1 and suffix.lower() == "k":
        return "k"
    return suffix[:1].upper() + suffix[1:].lower()


@lru_cache(maxsize=8192)
def amount_warning(name: str, amount: str) -> Finding | None:
    """Return why a valid amount of a resource is probably not meant. The path is the name."""
    if any(part in name for part in _IN_BYTES) and "/persistent" not in name:
        return _bytes_warning(name, amount)
    if "storageclass" in name or name.startswith("count/") or is_whole(name) or is_device(name):
        return _number_warning(name, amount, "pieces")
    return _number_warning(name, amount, "CPUs") if name.endswith("cpu") else None


def _bytes_warning(name: str, amount: str) -> Finding | None:
    value = quantities.parse(amount)
    if not value:
        return None
    if _FINER.fullmatch(amount):
        fraction = _FRACTIONS.get(amount[-1], "fractions")
        what = f"{name} is {amount}, which is in {fraction} of a byte"
        better = f'write: "{amount[:-1]}Mi" for mebibytes'
        remedy = better if amount[-1] in _FRACTIONS else _IN_MEBIBYTES
        return Finding("milli-bytes", what, remedy, (name,))
    if value < _MEBIBYTE and amount[-1:].isdigit():
        what = f"{name} is {amount}, which is {amount} bytes"
        better = f'write: "{amount}Gi" or "{amount}Mi", whichever is meant'
        return Finding("few-bytes", what, better if amount.isdigit() else _IN_MEBIBYTES, (name,))
    return None


def _number_warning(name: str, amount: str, unit: str) -> Finding | None:
    if _LARGER.fullmatch(amount) and quantities.parse(amount):
        what = f"{name} is {amount}, which is {int(quantities.parse(amount)):,} {unit}"
        return Finding("odd-unit", what, 'write the number alone, such as "4"', (name,))
    value = quantities.parse(amount)
    if unit == "CPUs" and value != quantities.stored(amount):
        rounded = quantities.canonical(amount, quantities.MILLI)
        what = f"{name} is {amount}, which Kubernetes rounds up to {rounded}"
        return Finding("too-fine", what, "write thousandths, such as 100m", (name,))
    if unit == "pieces" and value.denominator != 1:
        what = f"{name} is {amount}, and is counted in whole numbers"
        return Finding("not-whole", what, "write a whole number", (name,))
    return None
