"""Documents of github-profiles-automator to ours, with a comment at each change.

text ─▶ layout (what stands where) ─▶ peer, leftovers (what to change) ─▶ editing (the new text)
"""

from profiles_management.pmr.convert.conversion import Conversion, convert
from profiles_management.pmr.convert.editing import MARK

__all__ = ["MARK", "Conversion", "convert"]
