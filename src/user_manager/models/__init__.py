"""The tables. Constraints keep what must never be, whatever code writes to them."""

from user_manager.models.absence import Absence
from user_manager.models.access import Access
from user_manager.models.administrator import Administrator
from user_manager.models.catalogue import CatalogueConflict, CatalogueContributor
from user_manager.models.cluster import ClusterState, PublishedRevision
from user_manager.models.event import Event, EventCounter
from user_manager.models.module import Module
from user_manager.models.notice import Notice
from user_manager.models.token import Token
from user_manager.models.user import User, UserRole

__all__ = [
    "Absence",
    "Access",
    "Administrator",
    "CatalogueConflict",
    "CatalogueContributor",
    "ClusterState",
    "Event",
    "EventCounter",
    "Module",
    "Notice",
    "PublishedRevision",
    "Token",
    "User",
    "UserRole",
]
