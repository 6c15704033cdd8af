"""Two documents of any kind, one after the other, and the settings of the runs that apply them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.pmr.puhuri_section import Puhuri
from profiles_management.puhuri.portal_settings import PersonName
from puhuri.properties.portals import FREE, PEOPLE, PROFILES, THEIRS, UNKNOWN, address
from puhuri.runs import CUSTOMER
from puhuri_server.sample import cuid

_MISSING = "f" * 32


@dataclass(frozen=True)
class Task:
    """A document, the one that replaces it, and how both are applied."""

    old: ProfilesManagementRepresentation
    new: ProfilesManagementRepresentation
    people: PersonName
    allow_terminations: bool

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the runs."""
        return {"people": self.people, "allow_terminations": self.allow_terminations}

    @property
    def adopts(self) -> bool:
        """Whether a document adopts the project that nobody marked."""
        sections = [
            profile.puhuri for pmr in (self.old, self.new) for profile in pmr.profiles.values()
        ]
        return any(section and section.adopt == FREE for section in sections)


_untils = st.sampled_from([None, "2026-11-01", "2026-12-24", "2027-01-01T08:00:00Z"])
_limits = st.fixed_dictionaries(
    {"cpu_k_hours": st.integers(1, 3), "gpu_k_hours": st.integers(1, 3)}
)
_allocations = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["gpu", "gpu", "cpu"]),
            "offering": st.just("LUMI regular"),
            "limits": _limits,
        },
        optional={"plan": st.sampled_from(["Common", "Common", "Common", "No such plan"])},
    ),
    max_size=2,
    unique_by=lambda allocation: allocation["name"],
)
_sections = st.fixed_dictionaries(
    {"allocations": st.one_of(_allocations, _allocations, st.none())},
    optional={
        "name": st.sampled_from(["Quantum soup", " Ä & <b>Ö</b> "]),
        "description": st.sampled_from(["", "R&D", "<p>a</p>\n<script>x</script> ", "ü\r\nö"]),
        "end_date": st.sampled_from(["2027-12-31", "2099-01-01"]),
    },
)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Return two documents that name people in the same way, and settings."""
    people = draw(st.sampled_from([PersonName.CUID, PersonName.CUID, PersonName.EMAIL]))
    name_of = cuid if people is PersonName.CUID else address
    old, new = (_document(draw, name_of) for _ in range(2))
    return Task(old, new, people, draw(st.booleans()))


def _document(draw: st.DrawFn, name_of: Any) -> ProfilesManagementRepresentation:
    """Return a document of up to three profiles; each project is adopted once at most."""
    names = draw(st.lists(st.sampled_from(PROFILES), max_size=3, unique=True))
    adopted = draw(st.permutations([FREE, THEIRS, _MISSING, *[None] * 6]))
    profiles = []
    for name, adopt in zip(names, adopted, strict=False):
        owner, *people = draw(st.permutations(PEOPLE))
        section = draw(st.one_of(_sections, _sections, _sections, st.just(False)))
        if section is not False and adopt:
            section = {**section, "adopt": adopt}
        profile = {
            "name": name,
            "owner": {"kind": "User", "name": name_of(owner)},
            "contributors": _contributors(draw, people, name_of),
            "puhuri": section,
        }
        profiles.append(Profile.model_validate(profile))
    return ProfilesManagementRepresentation(profiles, puhuri=Puhuri(customer=CUSTOMER))


def _contributors(draw: st.DrawFn, people: list[str], name_of: Any) -> list[dict[str, Any]]:
    contributors: list[dict[str, Any]] = []
    count = draw(st.integers(0, 3))
    for person in [*people[:count], *draw(st.sampled_from([[], [], [UNKNOWN]]))]:
        until = draw(_untils)
        ends = {} if until is None else {"until": until}
        role = draw(st.sampled_from(["view", "edit", "admin"]))
        contributors.append({"name": name_of(person), "role": role, **ends})
    if draw(st.booleans()):
        contributors.append({"kind": "Group", "name": "staff", "role": "edit"})
    return contributors


def termination() -> Task:
    """Return the end of an allocation, which few examples reach."""

    def document(*allocations: dict[str, Any]) -> ProfilesManagementRepresentation:
        profile = {
            "name": PROFILES[0],
            "owner": {"kind": "User", "name": cuid(PEOPLE[0])},
            "puhuri": {"allocations": list(allocations)},
        }
        return ProfilesManagementRepresentation(
            [Profile.model_validate(profile)], puhuri=Puhuri(customer=CUSTOMER)
        )

    limits = {"cpu_k_hours": 1, "gpu_k_hours": 1}
    gpu = {"name": "gpu", "offering": "LUMI regular", "limits": limits}
    return Task(document(gpu), document(), PersonName.CUID, allow_terminations=True)
