"""A document written again as plain YAML, where its text cannot be edited: JSON, aliases, tags."""

from __future__ import annotations

import json

import yaml

from profiles_management.pmr import yaml_text
from profiles_management.pmr.convert.editing import MARK
from profiles_management.pmr.convert.edits import Edit
from profiles_management.pmr.convert.text_parts import Part
from profiles_management.pmr.model import Finding

_UNEDITABLE = frozenset({"merge-key", "tag"})


def is_needed(root: Part, findings: list[Finding], edits: list[Edit]) -> bool:
    """Return whether a document has to be rewritten before these edits can be made in it."""
    uneditable = any(finding.code in _UNEDITABLE for finding in findings)
    return root.is_flow or uneditable or any(edit.part.is_shared for edit in edits)


def rewritten(text: str) -> str:
    """Return the document as github-profiles-automator reads it: `yaml.safe_load`, and no comments.

    Raises:
        yaml.YAMLError, TypeError, ValueError: it cannot be read like this.
    """
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    plain = json.loads(json.dumps(data, default=str))  # dates become text, as our reader takes them
    return f"{MARK}written as plain YAML; comments are lost\n{yaml_text.dump(plain)}"
