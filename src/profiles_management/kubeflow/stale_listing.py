"""Results without a plan: a valid document, stale profiles. Each as lines and as data. Pure.

`validated` has the keys valid, document, profiles, contributors, expired, errors and warnings;
expired is a list of {profile, person, until}. `stale` has the keys stale, warnings and errors;
stale is a list of {name, owner, contributors}.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from profiles_management.kubeflow.planning.stale import StaleProfile
from profiles_management.pmr import until
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.warnings import document_warnings
from profiles_management.reconcile.describe import Data, problem_data
from profiles_management.reconcile.diagnostics import warning_lines
from profiles_management.reconcile.lines import Line, Segment, Tone, count, line, printable, table
from profiles_management.reconcile.warning_lines import listed_warnings

Told = tuple[list[Line], Data]


def profiles(number: int) -> str:
    """Return a number of profiles in words."""
    return count(number, "profile")


def validated(
    pmr: ProfilesManagementRepresentation, name: str, *, now: datetime, files: int = 1
) -> Told:
    """Return that a document is valid, with warnings, numbers and whose access has ended.

    Args:
        name: what to call it.
        files: how many `name` names.
    """
    people = sum(len(profile.contributors) for profile in pmr.in_order())
    warnings = document_warnings(pmr)
    parts = [profiles(len(pmr)), count(people, "contributor")]
    parts += [count(len(warnings), "warning")] if warnings else []
    over = list(_expired(pmr, now))
    verb = "is" if files == 1 else "are"
    lines = [*warning_lines(warnings), line(f"{printable(name)} {verb} valid: {', '.join(parts)}.")]
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
                yield {
                    "profile": profile.name,
                    "person": one.name,
                    "until": until.written(one.until),
                }


def stale(found: Sequence[StaleProfile]) -> Told:
    """Tell which profiles a document no longer names."""
    stale = [
        {"name": one.name, "owner": one.owner, "contributors": one.contributors} for one in found
    ]
    warnings = [warning for one in found for warning in one.warnings]
    data = {
        "stale": stale,
        "warnings": [problem_data(warning) for warning in warnings],
        "errors": [],
    }
    if not found:
        return [line("No profile is stale.")], data
    rows = [(one.name, one.owner or "-", str(one.contributors)) for one in found]
    return [*table([("PROFILE", "OWNER", "CONTRIBUTORS"), *rows]), *listed_warnings(warnings)], data
