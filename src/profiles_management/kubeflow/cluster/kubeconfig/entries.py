"""The entries of a kubeconfig, read field by field.

A kubeconfig has credentials: an error names the file, the entry and the field, and never repeats a
value.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from profiles_management.kubeflow.cluster.http import UNFIT, is_token
from profiles_management.kubeflow.cluster_errors import ClusterError, reason_of
from profiles_management.pmr.redaction import shown
from profiles_management.reconcile.lines import printable

_FLAGS = dict.fromkeys(("true", "yes", "on"), True) | dict.fromkeys(
    ("false", "no", "off", ""), False
)
_PLACEHOLDER = re.compile(r"<[^<>]++>|\$\{?[A-Za-z_]\w*+\}?|\{\{[^{}]*+\}\}")
_OMITTED = frozenset({"REDACTED", "DATA+OMITTED"})
_HIDDEN = "was hidden by kubectl config view. Write the file with: kubectl config view --raw"


class Fields(dict[str, Any]):
    """A mapping of a kubeconfig.

    Attributes:
        line: the line that it begins in, from 1.
        lines: the line of each key.
    """

    line: int = 0
    lines: Mapping[str, int] = {}


def line_in(fields: Mapping[str, Any], key: str = "") -> int:
    """Return the line of a key, or of the mapping if it lacks the key; 0 if it is not known."""
    if not isinstance(fields, Fields):
        return 0
    return fields.lines.get(key) or fields.line


def in_line(number: int) -> str:
    """Return a line's number in brackets, '' for 0."""
    if not number:
        return ""
    return f" (line {number})"


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A cluster, a user or a context of a kubeconfig, or a mapping within one.

    Attributes:
        kind: `cluster`, `user` or `context`.
        file: the kubeconfig, as messages show it.
        folder: the folder that relative paths start from.
        fields: the content: texts, lists, mappings and None.
        within: the fields that lead to it, such as `exec.`.
    """

    kind: str
    name: str
    file: str
    folder: Path
    fields: Mapping[str, Any] = field(default_factory=dict)
    within: str = ""

    def __str__(self) -> str:
        return f"the {self.kind} {printable(repr(self.name))} in the kubeconfig {self.file}"

    def refusal(self, key: str, what: str, *, at: str = "") -> ClusterError:
        """Return the error for a field, or for the whole entry where `key` is empty; with the line.

        Args:
            key: the field.
            what: the rest of the sentence.
            at: the field whose line is shown, by default `key`.
        """
        place = f"{self.within}{key} of {self}"
        if not key:
            place = f"T{str(self)[1:]}"
        return ClusterError(f"{place}{in_line(line_in(self.fields, at or key))} {what}")

    def text(self, key: str, *, around: str | None = None) -> str:
        """Return a text; empty where it is absent or null.

        Args:
            key: the field.
            around: the characters to strip from both ends; by default blanks and line ends.
        """
        value = self.fields.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.refusal(key, "is not text.")
        if "\0" in value:
            raise self.refusal(key, "contains a NUL character.")
        return value.strip(around)

    def has_placeholder(self, key: str) -> bool:
        """Return whether a text has a placeholder, such as `<HOST>`, `${HOST}` or `{{ host }}`."""
        return _PLACEHOLDER.search(self.text(key)) is not None

    def flag(self, key: str) -> bool:
        """Return true or false; false where it is absent or null."""
        flag = _FLAGS.get(self.text(key).lower())
        if flag is None:
            raise self.refusal(key, "is neither true nor false.")
        return flag

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty where it is absent or null."""
        return self._items(key, str, "texts")

    def mappings(self, key: str) -> tuple["Entry", ...]:
        """Return a list of mappings; empty where it is absent or null."""
        items: tuple[Mapping[str, Any], ...] = self._items(key, Mapping, "mappings")
        return tuple(replace(self, fields=item, within=f"{self.within}{key}.") for item in items)

    def _items(self, key: str, kind: type, kinds: str) -> tuple[Any, ...]:
        """Return a list whose items are of one kind; empty where it is absent or null."""
        items = self.fields.get(key)
        if items is None:
            return ()
        if not isinstance(items, list | tuple) or not all(isinstance(item, kind) for item in items):
            raise self.refusal(key, f"is not a list of {kinds}.")
        return tuple(items)

    def mapping(self, key: str) -> "Entry | None":
        """Return a mapping; None where it is absent or null."""
        value = self.fields.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.refusal(key, "is not a mapping.")
        return replace(self, fields=value, within=f"{self.within}{key}.")

    def token(self, key: str) -> str:
        """Return a token that fits in a header, without blanks and line ends around it."""
        token = self.text(key)
        if token in _OMITTED:
            raise self.refusal(key, _HIDDEN)
        if _PLACEHOLDER.fullmatch(token):
            raise self.refusal(key, "is a placeholder. Write the token.")
        if token and not is_token(token):
            raise self.refusal(key, f"contains {UNFIT}.")
        return token

    def path(self, key: str) -> Path | None:
        """Return the path of a file; None where the field is absent.

        A relative path starts from the folder of the kubeconfig, as for kubectl.
        """
        text = self.text(key)
        if not text:
            return None
        return self.folder / text

    def content(self, key: str) -> bytes:
        """Return the content of the file that a field names; empty where the field is absent."""
        path = self.path(key)
        if path is None:
            return b""
        try:
            return path.read_bytes()
        except (OSError, ValueError) as error:
            why = reason_of(error, "it is not a path")
            raise self.refusal(key, f"names {shown(path)}, which cannot be read: {why}.") from None

    def data_or_content(self, key: str) -> bytes:
        """Return the content of `KEY-data`, which is in base64, or of the file that `KEY` names."""
        data = self.text(f"{key}-data")
        if not data:
            return self.content(key)
        if self.text(key):
            raise self.refusal(
                key, f"is given twice: as a file and as {key}-data. Keep one of the two."
            )
        if data in _OMITTED:
            raise self.refusal(f"{key}-data", _HIDDEN)
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise self.refusal(f"{key}-data", "is not base64.") from None
