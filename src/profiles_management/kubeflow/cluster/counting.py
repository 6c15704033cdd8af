"""How many objects a list has of which only one was asked for. Pure.

Source:
https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

import msgspec


class _ListMeta(msgspec.Struct, rename="camel"):
    remaining_item_count: int = 0


class _List(msgspec.Struct):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None = None


_DECODER = msgspec.json.Decoder(_List)


def counted(content: bytes) -> int:
    """Return how many objects a list has, given as JSON; what the server does not count is left out.

    Raises:
        msgspec.DecodeError: it is not a list.
    """
    found = _DECODER.decode(content)
    return len(found.items or ()) + max(0, found.metadata.remaining_item_count)
