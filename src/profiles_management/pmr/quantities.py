"""Quantities as Kubernetes reads them, compares them and prints them.

Sources: `ParseQuantity`, `String` and `RoundUp` in
https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go, and the pattern
of the Profile CRD, which is a little narrower.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Final, NamedTuple

NANO: Final = -9
MILLI: Final = -3

_FORM = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_EXPONENTS = {**_DECIMAL, **_BINARY}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX = {exponent: suffix for suffix, exponent in _BINARY.items()}
_LARGEST_BINARY = Fraction(2**63 - 1)
_LONGEST = 100
_LARGEST_MAGNITUDE = 100  # digits before the decimal point
_SMALLEST_EXPONENT = -400  # further down all round up to 1n, at any length that we read
_KIBI = 1024
_MOST_DIGITS = 18  # of a number that Go holds in 64 bits and may print as it was written


class _Written(NamedTuple):
    """A quantity as it is written: the number is `whole.part`, without leading zeros."""

    negative: bool
    whole: str
    part: str
    suffix: str

    @property
    def exponent(self) -> int:
        """The power of 2 of a binary suffix, else the power of 10."""
        known = _EXPONENTS.get(self.suffix)
        return int(self.suffix[1:]) if known is None else known

    @property
    def value(self) -> Fraction:
        """The exact value, of which Kubernetes keeps nine decimal places."""
        base = 2 if self.suffix in _BINARY else 10
        number = Fraction(int(self.whole + self.part), 10 ** len(self.part))
        return number * Fraction(base) ** max(self.exponent, _SMALLEST_EXPONENT)

    @property
    def is_printed_as_written(self) -> bool:
        """Whether Go takes the text for canonical at first sight and prints it unchanged: `+2`."""
        if self.suffix in _BINARY:
            room = 14 - len(self.whole) - self.exponent * 3 // 10
            return not self.part and room >= 0 and int(self.whole) % 8 != 0
        digits = self.whole + self.part
        scale = self.exponent - len(self.part)
        short = len(digits) <= _MOST_DIGITS and scale >= NANO and scale % 3 == 0
        return short and not digits.startswith("0") and not digits.endswith("000")


def _written(value: str | int) -> _Written:
    text = str(value)
    form = _FORM.fullmatch(text)
    if form is None or len(text) > _LONGEST:
        raise ValueError(f"{value!r} is not a quantity")
    sign, number, suffix = form.groups(default="")
    whole, _, part = number.partition(".")
    written = _Written(sign == "-", whole.lstrip("0") or "0", part, suffix)
    if written.suffix not in _BINARY and written.exponent + len(written.whole) > _LARGEST_MAGNITUDE:
        raise ValueError(f"{value!r} is too large")
    return written


@lru_cache(maxsize=65536, typed=True)
def parse(value: str | int) -> Fraction:
    """Return the exact value of a quantity, rounded away from zero to 1n as Kubernetes does.

    Raises:
        ValueError: Kubernetes would refuse it. Negative values are well-formed and returned.
    """
    written = _written(value)
    amount = _rounded_up(written.value, NANO)
    if written.suffix in _BINARY:
        amount = min(amount, _LARGEST_BINARY)
    return -amount if written.negative else amount


def is_quantity(text: str) -> bool:
    """Return whether Kubernetes accepts a text as a quantity."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _rounded_up(amount: Fraction, exponent: int) -> Fraction:
    """Round away from zero to a multiple of a power of ten below 1."""
    units: int = 10**-exponent
    count = ceil(abs(amount) * units)
    return Fraction(count if amount > 0 else -count, units)


@lru_cache(maxsize=65536, typed=True)
def stored(value: str | int) -> Fraction:
    """Return the value that a ResourceQuota and a LimitRange store: rounded away from zero to 1m.

    A Profile keeps `100u`, its ResourceQuota has `1m`. Source: `SetDefaults_ResourceList` in
    kubernetes, pkg/apis/core/v1/defaults.go.

    Raises:
        ValueError: Kubernetes would refuse the quantity.
    """
    return _rounded_up(parse(value), MILLI)


def same(first: str | int, second: str | int) -> bool:
    """Return whether Kubernetes stores two spellings as one value, as `1000m` and `1`.

    A text that is not a quantity equals only itself.
    """
    if first == second:
        return True
    try:
        return stored(first) == stored(second)
    except ValueError:
        return False


@lru_cache(maxsize=65536, typed=True)
def canonical(value: str | int, exponent: int = NANO) -> str:
    """Return a quantity as Kubernetes prints it: `1000m` as `1`, `1024Mi` as `1Gi`.

    Kubernetes prints the returned text unchanged. It loses the size of a number of 1000E and more
    with an SI suffix or none; such a number is returned with an exponent, which is safe.

    Args:
        value: a quantity, or a whole number.
        exponent: the finest decimal place that is kept: NANO in a Profile, MILLI in a
            ResourceQuota or LimitRange.

    Raises:
        ValueError: Kubernetes would refuse it.
    """
    written, exact = _written(value), parse(value)
    amount = _rounded_up(exact, exponent)
    if amount == exact and written.is_printed_as_written:
        return str(value)
    sign = "-" if amount < 0 else ""
    return sign + _printed(abs(amount), written.suffix)


def _printed(amount: Fraction, suffix: str) -> str:
    if not amount:
        return "0"
    if suffix in _BINARY and amount >= _KIBI and amount.denominator == 1:
        number, power = _without_factors(int(amount), _KIBI)
        return f"{number}{_BINARY_SUFFIX.get(power * 10, '')}"
    number, power = _without_factors(int(amount * 10**-NANO), 1000)
    exponent = power * 3 + NANO
    if exponent == 0:
        return str(number)
    has_exponent = suffix not in _EXPONENTS
    if has_exponent or exponent not in _DECIMAL_SUFFIX:
        return f"{number}e{exponent}"
    return f"{number}{_DECIMAL_SUFFIX[exponent]}"


def _without_factors(number: int, factor: int) -> tuple[int, int]:
    """Return a positive number without a factor, and how often the factor was in it."""
    times = 0
    while number % factor == 0:
        number, times = number // factor, times + 1
    return number, times
