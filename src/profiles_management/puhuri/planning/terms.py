"""The terms of this target: its kinds of objects, its verbs, and the fields of its own."""

from enum import StrEnum

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Change, Pending

PlanItem = Change | Problem | Pending
"""A change, or what prevents one."""

PROJECT = "Project"
MEMBER = "Member"
ALLOCATION = "Allocation"


class Verb(StrEnum):
    """How a write is sent. The value is what JSON has."""

    CREATE_PROJECT = "create project"
    UPDATE_PROJECT = "update project"
    DELETE_PROJECT = "delete project"
    ADD_MEMBER = "add member"
    REMOVE_MEMBER = "remove member"
    SET_EXPIRY = "set expiry"
    ORDER_ALLOCATION = "order allocation"
    SET_LIMITS = "set limits"
    TERMINATE = "terminate"


class Field(StrEnum):
    """What a field is about, besides the kinds that every target has."""

    DESCRIPTION = "description"
    END_DATE = "end date"
    BACKEND_ID = "backend_id"
    LIMIT = "limit"


class State(StrEnum):
    """What a write waits for. The value continues a message after the name of the object."""

    OURS = "to be there with our backend_id"
