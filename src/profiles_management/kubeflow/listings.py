"""What is listed rather than planned: a valid document, stale profiles, access. Each as lines and as data. Pure.

validated   {valid, document, profiles, contributors, expired: [{profile, person, until}], errors, warnings}
stale       {stale: [{name, owner, contributors}], warnings, errors}
access      {access: [{profile, person: {kind, name}, role, until, owner, managed, deleting}], errors}; until is null
            for never
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from profiles_management.kubeflow.access import AccessEntry
from profiles_management.kubeflow.stale import StaleProfile
from profiles_management.pmr import until
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.names import near
from profiles_management.pmr.warnings import document_warnings
from profiles_management.reconcile.describe import Data, problem_data
from profiles_management.reconcile.diagnostics import warning_lines
from profiles_management.reconcile.lines import Line, Segment, Tone, count, line, printable, table
from profiles_management.reconcile.rows import day
from profiles_management.reconcile.warning_lines import listed_warnings

Told = tuple[list[Line], Data]


def profiles(number: int) -> str:
    """Return a number of profiles in words."""
    return count(number, "profile")


def validated(pmr: ProfilesManagementRepresentation, name: str, *, now: datetime) -> Told:
    """Return that a document is valid, its warnings, what is in it, and whose access ended by `now`."""
    people = sum(len(profile.contributors) for profile in pmr.in_order())
    warnings = document_warnings(pmr)
    parts = [profiles(len(pmr)), count(people, "contributor")]
    parts += [count(len(warnings), "warning")] if warnings else []
    over = list(_expired(pmr, now))
    lines = [*warning_lines(warnings), line(f"{printable(name)} is valid: {', '.join(parts)}.")]
    for one in over:
        who = f"{one['person']} in {one['profile']}: access ended {one['until']}."
        lines.append(line(Segment("note: ", Tone.WAIT), printable(who), hang=len("note: ")))
    numbers = {"profiles": len(pmr), "contributors": people, "expired": over}
    listed = {"errors": [], "warnings": [problem_data(warning) for warning in warnings]}
    return lines, {"valid": True, "document": name, **numbers, **listed}


def _expired(pmr: ProfilesManagementRepresentation, now: datetime) -> Iterator[dict[str, str]]:
    for profile in pmr.in_order():
        for one in profile.contributors:
            if one.until is not None and one.until <= now:
                yield {"profile": profile.name, "person": one.name, "until": until.written(one.until)}


def stale(found: Sequence[StaleProfile]) -> Told:
    """Tell which profiles a document no longer names."""
    stale = [{"name": one.name, "owner": one.owner, "contributors": one.contributors} for one in found]
    warnings = [warning for one in found for warning in one.warnings]
    data = {"stale": stale, "warnings": [problem_data(warning) for warning in warnings], "errors": []}
    if not found:
        return [line("No profile is stale.")], data
    rows = [(one.name, one.owner or "-", str(one.contributors)) for one in found]
    return [*table([("PROFILE", "OWNER", "CONTRIBUTORS"), *rows]), *listed_warnings(warnings)], data


def access(entries: Sequence[AccessEntry], person: str | None = None, profile: str | None = None) -> Told:
    """Return who has which role where, and until when.

    Args:
        entries: those of one profile, if one was asked for.
        person: list this one only.
        profile: the profile that was asked for.
    """
    found = [one for one in entries if person in (None, one.person.name)]
    data = {"access": [access_data(one) for one in found], "errors": []}
    if not found:
        return [line(printable(_nobody(entries, person, profile)))], data
    rows = [(one.profile, str(one.person), access_role(one), day(one.until) or "-") for one in found]
    return table([("PROFILE", "PERSON", "ROLE", "UNTIL"), *rows]), data


def _nobody(entries: Sequence[AccessEntry], person: str | None, profile: str | None) -> str:
    """Say what was not found, and which name was probably meant: nobody may think that somebody is out who is not."""
    where = "" if profile is None else f" in {profile}"
    if not entries and profile is None:
        return "There is no profile here. A cluster without Kubeflow is looked at with --standalone."
    if person is None:
        return f"Nobody has access{where}."
    return f"{person} has no access{where}.{_meant(person, {one.person.name for one in entries})}"


def _meant(name: str, known: set[str]) -> str:
    found = near(name, known)
    return f" Did you mean {found}?" if found is not None and found != name else ""


def access_role(one: AccessEntry) -> str:
    """Return a role in words, with what is special about it."""
    role = "owner" if one.owner else one.role or "mesh only"
    role = role if one.managed else f"{role} (not managed here)"
    return f"{role} (namespace in deletion)" if one.deleting else role


def access_data(one: AccessEntry) -> Data:
    """Return one role of one person as data."""
    person = {"kind": one.person.kind, "name": one.person.name}
    return {
        "profile": one.profile,
        "person": person,
        "role": one.role,
        "until": one.until or None,
        "owner": one.owner,
        "managed": one.managed,
        "deleting": one.deleting,
    }
