"""The number of random cases of a fuzzer: few in `make test`, more with FUZZ.

    FUZZ=100 FUZZ_SEED=7 .venv/bin/python -m pytest tests/attacks -k fuzz --timeout 0

runs a hundred times as many cases, with another seed. A failure prints the round; the same seed
gives the same rounds.
"""

import os
import random
from collections.abc import Iterator

from mangled import SEED

TIMES = int(os.environ.get("FUZZ", "1"))
_SEED = int(os.environ.get("FUZZ_SEED", SEED))


def rounds(number: int, name: str) -> Iterator[random.Random]:
    """Yield one source of chance for each round; `name` keeps fuzzers apart."""
    for each in range(number * TIMES):
        yield random.Random(f"{_SEED} {name} {each}")


def changed(text: bytes, chance: random.Random, pieces: tuple[bytes, ...] = ()) -> bytes:
    """Return a text with one to three changes: bytes replaced, removed, inserted or cut off."""
    mangled = bytearray(text)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(mangled) + 1)
        match chance.randrange(5 if pieces else 4):
            case 0:
                mangled[at : at + 1] = chance.randbytes(1)
            case 1:
                del mangled[at : at + chance.randrange(1, 9)]
            case 2:
                mangled[at:at] = chance.randbytes(chance.randrange(1, 9))
            case 3 if chance.random() < 1 / 3:
                del mangled[at:]
            case _ if pieces:
                mangled[at:at] = chance.choice(pieces)
            case _:
                mangled[at:at] = mangled[at : at + 20]
    return bytes(mangled)
