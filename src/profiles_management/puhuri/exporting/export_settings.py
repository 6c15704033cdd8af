"""How an export names profiles and people, and which quotas it makes of limits. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from profiles_management.pmr.exported_document import reason
from profiles_management.pmr.names import quoted
from profiles_management.pmr.people import ContributorRole
from profiles_management.pmr.problems import SettingsError
from profiles_management.pmr.quota import ResourceQuotaSpecModel
from profiles_management.pmr.user_names import user_finding
from profiles_management.puhuri.portal_settings import ROLES, PersonName, setting

_FORM: Final = "Write it as gpu=requests.nvidia.com/gpu, or with a unit as gb=requests.storage:G."


@dataclass(frozen=True, slots=True)
class QuotaResource:
    """What the limit of a component is in a quota.

    Attributes:
        name: of the resource, such as `requests.storage`.
        unit: what one of the component is, as the suffix of a quantity, such as `Gi`; '' for one.
    """

    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """How a portal becomes a document.

    Raises:
        SettingsError: nobody can have the name of the owner.

    Attributes:
        customer: what the document calls the customer; '' for its uuid.
        instance: the installation that the sections `puhuri` of the document are for; '' for a
            document without them.
        people: what names people have in the document.
        roles: the role in a project for each role of a contributor.
        owner: '' for nobody.
        quota: by component of offerings, what its limits are in a quota.
    """

    customer: str = ""
    instance: str = ""
    people: PersonName = PersonName.CUID
    roles: Mapping[ContributorRole, str] = field(default_factory=lambda: ROLES)
    prefix: str = setting(
        "Text that begins the name of each profile, such as hpc-; the name of the project follows.",
        default="",
    )
    owner: str = setting("Owner of the profiles of projects without a manager", default="")
    quota: Mapping[str, QuotaResource] = setting(
        "Resource of a quota that the limits of a component are, such as "
        "gpu=requests.nvidia.com/gpu or, with a unit, gb=requests.storage:G",
        default_factory=dict,
    )

    def __post_init__(self) -> None:
        finding = user_finding(self.owner) if self.owner else None
        if finding is not None:
            raise SettingsError(f"is not valid: {finding.what}", setting="owner")

    @property
    def manager(self) -> str:
        """The role in a project of owners and admins."""
        return self.roles[ContributorRole.ADMIN]

    @property
    def reads_allocations(self) -> bool:
        """Whether the document says anything about allocations."""
        return bool(self.instance or self.quota)


def quota_resources(entries: Iterable[str]) -> Mapping[str, QuotaResource]:
    """Return what the limit of each component is in a quota.

    Args:
        entries: such as `gpu=requests.nvidia.com/gpu` and `gb=requests.storage:G`. Several
            components may be one resource, in one unit: their limits are added.

    Raises:
        ValueError: an entry has another form, a component is named twice, or a resource has two
            units; says what to write.
    """
    resources: dict[str, QuotaResource] = {}
    units: dict[str, str] = {}
    for entry in entries:
        component, _, text = (part.strip() for part in entry.partition("="))
        name, _, unit = text.partition(":")
        if not component or not name:
            raise ValueError(f"{quoted(entry)} names no component and resource. {_FORM}")
        if component in resources:
            raise ValueError(f"{quoted(component)} is named twice. Name one resource for it.")
        if units.setdefault(name, unit) != unit:
            raise ValueError(f"{quoted(name)} has two units. Components of one resource have one.")
        _check(entry, name, unit)
        resources[component] = QuotaResource(name, unit)
    return resources


def _check(entry: str, name: str, unit: str) -> None:
    """Refuse what a quota cannot have.

    Raises:
        ValueError: it is no resource, or no unit of one.
    """
    try:
        ResourceQuotaSpecModel.model_validate({"hard": {name: f"1{unit}"}})
    except ValidationError as error:
        raise ValueError(f"{quoted(entry)}: {reason(error)}. {_FORM}") from None
