"""The wording of statuses: what a run came to, in one line that says what to do, and never a person's name. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import ops

from profiles_charm import memory, sources
from profiles_management import (
    BrakeError,
    ClusterAway,
    ClusterError,
    DocumentError,
    Forbidden,
    MissingKind,
    Problem,
    ProfilesError,
    Report,
    SettingsError,
    StoppedError,
)
from profiles_management.kubeflow.planning.gateways import CODE as GATEWAY_MISMATCH
from profiles_management.kubeflow.state import unmanaged_access
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.reconcile import nameless
from profiles_management.reconcile.lines import count, printable
from profiles_management.reconcile.stops import Halt
from profiles_management.sources import Gathered, Reading

LONGEST = 120
LONGEST_WITH_GATEWAYS = 400
LONGEST_WITH_REMEDY = 250  # of a setting: what is wrong, its value, and what to write
UNMANAGED = (unmanaged_access.CODE, unmanaged_access.UNKNOWN)
STANDING_BY = "standing by; the leader applies the document"
_COMMIT = 8
_LONGEST_PLACE = 60
_LEAST = 20  # characters of a place or a URL that still say something
_WHOLE = 160  # characters of a place and a reason that are not cut
_UNCUT = 10_000
_OPTIONS = {
    "preset": "distribution",
    "userid_header": "userid-header",
    "userid_prefix": "userid-prefix",
}  # of settings; the others have their names


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How one run went.

    Attributes:
        outcome: the report, or what stopped it.
        now: the moment at which it ended, with a zone.
        gathered: what the sources said; None where the options could not be read.
        contributors: how many the document gives access to.
        since: since when each source is frozen.
        seconds: how long it took.
        requests: how many requests the Kubernetes API was sent.
    """

    outcome: Report | ProfilesError
    now: datetime
    gathered: Gathered | None = None
    contributors: int = 0
    since: Mapping[str, datetime] = field(default_factory=dict)
    seconds: float = 0.0
    requests: int = 0

    @property
    def report(self) -> Report | None:
        """What was applied: all of it, or what the brake did not stop. None where the run did not come that far."""
        report = self.outcome.report if isinstance(self.outcome, StoppedError) else self.outcome
        return report if isinstance(report, Report) else None

    @property
    def is_good(self) -> bool:
        """Whether it came to its end with nothing refused and nothing failed; what is pending is no fault."""
        return isinstance(self.outcome, Report) and self.outcome.exit_code != 1


def statuses_of(run: Run, app: str) -> Iterator[ops.StatusBase]:
    """Yield everything that is to be told of a run; Juju shows the worst, and of several the first.

    Args:
        app: the application's name in Juju, for a command that can be pasted.
    """
    if run.gathered is not None and not run.gathered.is_configured:
        yield ops.BlockedStatus(no_document(app))
    for read in run.gathered.frozen if run.gathered is not None else ():
        yield _of_frozen(read, _held(run.outcome).get(read.name, 0), run.since.get(read.name))
    yield (
        _of_report(run, run.outcome)
        if isinstance(run.outcome, Report)
        else status_of(run.outcome, app)
    )


def status_of(error: ProfilesError, app: str) -> ops.StatusBase:
    """Return the status that tells what stopped a run."""
    match error:
        case DocumentError():
            return ops.BlockedStatus(_worded(error, LONGEST))
        case StoppedError():
            return ops.BlockedStatus(stopped(error))
        case ClusterError():
            return _of_cluster(error, app)
        case SettingsError():
            return ops.BlockedStatus(_without_secrets(error, LONGEST_WITH_REMEDY))
        case _:
            return ops.BlockedStatus(_without_secrets(error))


def in_words(error: ProfilesError) -> str:
    """Return what an error says in one line that names no person; of a document the first problem."""
    match error:
        case DocumentError():
            return _worded(error, _UNCUT)
        case StoppedError():
            return stopped(error)
        case _:
            return _without_secrets(error, _UNCUT)


def told(run: Run, report: Report) -> str:
    """Return a finished run in one line: `12 profiles, 57 contributors; 2 pending; git 1a2b3c4d`."""
    plan = report.plan
    late = {one.profile for one in report.pending}
    parts = [f"{count(plan.profiles, 'profile')}, {count(run.contributors, 'contributor')}"]
    parts += [f"{len(late)} pending"] if late else []
    known = {one.name for one in run.gathered.frozen} if run.gathered is not None else set()
    held = {name: number for name, number in _held(report).items() if name not in known}
    parts += [
        f"{count(number, 'profile')} of {short(name, _LONGEST_PLACE)} frozen"
        for name, number in held.items()
    ]
    commit = sources.commit(run.gathered) if run.gathered is not None else ""
    if commit:
        parts.append(f"git {commit[:_COMMIT]}")
    return "; ".join([*parts, *_warned(plan.warnings)])


def _warned(warnings: Sequence[Problem]) -> list[str]:
    """Return how many warnings there are, with the first; access that is not managed names people, so it is counted."""
    unmanaged = {warning.where.path for warning in warnings if warning.code in UNMANAGED}
    others = [warning for warning in warnings if warning.code not in UNMANAGED]
    parts = [f"{count(len(others), 'warning')}: {_first(others)}"] if others else []
    return parts + (
        [f"unmanaged access in {count(len(unmanaged), 'profile')}"] if unmanaged else []
    )


def _first(warnings: Sequence[Problem]) -> str:
    """Return the first of several warnings; one about a document with its line."""
    first, what = warnings[0], nameless.problem(warnings[0])
    if first.where.line:
        return f"{first.where.file} line {first.where.line}: {what}"
    return f"{what}: set principals" if first.code == GATEWAY_MISMATCH else what


def unread(gathered: Gathered, app: str) -> str:
    """Return which sources cannot be used, and why, in one line; empty where all can."""
    wrong = [] if gathered.is_configured else [no_document(app)]
    return "; ".join([*wrong, *(_of_frozen(one).message for one in gathered.frozen)])


def no_document(app: str) -> str:
    """Return what is said where no source is configured at all."""
    return short(f"no document; juju config {app} pmr=@FILE")


def reasons(run: Run, app: str) -> str:
    """Return why the charm is blocked or waits, in one line; empty where it is not."""
    wrong = [one.message for one in statuses_of(run, app) if not isinstance(one, ops.ActiveStatus)]
    return "; ".join(wrong)


def trouble(report: Report) -> str:
    """Return which profiles were refused or went wrong, with the first reason; empty where none was."""
    plan = report.plan
    if plan.refused:
        refused = {problem.where.path for problem in plan.refused}
        return f"{len(refused)} of {count(plan.profiles, 'profile')} refused: {nameless.problem(plan.refused[0])}"
    if report.failed:
        broken, first = {one.change.profile for one in report.failed}, report.failed[0]
        return f"{count(len(broken), 'profile')} failed: {first.change.profile}: {nameless.outcome(first)}"
    return ""


def stopped(error: StoppedError) -> str:
    """Return why changes were held back, and how to go on."""
    if isinstance(error, BrakeError):
        return braked(error)
    halts = error.report.plan.halts if isinstance(error.report, Report) else ()
    return "; ".join(map(halted, halts))


def halted(halt: Halt) -> str:
    """Return why the cluster holds changes back: which option to set, or how to allow them."""
    corrections = [
        f"set {_OPTIONS.get(name, name)}={value}" for name, value in halt.correction.items()
    ]
    allowing = [f"run sync-now {halt.setting.replace('_', '-')}=true"] if halt.setting else []
    return short(f"{halt.brief}; {' or '.join([*corrections, *allowing])}", LONGEST_WITH_GATEWAYS)


def braked(error: BrakeError) -> str:
    """Return what the brake says: how many pairs of person and profile would be lost, and how to go on."""
    return f"would revoke {error.lost:,} of {error.before:,}; run sync-now allow-revocations=true"


def short(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, as a terminal may see it, cut where it is too long for a column of `juju status`."""
    line = printable(" ".join(text.split()).rstrip("."))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _without_secrets(error: ProfilesError, longest: int = LONGEST) -> str:
    return short(redacted(str(error)), longest)


def _held(outcome: Report | ProfilesError) -> dict[str, int]:
    """Return how many profiles of each source stay as they are because nobody knows what it wants."""
    if isinstance(outcome, ProfilesError):
        return {}
    return {
        one.source or "no source": len(one.profiles) for one in outcome.plan.frozen if one.profiles
    }


def _of_report(run: Run, report: Report) -> ops.StatusBase:
    if wrong := trouble(report):
        return ops.BlockedStatus(short(wrong))
    if report.stopped:
        return ops.WaitingStatus(short(report.stopped))
    if report.unrevoked:
        return ops.WaitingStatus(_unrevoked(report))
    longest = LONGEST_WITH_GATEWAYS if _names_gateways(report.plan.warnings) else LONGEST
    return ops.ActiveStatus(short(told(run, report), longest))


def _unrevoked(report: Report) -> str:
    """Return how many revocations are not done yet, without names of people."""
    places = {outcome.change.profile for outcome in report.unrevoked}
    where = (
        f" in {next(iter(places))}" if len(places) == 1 else f" in {count(len(places), 'profile')}"
    )
    return short(
        f"{count(len(report.unrevoked), 'revocation')} pending{where}; the next event tries again"
    )


def _names_gateways(warnings: Sequence[Problem]) -> bool:
    """Whether a warning names principals: nobody can compare two of them that are cut off."""
    return any(warning.code == GATEWAY_MISMATCH for warning in warnings)


def _of_frozen(read: Reading, held: int = 0, begun: datetime | None = None) -> ops.StatusBase:
    """Return what is wrong with a source, how many profiles stay as they are because of it, and since when."""
    end = f"; {count(held, 'profile') + ' ' if held else ''}frozen"
    end += f" {memory.worded(begun)}" if begun is not None else ""
    if isinstance(read.error, DocumentError):
        return ops.BlockedStatus(_worded(read.error, LONGEST - len(end)) + end)
    what = _unread_source(read, LONGEST - len(end)) + end
    return (
        ops.WaitingStatus(what)
        if getattr(read.error, "passing", False)
        else ops.BlockedStatus(what)
    )


def _unread_source(read: Reading, longest: int) -> str:
    """Return why a source cannot be read; the URL of a repository comes after the reason, as far as it fits."""
    place = short(read.source.label, _LONGEST_PLACE)
    if not isinstance(read.error, GitError) or not read.error.address:
        return _located(place, str(read.error), longest)
    what = _located(place, read.error.reason, longest)
    room = longest - len(f"{what} ()")
    return f"{what} ({short(read.error.address, room)})" if room >= _LEAST else what


def _located(place: str, reason: str, longest: int) -> str:
    """Return `PLACE: REASON` in so many characters, or in more to keep a reason of usual length whole.

    A long place is cut at its beginning: the end of a path says more.
    """
    place, reason = short(place, _UNCUT), short(reason, _UNCUT)
    room = max(_LEAST, longest - len(f": {reason}"))
    place = place if len(place) <= room else f"…{place[1 - room :]}"
    return short(f"{place}: {reason}", max(longest, _WHOLE))


def _worded(error: DocumentError, longest: int) -> str:
    first, *others = error.problems
    line = f" line {first.where.line}" if first.where.line else ""
    more = f"; {len(others)} more" if others else ""
    place = f"{first.where.file}{line}" if first.where.file else "the document"
    return _located(place, nameless.problem(first), longest - len(more)) + more


def _of_cluster(error: ClusterError, app: str) -> ops.StatusBase:
    match error:
        case Forbidden():
            return _of_forbidden(error, app)
        case MissingKind():
            kind = "AuthorizationPolicy" if error.resource == "authorizationpolicies" else "Profile"
            return ops.WaitingStatus(f"{kind} CRD not found")
        case ClusterAway():
            return ops.WaitingStatus(short(f"Kubernetes API away: {redacted(error.failure)}"))
        case _:
            return ops.BlockedStatus(_without_secrets(error))


def _of_forbidden(error: Forbidden, app: str) -> ops.StatusBase:
    # the pod's own token is refused, and a new one is mounted by itself
    if not error.verb:
        return ops.WaitingStatus("the Kubernetes API does not accept the pod's token")
    remedy = f"; run juju trust {app} --scope=cluster"
    what = f"not allowed to {error.verb} {error.resource}"
    return ops.BlockedStatus(short(what, LONGEST - len(remedy)) + remedy)
