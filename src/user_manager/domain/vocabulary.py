"""The words of the contract: access types, roles, states, effects, scopes and kinds of events.

The numbers of `AccessType` and `Role` are those of `proto/user_manager.proto`.
"""

from enum import IntEnum, StrEnum


class AccessType(IntEnum):
    """What one may do in a module. A higher one includes the lower ones."""

    READ = 0
    WRITE = 1
    OWNER = 2


class Role(IntEnum):
    """A role of the ETL system. Only CREATE_EXT_DATAMODULE has a meaning in this service."""

    EDIT_TASK = 0
    MANAGE_DATA = 1
    CREATE_EXT_DATAMODULE = 2
    PROCESS_ETL_TASK = 3


class ModuleKind(StrEnum):
    """Whether a module is a Kubeflow profile of the catalogue, or another system."""

    PROFILE = "profile"
    EXTERNAL = "external"


class AccessState(StrEnum):
    """The state of an access: a request, a grant, or history."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class Effect(StrEnum):
    """What the cluster made of an access to a profile."""

    NONE = "none"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    IN_EFFECT = "in_effect"
    REFUSED = "refused"
    ENDING = "ending"
    ENDED = "ended"


class Scope(StrEnum):
    """What a service account may do."""

    USERS = "users"
    READ = "read"
    AUDIT = "audit"
    CLUSTER = "cluster"
    ACT_FOR = "act-for"


class NoticeKind(StrEnum):
    """What a webhook is told."""

    REQUESTED = "requested"
    REMINDER = "reminder"
    DECIDED = "decided"
    IN_EFFECT = "in_effect"
    REFUSED = "refused"
    ENDING = "ending"
    ENDED = "ended"


class EventKind(StrEnum):
    """What happened."""

    USER_CREATED = "user_created"
    USER_RENAMED = "user_renamed"
    USER_DEACTIVATED = "user_deactivated"
    USER_ACTIVATED = "user_activated"
    USER_PSEUDONYMISED = "user_pseudonymised"
    ROLE_ADDED = "role_added"
    ROLE_REMOVED = "role_removed"
    MODULE_CREATED = "module_created"
    MODULE_CHANGED = "module_changed"
    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    REVIEWED = "reviewed"
    REDUCED = "reduced"
    REVOKED = "revoked"
    EXPIRED = "expired"
    IN_EFFECT = "in_effect"
    REFUSED = "refused"
    ENDED = "ended"
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    ADMINISTRATOR_ADDED = "administrator_added"
    ADMINISTRATOR_REMOVED = "administrator_removed"
    DEPUTY_NAMED = "deputy_named"
    DEPUTY_REMOVED = "deputy_removed"
