"""Quantities as Kubernetes reads them, compared by value.

Source of the rules: https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
(`ParseQuantity`) and the pattern of the Profile CRD, which is a little narrower.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

_FORM = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_LARGEST_BINARY = Fraction(2**63 - 1)
_LONGEST = 100
_LARGEST_EXPONENT = 60
_SMALLEST_EXPONENT = -400  # further down all round up to 1n, at any length that we read
_NANO = 10**9


@lru_cache(maxsize=65536, typed=True)
def parse(value: str | int) -> Fraction:
    """Return the exact value of a quantity, rounded away from zero to 1n as Kubernetes does.

    Raises:
        ValueError: Kubernetes would refuse it. Negative values are well-formed, so they are returned.
    """
    form = _FORM.fullmatch(str(value)) if len(str(value)) <= _LONGEST else None
    if form is None or isinstance(value, bool):
        raise ValueError(f"{value!r} is no quantity")
    sign, digits, suffix = form.group(1), form.group(2), form.group(3) or ""
    amount = Fraction(digits.rstrip(".") or "0") * _factor(suffix)
    amount = Fraction(ceil(amount * _NANO), _NANO)
    if suffix in _BINARY:
        amount = min(amount, _LARGEST_BINARY)
    return -amount if sign == "-" else amount


def _factor(suffix: str) -> Fraction:
    if suffix in _BINARY:
        return Fraction(2 ** _BINARY[suffix])
    exponent = _DECIMAL[suffix] if suffix in _DECIMAL else max(int(suffix[1:]), _SMALLEST_EXPONENT)
    if exponent > _LARGEST_EXPONENT:
        raise ValueError(f"the exponent of {suffix!r} is too large")
    return Fraction(10) ** exponent


def same(one: str | int, other: str | int) -> bool:
    """Tell whether two spellings mean one value, as `1000m` and `1` do. What is no quantity equals only itself."""
    if one == other:
        return True
    try:
        return parse(one) == parse(other)
    except ValueError:
        return False


def milli(value: str | int) -> Fraction:
    """Return the value rounded away from zero to 1/1000, as a ResourceQuota stores it (a Profile keeps `100u`).

    Raises:
        ValueError: Kubernetes would refuse the quantity.
    """
    exact = parse(value) * 1000
    return Fraction(ceil(exact) if exact > 0 else floor(exact), 1000)
