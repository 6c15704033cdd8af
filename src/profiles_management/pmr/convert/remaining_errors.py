"""Edits for what `loads` still refuses: the smallest possible part becomes a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from profiles_management.pmr.convert.edits import Edit, remove
from profiles_management.pmr.convert.text_parts import Part
from profiles_management.pmr.model import Finding, Path

# Keys that cannot be removed alone, by the keys of the path to their mapping: without them, the
# mapping is incomplete or grants more.
_NEEDED: Final = {
    ("profiles",): ("name", "owner"),
    ("profiles", "owner"): ("kind", "name"),
    ("profiles", "contributors"): ("name", "role", "kind", "until"),
    ("profiles", "resources", "scopeSelector"): ("matchExpressions",),
    ("profiles", "resources", "scope_selector"): ("match_expressions",),
    ("profiles", "plugins"): ("kind",),
    ("profiles", "limitRange", "limits"): ("type",),
}
_CONDITIONS: Final = (["matchExpressions"], ["match_expressions"])
_FRAME: Final[tuple[Path, ...]] = ((), ("profiles",))


def edits(root: Part, findings: Iterable[Finding]) -> Iterator[Edit]:
    """Yield the removal of each part that is refused.

    Args:
        root: the document.
        findings: what `loads` refuses in it; paths start at the top.
    """
    for finding in findings:
        part = _removable(root.at(finding.path))
        if part is not None:
            yield remove(part, f"{finding.what}; {finding.remedy}")


def _removable(part: Part) -> Part | None:
    """Return the smallest part around a place that the document can do without, None for none."""
    for around in part.with_ancestors():
        if around.path in _FRAME:
            return None
        if around.is_item or not _is_needed(around.path):
            return around
    return None


def _is_needed(path: Path) -> bool:
    """Return whether the rest of a mapping needs the entry at a path."""
    *mapping, name = [step for step in path if isinstance(step, str)]
    in_condition = mapping[-1:] in _CONDITIONS
    return in_condition or name in _NEEDED.get(tuple(mapping), ())
