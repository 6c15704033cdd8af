"""Kubernetes quantities as Go parses and writes them: `1000m` becomes `1`, `1e3` and `+2` stay.

Source: k8s.io/apimachinery, pkg/api/resource/quantity.go; the table in the tests is what a real
server answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

FORMAT_WRONG = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
SUFFIX_WRONG = "unable to parse quantity's suffix"

_SHAPE = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)\Z")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_SI = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)\Z")
_MAX_BINARY = 2**63 - 1
_FAST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Quantity:
    """A parsed quantity: value, family (`SI`, `e` or `binary`), and text where Go keeps it."""

    value: Fraction
    family: str
    text: str = ""

    def __str__(self) -> str:
        return self.text or _canonical(self.value, self.family)

    def rounded_up(self, exponent: int) -> Quantity:
        """Return it with no more digits than 10**exponent, away from zero."""
        unit = Fraction(10) ** exponent
        if (self.value / unit).denominator == 1:
            return self
        count = abs(self.value) // unit + 1
        return Quantity(unit * (count if self.value > 0 else -count), self.family)


def parse(given: object) -> Quantity:
    """Parse a quantity of JSON (text, number or null).

    Raises:
        ValueError: in Go's words, if Kubernetes refuses it.
    """
    if given is None:
        return Quantity(Fraction(0), "SI", "0")
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError(FORMAT_WRONG)
    text = given.strip() if isinstance(given, str) else _number(given)
    shape = _SHAPE.match(text)
    if not shape or not text:
        raise ValueError(FORMAT_WRONG)
    sign, whole, part, suffix = shape.group(1), shape.group(2), shape.group(3) or "", shape.group(4)
    family, base, exponent = _suffix(suffix)
    value = Fraction(int((whole + part) or "0")) / 10 ** len(part) * Fraction(base) ** exponent
    if kept := _kept(text, whole or "0", part, family, exponent):
        return Quantity(-value if sign == "-" else value, family, kept)
    if value:
        value = Quantity(value, family).rounded_up(-9).value
    if family == "binary":
        value = min(value, Fraction(_MAX_BINARY))
        family = "SI" if 0 < value < 1 else family
    return Quantity(-value if sign == "-" else value, family)


def canonical(given: object) -> str:
    """Return the quantity as Go writes it after reading it once."""
    return str(parse(given))


def _number(given: float) -> str:
    return str(given) if isinstance(given, int) else repr(given).removesuffix(".0")


def _suffix(suffix: str) -> tuple[str, int, int]:
    if suffix in _DECIMAL:
        return "SI", 10, _DECIMAL[suffix]
    if suffix in _BINARY:
        return "binary", 2, _BINARY[suffix]
    if exponent := _EXPONENT.match(suffix):
        return "e", 10, int(exponent.group(1))
    raise ValueError(SUFFIX_WRONG)


def _kept(text: str, whole: str, part: str, family: str, exponent: int) -> str:
    """Return the text if Go finds it canonical at a glance and keeps it, else nothing."""
    digits = whole + part
    if family == "binary":
        room = 15 - len(whole) - int(exponent * 3 / 10) - 1
        fast = not part and room >= 0
        return text if fast and int(digits) & 7 else ""
    scale = exponent - len(part)
    fast = len(digits) <= _FAST_DIGITS and scale >= -9
    if fast and scale % 3 == 0 and not digits.endswith("000") and not digits.startswith("0"):
        return text
    return ""


def _canonical(value: Fraction, family: str) -> str:
    if not value:
        return "0"
    if family == "binary" and abs(value) >= 1024 and value.denominator == 1:
        number, power = int(value), 0
        while number % 1024 == 0:
            number, power = number // 1024, power + 10
        return f"{number}{next((name for name, bits in _BINARY.items() if bits == power), '')}"
    exponent = -9
    number = int(value * 10**9)
    while number % 1000 == 0:
        number, exponent = number // 1000, exponent + 3
    if family == "e":
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_SI.get(exponent, '')}"  # 1000E becomes 1: so it does in Go
