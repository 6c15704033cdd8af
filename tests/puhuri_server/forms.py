"""Bodies of writes, checked field by field with the texts of the framework of the portal."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from puhuri_server.http_types import Refusal

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
UUID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE
)
_DATE_TIME = (
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DD, YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MISSING = object()


class Form:
    """A body that is checked; what is wrong is collected."""

    def __init__(self, body: dict, *, partial: bool = False) -> None:
        self.body = body
        self.partial = partial
        self.errors: dict = {}

    def has(self, name: str) -> bool:
        """Return whether a field is there."""
        return name in self.body

    def check(self) -> None:
        """Refuse the body if anything was wrong."""
        if self.errors:
            raise Refusal(400, self.errors)

    def wrong(self, name: str, *texts: str) -> None:
        """Note what is wrong with a field."""
        self.errors[name] = list(texts)

    def value(self, name: str, *, required: bool = False, null: bool = False) -> object:
        """Return a field, None where it is left out or wrong."""
        value = self.body.get(name, _MISSING)
        if value is _MISSING:
            if required and not self.partial:
                self.wrong(name, REQUIRED)
            return None
        if value is None and not null:
            self.wrong(name, NULL)
        return value

    def text(self, name, *, longest=None, required=False, blank=True):
        """Return a text without white space around it."""
        value = self.value(name, required=required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong(name, "Not a valid string.")
            return None
        text = str(value).strip()
        if "\0" in text:
            self.wrong(name, "Null characters are not allowed.")
        elif not text and not blank:
            self.wrong(name, BLANK)
        elif longest is not None and len(text) > longest:
            self.wrong(name, f"Ensure this field has no more than {longest} characters.")
        return text

    def map(self, name, *, required=False):
        """Return a map, an empty one for none."""
        value = self.value(name, required=required)
        if value is not None and not isinstance(value, dict):
            kind = type(value).__name__
            self.wrong(name, f'Expected a dictionary of items but got type "{kind}".')
        return value if isinstance(value, dict) else {}

    def day(self, name):
        """Return a date."""
        value = self.value(name, null=True)
        if value is None:
            return None
        if isinstance(value, str) and _DAY.fullmatch(value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        self.wrong(name, _DATE)
        return None

    def moment(self, name):
        """Return a date with a time; without a zone it is UTC."""
        value = self.value(name, null=True)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            self.wrong(name, _DATE_TIME)
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def link(self, name, path, rows, *, others=(), required=True):
        """Return the object that a URL refers to.

        Args:
            path: a pattern of the path, with the uuid as its group.
            rows: what the caller may refer to.
            others: patterns of paths that are URLs of something else.
        """
        value = self.value(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            kind = type(value).__name__
            self.wrong(name, f"Incorrect type. Expected URL string, received {kind}.")
            return None
        place = urlsplit(value).path
        match = re.fullmatch(path, place)
        if match is None:
            is_other = any(re.fullmatch(other, place) for other in others)
            self.wrong(name, f"Invalid hyperlink - {'Incorrect' if is_other else 'No'} URL match.")
            return None
        for row in rows:
            if row.uuid == match[1]:
                return row
        self.wrong(name, "Invalid hyperlink - Object does not exist.")
        return None


def is_uuid(text: object) -> bool:
    """Return whether a text is a uuid."""
    return isinstance(text, str) and UUID.fullmatch(text) is not None


def plain_uuid(text: str) -> str:
    """Return a uuid without dashes in small letters."""
    return text.replace("-", "").lower()


def written(moment: datetime | None) -> str | None:
    """Return a moment as answers have it."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
