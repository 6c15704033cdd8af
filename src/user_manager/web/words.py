"""What the words of the contract are called on pages, in the language of the reader."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from django.utils.translation import gettext_lazy as _

from user_manager.domain.vocabulary import (
    AccessState,
    AccessType,
    Effect,
    EventKind,
    ModuleKind,
    Role,
    Scope,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise
else:
    from django.utils.functional import Promise

Text: TypeAlias = str | Promise
"""A text, or one that gets the language of the reader when it is shown."""


@dataclass(frozen=True, slots=True)
class Status:
    """The status of an access as a badge.

    Attributes:
        tone: the colour: good, busy, bad or quiet.
        icon: the name of an icon.
    """

    label: Text
    tone: str
    icon: str


_WHILE_APPROVED: Final = {
    Effect.NONE: Status(_("Approved"), "good", "check"),
    Effect.UNKNOWN: Status(_("Approved, being applied"), "busy", "clock"),
    Effect.WAITING: Status(_("Being applied"), "busy", "clock"),
    Effect.IN_EFFECT: Status(_("In effect"), "good", "check"),
    Effect.REFUSED: Status(_("Not given by the cluster"), "bad", "alert"),
}
_BY_STATE: Final = {
    AccessState.PENDING: Status(_("Waiting for a decision"), "busy", "clock"),
    AccessState.DENIED: Status(_("Refused"), "bad", "cross"),
    AccessState.WITHDRAWN: Status(_("Withdrawn"), "quiet", "undo"),
    AccessState.EXPIRED: Status(_("Ended"), "quiet", "clock"),
    AccessState.REVOKED: Status(_("Removed"), "quiet", "cross"),
}
_ENDING: Final = Status(_("Being removed"), "busy", "clock")
SETTLING: Final = frozenset({Effect.UNKNOWN, Effect.WAITING, Effect.ENDING})
"""Effects that change by themselves when the cluster answers."""


def status_of(state: AccessState, effect: Effect) -> Status:
    """Return the badge for the state and the effect of an access now."""
    if state is AccessState.APPROVED:
        return _WHILE_APPROVED[effect]
    return _ENDING if effect is Effect.ENDING else _BY_STATE[state]


LEVELS: Final[dict[AccessType, Text]] = {
    AccessType.READ: _("Read"),
    AccessType.WRITE: _("Write"),
    AccessType.OWNER: _("Owner"),
}
ALLOWS: Final[dict[ModuleKind, dict[AccessType, Text]]] = {
    ModuleKind.PROFILE: {
        AccessType.READ: _("See notebooks, pipelines, models and their results. Change nothing."),
        AccessType.WRITE: _("Create, change, run and delete notebooks, pipelines and models."),
        AccessType.OWNER: _("Everything of Write, and decide who gets access to this profile."),
    },
    ModuleKind.EXTERNAL: {
        AccessType.READ: _("Read the data of this system. Change nothing."),
        AccessType.WRITE: _("Read and change the data of this system."),
        AccessType.OWNER: _("Everything of Write, and decide who gets access to this system."),
    },
}
KINDS: Final[dict[ModuleKind, Text]] = {
    ModuleKind.PROFILE: _("Profile"),
    ModuleKind.EXTERNAL: _("System"),
}
SUBJECT_KINDS: Final[dict[str, Text]] = {
    "Group": _("Group"),
    "ServiceAccount": _("Service account"),
}
"""What has access in a cluster and is not a person."""
CLUSTER_ROLES: Final[dict[str, Text]] = {
    "view": LEVELS[AccessType.READ],
    "edit": LEVELS[AccessType.WRITE],
    "admin": _("Administrator"),
}
ROLES: Final[dict[Role, Text]] = {
    Role.EDIT_TASK: _("Edit tasks"),
    Role.MANAGE_DATA: _("Manage data"),
    Role.CREATE_EXT_DATAMODULE: _("Register systems"),
    Role.PROCESS_ETL_TASK: _("Process ETL tasks"),
}
SCOPES: Final[dict[Scope, Text]] = {
    Scope.USERS: _("Create and change users and their roles"),
    Scope.READ: _("Read users and accesses"),
    Scope.AUDIT: _("Read events"),
    Scope.CLUSTER: _("Speak for the cluster"),
    Scope.ACT_FOR: _("Act for people, with their rights"),
}
EVENTS: Final[dict[EventKind, Text]] = {
    EventKind.USER_CREATED: _("User created"),
    EventKind.USER_RENAMED: _("User renamed"),
    EventKind.USER_DEACTIVATED: _("User deactivated"),
    EventKind.USER_ACTIVATED: _("User activated"),
    EventKind.USER_PSEUDONYMISED: _("User pseudonymised"),
    EventKind.ROLE_ADDED: _("Role added"),
    EventKind.ROLE_REMOVED: _("Role removed"),
    EventKind.MODULE_CREATED: _("System registered"),
    EventKind.MODULE_CHANGED: _("Settings changed"),
    EventKind.REQUESTED: _("Requested"),
    EventKind.APPROVED: _("Approved"),
    EventKind.DENIED: _("Refused"),
    EventKind.WITHDRAWN: _("Withdrawn"),
    EventKind.REVIEWED: _("Reviewed: still needed"),
    EventKind.REDUCED: _("Reduced"),
    EventKind.REVOKED: _("Removed"),
    EventKind.EXPIRED: _("Ended by its date"),
    EventKind.IN_EFFECT: _("In effect in the cluster"),
    EventKind.REFUSED: _("Not given by the cluster"),
    EventKind.ENDED: _("Removed from the cluster"),
    EventKind.TOKEN_CREATED: _("Token created"),
    EventKind.TOKEN_REVOKED: _("Token revoked"),
    EventKind.ADMINISTRATOR_ADDED: _("Administrator added"),
    EventKind.ADMINISTRATOR_REMOVED: _("Administrator removed"),
    EventKind.DEPUTY_NAMED: _("Deputy named"),
    EventKind.DEPUTY_REMOVED: _("Deputy removed"),
}
ERRORS: Final[dict[str, Text]] = {
    "malformed": _("This page cannot read what was sent"),
    "invalid": _("A value does not fit"),
    "unauthenticated": _("You are not signed in"),
    "forbidden": _("You may not do this"),
    "not-found": _("This page does not exist, or you may not see it"),
    "exists": _("It exists already"),
    "precondition": _("This is not possible now"),
    "too-large": _("More was sent than this page takes"),
    "too-many": _("Too many open requests"),
    "unavailable": _("The service is not available at the moment"),
    "internal": _("Something went wrong in this service"),
}
"""Titles by the code of the error."""
