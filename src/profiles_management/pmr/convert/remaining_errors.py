"""What our document still cannot say: it becomes a comment, as little of it as possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from profiles_management.pmr.convert.edits import Edit, remove
from profiles_management.pmr.convert.text_parts import Part
from profiles_management.pmr.model import Finding

# Keys without which what holds them means nothing or gives more, by the keys that lead there.
_NEEDED: Final = {
    ("profiles",): ("name", "owner"),
    ("profiles", "owner"): ("kind", "name"),
    ("profiles", "contributors"): ("name", "role", "kind", "until"),
    ("profiles", "resources", "scopeSelector"): ("matchExpressions",),
    ("profiles", "resources", "scope_selector"): ("match_expressions",),
    ("profiles", "plugins"): ("kind",),
    ("profiles", "limitRange", "limits"): ("type",),
}
_CONDITIONS: Final = ("matchExpressions", "match_expressions")


def edits(root: Part, findings: Iterable[Finding]) -> Iterator[Edit]:
    """Yield the removal of each part that is refused.

    Args:
        root: the document.
        findings: what our reader refuses in it; paths start at the top.
    """
    for finding in findings:
        part = _removable(root.at(finding.path))
        if part is not None:
            yield remove(part, f"{finding.what}; {finding.remedy}")


def _removable(part: Part) -> Part | None:
    """Return the smallest part around a place that the rest can do without, None for none."""
    while part.parent is not None and _is_needed(part):
        part = part.parent
    return part if part.parent is not None and part.path != ("profiles",) else None


def _is_needed(part: Part) -> bool:
    *holders, name = [step for step in part.path if isinstance(step, str)] or [""]
    if isinstance(part.path[-1], int):
        return False
    if holders and holders[-1] in _CONDITIONS:
        return True
    return name in _NEEDED.get(tuple(holders), ())
