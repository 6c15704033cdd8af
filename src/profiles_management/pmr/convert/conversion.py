"""The conversion: edit and read again until nothing is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

import yaml

from profiles_management.pmr import documents
from profiles_management.pmr.convert import (
    automator,
    editing,
    plain_yaml,
    remaining_errors,
    text_parts,
)
from profiles_management.pmr.convert.edits import Edit
from profiles_management.pmr.convert.text_parts import Part
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import shortened
from profiles_management.pmr.problems import DocumentError
from profiles_management.pmr.reading import LARGEST, Unreadable, decode, from_json
from profiles_management.pmr.rules import Rules

_MOST_ROUNDS: Final = 100
_ENDLESS: Final = frozenset({"recursive-alias", "unknown-alias"})
_NO_RULES: Final = Rules()


@dataclass(frozen=True, slots=True)
class Conversion:
    """A document that `loads` accepts.

    Attributes:
        text: the document, with a comment at each change.
        changes: the number of changes.
        left_out: profiles and contributors that a PMR cannot name. They are comments now:
            `profile Kube`, `contributor *@example.com of ml`.
    """

    text: str
    changes: int = 0
    left_out: tuple[str, ...] = ()


def convert(
    document: str | bytes, *, name: str = "<text>", rules: Rules = _NO_RULES, limit: int = LARGEST
) -> Conversion:
    """Return a document of github-profiles-automator as a PMR. A PMR stays unchanged.

    Args:
        document: YAML or JSON; bytes are UTF-8.
        name: the name of the document in problems.
        rules: what this installation allows.
        limit: the most bytes of a document.

    Raises:
        DocumentError: the document cannot be read, or none of its profiles can be kept. The
            problems are those of the given document.
    """
    try:
        documents.loads(document, name=name, rules=rules, limit=limit)
    except DocumentError as error:
        return _converted(document, rules, error, limit)
    return Conversion(decode(document, limit))


def _converted(document: str | bytes, rules: Rules, error: DocumentError, limit: int) -> Conversion:
    """Return a document that is refused as a PMR; raise what it was refused with if that fails."""
    try:
        text = from_json(decode(document, limit))
    except Unreadable:
        raise error from None
    return _Converting(text, rules, error).run()


class _Converting:
    """The conversion of one document.

    Args:
        text: the document.
        rules: what this installation allows.
        error: what is wrong with it, to raise if it cannot be converted.
    """

    def __init__(self, text: str, rules: Rules, error: DocumentError) -> None:
        self.text = text
        self.rules = rules
        self.error = error
        self.changes = 0
        self.left_out: list[str] = []
        self.is_rewritten = False

    def run(self) -> Conversion:
        """Return the document as soon as nothing in it is refused."""
        for _ in range(_MOST_ROUNDS):
            findings = self._refused()
            if not findings:
                return self._result()
            self._round(findings)
        raise self.error

    def _refused(self) -> list[Finding]:
        """Return what is refused in the document as it is now."""
        findings = documents.refused(self.text, self.rules)
        if findings is None:
            raise self.error
        codes = {finding.code for finding in findings}
        if codes & _ENDLESS:
            raise self.error
        return findings

    def _round(self, findings: list[Finding]) -> None:
        root = self._parts()
        known = [*automator.edits(root)]
        edits = known or [*remaining_errors.edits(root, findings)]
        if plain_yaml.is_needed(root, findings, edits):
            self._rewrite()
            return
        applied = editing.apply(self.text, edits)
        if not applied.edits:
            raise self.error
        self.text = applied.text
        self.changes += sum(len(edit.removals) for edit in applied.edits)
        if not known:
            self.left_out += _left_out(applied.edits)

    def _parts(self) -> Part:
        try:
            root = text_parts.read(self.text)
        except yaml.YAMLError:
            raise self.error from None
        if not root.values("profiles", kind="seq"):
            raise self.error
        return root

    def _rewrite(self) -> None:
        if self.is_rewritten:
            raise self.error
        try:
            self.text = plain_yaml.rewritten(self.text)
        except (yaml.YAMLError, TypeError, ValueError, OverflowError):
            raise self.error from None
        self.is_rewritten = True
        self.changes += 1

    def _result(self) -> Conversion:
        kept = documents.loads(self.text, rules=self.rules).profiles
        if self.left_out and not kept:
            raise self.error
        return Conversion(self.text, self.changes, tuple(self.left_out))


def _left_out(edits: list[Edit]) -> Iterator[str]:
    """Yield the profiles and contributors that edits remove."""
    removals = chain.from_iterable(edit.removals for edit in edits)
    for part in (removal.part for removal in removals):
        match part.path:
            case ("profiles", int()):
                yield f"profile {_name(part)}"
            case ("profiles", int(), "contributors", int()):
                _, _, profile, *_ = part.with_ancestors()
                yield f"contributor {_name(part)} of {_name(profile)}"


def _name(part: Part) -> str:
    """Return the name in a part; the value of a name may be no text."""
    if part.get("name") is None:
        return "without a name"
    return shortened(part.text_at("name"))
