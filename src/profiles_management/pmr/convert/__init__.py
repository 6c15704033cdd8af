"""Conversion of documents of github-profiles-automator to PMRs, with a comment at each change.

text ─▶ text_parts (places) ─▶ automator, remaining_errors (edits) ─▶ editing (the new text)
"""

from profiles_management.pmr.convert.conversion import Conversion, convert
from profiles_management.pmr.convert.editing import MARK

__all__ = ["MARK", "Conversion", "convert"]
