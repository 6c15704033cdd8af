"""What messages call a web service, and the error that says what is wrong with it. Pure."""

from dataclasses import dataclass

from profiles_management.reconcile.target_errors import TargetError


@dataclass(frozen=True, slots=True)
class WebService:
    """A kind of web service.

    Attributes:
        name: what messages call it, after `the`.
        error: what a connection raises that cannot be used.
    """

    name: str
    error: type[TargetError]
