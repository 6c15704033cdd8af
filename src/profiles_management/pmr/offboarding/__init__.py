"""A person leaves: where a document names them, and the document without them, with all else as it was.

text ─▶ layout (positions of items, commas, anchors) ─▶ edits (what to cut) ─▶ offboard (the checked result)
"""

from profiles_management.pmr.offboarding.offboard import Offboarding, offboard
from profiles_management.pmr.offboarding.people import OWNER, Leaver, Place
from profiles_management.pmr.offboarding.unified import unified_diff

__all__ = ["OWNER", "Leaver", "Offboarding", "Place", "offboard", "unified_diff"]
