"""Which portal a target is, in words and as data. Pure."""

from dataclasses import dataclass

from profiles_management.reconcile.lines import printable


@dataclass(frozen=True, slots=True)
class PortalDescription:
    """Which portal and which customer.

    Attributes:
        url: the address of the portal, without credentials.
        customer: its uuid or its name, '' where none is meant.
    """

    url: str
    customer: str = ""
    label: str = "Portal"

    def __str__(self) -> str:
        return printable(f"{self.label}: {self.details}")

    @property
    def details(self) -> str:
        """Which one it is, in words; names are as they were given."""
        return f"{self.url}, customer {self.customer}" if self.customer else self.url

    def data(self) -> dict[str, str]:
        """Return it as data that JSON can hold, with every key."""
        return {"kind": "portal", "server": self.url, "customer": self.customer}
