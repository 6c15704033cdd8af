"""What a charm that publishes profiles is told: what became of each profile of its own document. Pure."""

from collections.abc import Iterator

from charms.profiles_management.v0.profiles_management import State
from profiles_charm.sources import Read
from profiles_charm.status import Run
from profiles_management import BrakeError, ClusterError, StoppedError
from profiles_management.reconcile.report import Result

States = dict[str, tuple[State, str]]

_STATES: dict[Result, State] = {
    Result.DONE: "applied",
    Result.PENDING: "pending",
    Result.NOT_TRIED: "pending",
    Result.FAILED: "failed",
}


def states(read: Read, run: Run) -> States:
    """Return the state of each profile that one source defines or adds to, and why it is not applied.

    Profiles of other sources are not told of; nothing is where the document could not be used.
    Nobody is named: whom a profile belongs to already, another charm is not to learn.
    """
    report = run.report
    if report is None:
        return {name: ("pending", _why(run)) for name in _names(read)} | _refusals(read, run)
    became = report.profiles(named=False)
    found = {name: became.get(name, (Result.DONE, "")) for name in _names(read)}
    told: States = {name: (_STATES[result], why) for name, (result, why) in found.items()}
    halted = {change.profile for change in report.plan.held} if report.plan.halts else set()
    stopped: States = {
        name: ("pending", _why(run))
        for name in _names(read)
        if name in halted or _is_stopped(name, read, run)
    }
    return told | dict(_additions(read, told)) | stopped | _refusals(read, run)


def _why(run: Run) -> str:
    """Return why a run did not come to its end, as far as another charm is concerned: our options are not its own."""
    match run.outcome:
        case BrakeError():
            return "the brake stopped the run; an administrator has to allow it"
        case StoppedError():
            return "the run was stopped; an administrator has to allow it"
        case ClusterError() as error:
            return str(error)
        case _:
            return "the run did not come to its end"


def _additions(read: Read, told: States) -> Iterator[tuple[str, tuple[State, str]]]:
    """Yield what became of additions. Why another source's profile failed is not for whoever adds to it."""
    for name in read.pmr.additions if read.pmr is not None else ():
        state, _ = told[name]
        yield name, (state, "")


def _refusals(read: Read, run: Run) -> States:
    """Return the definitions and additions of a source that do not count, because another source decides."""
    refused = run.gathered.pmr.origins.refused if run.gathered is not None else ()
    return {
        one.where.profile: ("failed", str(one)) for one in refused if one.where.file == read.name
    }


def _is_stopped(name: str, read: Read, run: Run) -> bool:
    """Whether the brake stops what a source wants in a profile that it defines or adds to."""
    if not isinstance(run.outcome, BrakeError) or run.gathered is None:
        return False
    definer = run.gathered.pmr.origins.profiles.get(name, "")
    groups = {(read.name, ""), (read.name, definer if definer != read.name else "")}
    return not groups.isdisjoint(run.outcome.groups)


def problem(read: Read) -> str:
    """Return why a document as a whole could not be used; empty where it could."""
    return "" if read.error is None else str(read.error)


def _names(read: Read) -> Iterator[str]:
    if read.pmr is not None:
        yield from sorted({*read.pmr.profiles, *read.pmr.additions})
