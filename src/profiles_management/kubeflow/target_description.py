"""Which cluster or folder a target is, in words and as data. Pure."""

from dataclasses import asdict, dataclass
from typing import Literal

from profiles_management.kubeflow.permissions.caller import SERVICE_ACCOUNT
from profiles_management.reconcile.lines import printable


@dataclass(frozen=True, slots=True)
class TargetDescription:
    """Which cluster or folder a target is. What is not known is ''; nothing here is a credential.

    Attributes:
        context: the context of the kubeconfig.
        server: the URL of the API server, without user, query and fragment.
        user: the user of the kubeconfig, or the ServiceAccount of the pod as
            `system:serviceaccount:NAMESPACE:NAME`.
        acting_as: the user whom requests ask the server to act as.
        path: the folder, as it was given.
    """

    kind: Literal["cluster", "folder"]
    context: str = ""
    server: str = ""
    user: str = ""
    acting_as: str = ""
    path: str = ""

    def __str__(self) -> str:
        return printable(f"{self.label}: {self.details}")

    @property
    def label(self) -> str:
        """What it is, in a word."""
        return self.kind.capitalize()

    @property
    def details(self) -> str:
        """Which one it is, in words; names are as they were given."""
        if self.kind == "folder":
            return self.path
        known = [("context", self.context), ("server", self.server), ("user", self.user)]
        parts = [_worded(word, value) for word, value in known if value]
        if self.acting_as:
            parts.append(f"acting as {self.acting_as}")
        return ", ".join(parts) or "unknown"

    def data(self) -> dict[str, str]:
        """Return it as data that JSON can hold, with every key."""
        return asdict(self)


def _worded(word: str, value: str) -> str:
    if word != "user" or not value.startswith(SERVICE_ACCOUNT):
        return f"{word} {value}"
    return f"ServiceAccount {value.removeprefix(SERVICE_ACCOUNT).replace(':', '/', 1)}"
