"""Quantities in every spelling of Kubernetes: known special ones and random ones."""

import random

SPECIAL = (
    "0", "00", "0.0", "0Gi", "0m", "0e3",
    "1", "+2", "01", "1.", "1.Ki", "1.0", "1.5", "1.500", "1.234", ".5", "0.5", "+.5",
    "999", "1000", "1024", "1500", "1000000", "1073741824", "1000m", "1500m", "2000m", "1m", "1u", "1n", "999n",
    "0.1m", "0.0001", "0.0000001", "0.1n", "1e-9", "1e-10", "1e-300", "1.0001", "1.00001", "100u", "100100u",
    "1e3", "1E3", "1e+3", "1e-3", "10e2", "1000e0", "1e0", "1.5e3", "15e-1", "1e-4", "1e-6", "1e18", "1e21", "1e60",
    "1k", "1000k", "1024k", "1M", "1G", "1000G", "1T", "1P", "1E", "999E", "1500E", "1000E", "12000E", "0.001E",
    "1Ki", "8Ki", "512Ki", "1000Ki", "1024Ki", "1024Mi", "2048Mi", "1536Mi", "1Gi", "1.5Gi", "0.5Gi", "0.1Gi",
    "0.0001Ki", "0.5Ki", "1.1Ki", "1.00001Ki", "1Ti", "1Pi", "3Pi", "1Ei", "7Ei", "8Ei", "100Ei", "0.5Ei",
    "999999999999999999", "1000000000000000000", "9223372036854775807", "9223372036854775808",
    "1000000000000000000000", "123456789012345678901234567890", "0.123456789123456789",
)  # fmt: skip

_SUFFIXES = (
    "",
    "",
    "n",
    "u",
    "m",
    "k",
    "M",
    "G",
    "T",
    "P",
    "E",
    "Ki",
    "Mi",
    "Gi",
    "Ti",
    "Pi",
    "Ei",
    "e",
    "E",
)
_NUMBERS = (
    0,
    1,
    2,
    5,
    8,
    10,
    15,
    16,
    100,
    500,
    512,
    1000,
    1024,
    1536,
    2048,
    10_000,
    1_000_000,
    1_048_576,
)
_EXPONENTS = (0, 1, 2, 3, 4, 6, 9, 12, 15, 18, 20, 21, 24)


def written(number: int, *, seed: int = 20261126) -> tuple[str, ...]:
    """Return spellings of quantities, special ones first; always the same for one seed."""
    chance = random.Random(seed)
    found = dict.fromkeys(SPECIAL)
    while len(found) < number:
        found[_drawn(chance)] = None
    return tuple(found)[:number]


def _drawn(chance: random.Random) -> str:
    whole = str(chance.choice((*_NUMBERS, chance.randrange(10 ** chance.randrange(1, 22)))))
    zeros = "0" * chance.choice((0, 0, 0, 0, 1, 2))
    part = (
        "." + "".join(chance.choices("0001235", k=chance.randrange(12)))
        if chance.random() < 0.4
        else ""
    )
    suffix = chance.choice(_SUFFIXES)
    if suffix in ("e", "E") and chance.random() < 0.8:
        suffix += f"{chance.choice(('', '+', '-'))}{chance.choice(_EXPONENTS)}"
    text = f"{chance.choice(('', '', '', '+'))}{zeros}{whole}{part}{suffix}"
    return f"{text}3" if text.endswith("e") else text
