"""The errors of the service. REST, gRPC and the pages translate them; nothing else is raised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """A value that does not fit.

    Attributes:
        path: where it is, such as `items[0].until`.
        template: what is wrong with it; values are in braces, as for `str.format`.
        values: the values, by their names.
    """

    path: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What is wrong with the value."""
        return with_values(self.template, self.values)


class UserManagerError(Exception):
    """Why something was not done.

    Attributes:
        code: the name of the kind of error, as clients see it.
        status: the HTTP status.
        grpc_status: the name of the gRPC status.
        title: the kind of error in a few words.
        retry_after: seconds after which the same may be possible; None where time changes nothing.
        template: what is wrong and what to do, for people; values are in braces, as for
            `str.format`. Pages translate it.
        values: the values, by their names.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    grpc_status: ClassVar[str]
    title: ClassVar[str]
    retry_after: ClassVar[int | None] = None

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values
        self.detail = with_values(template, values)
        super().__init__(self.detail)


def with_values(template: str, values: Mapping[str, object]) -> str:
    """Return a template with its values. Without values, braces in it are only characters."""
    return template.format_map(values) if values else template


class Malformed(UserManagerError):
    """A body is not JSON, or not a mapping."""

    code = "malformed"
    status = 400
    grpc_status = "INVALID_ARGUMENT"
    title = "The body is not a JSON object"


class TooLarge(UserManagerError):
    """A body has too many bytes."""

    code = "too-large"
    status = 413
    grpc_status = "INVALID_ARGUMENT"
    title = "The body is too large"


class Unsupported(UserManagerError):
    """A body has another media type than JSON."""

    code = "unsupported"
    status = 415
    grpc_status = "INVALID_ARGUMENT"
    title = "The media type is not supported"


class Invalid(UserManagerError):
    """Values do not fit."""

    code = "invalid"
    status = 422
    grpc_status = "INVALID_ARGUMENT"
    title = "A value is not valid"

    def __init__(self, template: str, errors: Sequence[FieldError] = (), **values: object) -> None:
        super().__init__(template, **values)
        self.errors = tuple(errors)

    @classmethod
    def at(cls, path: str, template: str, **values: object) -> Self:
        """Return the error for one value: where it is, and what is wrong with it."""
        error = FieldError(path, template, values)
        return cls(f"{path}: {error.what}", [error])


class Unauthenticated(UserManagerError):
    """There is no valid identity."""

    code = "unauthenticated"
    status = 401
    grpc_status = "UNAUTHENTICATED"
    title = "No valid identity"


class Forbidden(UserManagerError):
    """The caller may see the object, but may not do this."""

    code = "forbidden"
    status = 403
    grpc_status = "PERMISSION_DENIED"
    title = "Not allowed"


class NotFound(UserManagerError):
    """The object does not exist, or the caller may not see it."""

    code = "not-found"
    status = 404
    grpc_status = "NOT_FOUND"
    title = "Not found"


class Exists(UserManagerError):
    """It exists otherwise.

    Attributes:
        existing_id: the id of what exists; None if it has none.
    """

    code = "exists"
    status = 409
    grpc_status = "ALREADY_EXISTS"
    title = "It exists already"

    def __init__(self, template: str, existing_id: str | None, **values: object) -> None:
        super().__init__(template, **values)
        self.existing_id = existing_id


class Precondition(UserManagerError):
    """The state of the object does not allow this."""

    code = "precondition"
    status = 409
    grpc_status = "FAILED_PRECONDITION"
    title = "The current state does not allow this"


class TooMany(UserManagerError):
    """One person has too many open requests."""

    code = "too-many"
    status = 429
    grpc_status = "RESOURCE_EXHAUSTED"
    title = "Too many open requests"
    retry_after = 3600


class Unavailable(UserManagerError):
    """The database, or the keys of JWTs, cannot be reached."""

    code = "unavailable"
    status = 503
    grpc_status = "UNAVAILABLE"
    title = "The service is not available"
    retry_after = 5
