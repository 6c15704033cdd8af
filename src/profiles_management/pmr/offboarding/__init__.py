"""A person leaves: where a document names them, and the document without them.

text ─▶ text_positions ─▶ named_people (entries) ─▶ replacements ─▶ person_removal (the result)
"""

from profiles_management.pmr.offboarding.mentions import Mention
from profiles_management.pmr.offboarding.named_people import Action, Leaver, Place
from profiles_management.pmr.offboarding.person_removal import Offboarding, offboard
from profiles_management.pmr.offboarding.unified import unified_diff

__all__ = ["Action", "Leaver", "Mention", "Offboarding", "Place", "offboard", "unified_diff"]
