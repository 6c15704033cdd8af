"""Lists: filters, order, pages and fields."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

from puhuri_server.forms import is_uuid, plain_uuid
from puhuri_server.http_types import Refusal, Reply, Request, detail, not_found

MOST = 300
USUAL = 10


def paged(request: Request, rows: list, shown) -> Reply:
    """Return one page of rows, with the headers that lead to the others.

    Args:
        shown: returns a row as answers have it.
    """
    size = _size(request.param("page_size"))
    count = max(1, -(-len(rows) // size))
    number = _number(request.param("page"), count)
    headers = {"X-Result-Count": str(len(rows)), "Link": _links(request, number, count)}
    page = rows[(number - 1) * size : number * size]
    return Reply(200, [fields(request, shown(row)) for row in page], headers)


def fields(request: Request, row: dict) -> dict:
    """Return the fields of a row that are asked for; all where none of them is known."""
    asked = set(request.params.get("field", [])) & set(row)
    return {name: value for name, value in row.items() if name in asked} if asked else row


def _size(text: str) -> int:
    size = int(text) if text.isdigit() else 0
    return min(size, MOST) or USUAL


def _number(text: str, count: int) -> int:
    if text in ("", "last"):
        return count if text else 1
    if not text.isdigit() or not 1 <= int(text) <= count:
        raise detail(404, "Invalid page.")
    return int(text)


def _links(request: Request, number: int, count: int) -> str:
    pages = {"first": 1, "prev": number - 1, "next": number + 1, "last": count}
    links = [
        f'<{_address(request, page)}>; rel="{name}"'
        for name, page in pages.items()
        if 1 <= page <= count
    ]
    return ", ".join(links)


def _address(request: Request, page: int) -> str:
    params = [
        (name, value)
        for name, values in request.params.items()
        for value in values
        if name != "page"
    ]
    if page > 1:
        params.append(("page", str(page)))
    query = urlencode(sorted(params, key=lambda param: param[0]))
    return request.url(request.path) + (f"?{query}" if query else "")


def with_uuid(rows, uuid):
    """Return the row with a uuid in any way of writing, None for none."""
    wanted = plain_uuid(uuid) if is_uuid(uuid) else None
    return next((row for row in rows if row.uuid == wanted), None)


def found(rows, uuid, model):
    """Return the row with a uuid.

    Raises:
        Refusal: there is none that the caller may see.
    """
    row = with_uuid(rows, uuid)
    if row is None:
        raise not_found(model)
    return row


def accepted(rows, request, name, accepts):
    """Return the rows that a filter accepts; all if it is empty.

    Args:
        accepts: whether a row has what the text of the filter asks for.
    """
    text = request.param(name)
    return [row for row in rows if accepts(row, text)] if text else rows


def contains(rows, request, name, get):
    """Return the rows whose text has a part, small and capital letters alike."""
    return accepted(rows, request, name, lambda row, part: part.lower() in get(row).lower())


def exact(rows, request, name, get):
    """Return the rows whose text is the same."""
    return accepted(rows, request, name, lambda row, text: get(row) == text)


def by_uuid(rows, request, name, get, *, many=False):
    """Return the rows with a uuid; several are separated by commas where `many`."""
    text = request.param(name)
    if not text:
        return rows
    uuids = text.split(",") if many else [text]
    if not all(map(is_uuid, uuids)):
        raise Refusal(400, {name: ["Enter a valid UUID."]})
    wanted = set(map(plain_uuid, uuids))
    return [row for row in rows if get(row) in wanted]


def by_choice(rows, request, name, get, choices):
    """Return the rows with one of the asked values, each of which must be a known one."""
    asked = [value for value in request.params.get(name, []) if value]
    for value in asked:
        if value not in choices:
            text = f"Select a valid choice. {value} is not one of the available choices."
            raise Refusal(400, {name: [text]})
    return [row for row in rows if get(row) in asked] if asked else rows


def by_url(rows, request, name, get):
    """Return the rows that refer to the object with a URL; nothing for another URL."""
    return accepted(rows, request, name, lambda row, url: request.url(get(row)) == url)


def since(rows, request, name, get):
    """Return the rows with a time that is not before a moment."""
    text = request.param(name)
    if not text:
        return rows
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, {name: ["Enter a valid date/time."]}) from None
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    return [row for row in rows if get(row) >= moment]


def day_of(request: Request, name: str) -> date | None:
    """Return a date of a filter."""
    text = request.param(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal(400, {name: ["Enter a valid date."]}) from None


def ordered(rows, request, keys, usual, *, strict=True):
    """Return rows in the order that is asked for.

    Args:
        keys: functions by the names of orders.
        strict: whether an unknown order is refused.
    """
    names = request.param("o").split(",") if request.param("o") else []
    known = [name for name in names if name.lstrip("-") in keys]
    if strict and known != names:
        name = next(name for name in names if name not in known)
        text = f"Select a valid choice. {name} is not one of the available choices."
        raise Refusal(400, {"o": [text]})
    for name in reversed(known or [usual]):
        rows = sorted(rows, key=keys[name.lstrip("-")], reverse=name.startswith("-"))
    return rows
