"""The number of objects in a list of which only one was requested. Pure.

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
    """Return the number of objects in a list, given as JSON.

    Without the server's count of remaining objects, it is the number of the listed ones.

    Raises:
        msgspec.DecodeError: it is not a list.
    """
    page = _DECODER.decode(content)
    return len(page.items or ()) + max(0, page.metadata.remaining_item_count)
