"""The sources of the charm: the option `pmr`, Git, a portal and relations.

To add one, see CONTRIBUTING.md.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from charms.profiles_management.v0.profiles_management import ProfilesRequirer
from profiles_charm.config import Config
from profiles_charm.git_source import GIT, ConfiguredGit
from profiles_charm.option_source import CONFIG, OptionSource
from profiles_charm.portal_as_source import PortalAsSource
from profiles_charm.relation_source import RelationSource, relation_sources
from profiles_management import ProfilesError, Report
from profiles_management.kubeflow.objects.document_people import grants
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import Clock
from profiles_management.sources import (
    AnsweringSource,
    Gathered,
    Reading,
    Source,
    merged,
    read_each,
    report_for,
)

Listing = Callable[[Config, ProfilesRequirer, Clock], Iterable[Source]]
Seen = Callable[[Iterable[str]], frozenset[str]]


def _option(options: Config, _: ProfilesRequirer, __: Clock) -> Iterator[Source]:
    yield OptionSource(options.document)


def _git(options: Config, _: ProfilesRequirer, __: Clock) -> Iterator[Source]:
    yield ConfiguredGit(options)


def _portal(options: Config, _: ProfilesRequirer, clock: Clock) -> Iterator[Source]:
    if options.puhuri_mode == "source":
        yield PortalAsSource(options, clock)


def _relations(options: Config, requirer: ProfilesRequirer, _: Clock) -> Iterator[Source]:
    return relation_sources(options, requirer)


LISTINGS: list[Listing] = [_option, _git, _portal, _relations]
"""Each returns the sources of one kind, as options and relations describe them."""


def gather(
    options: Config, requirer: ProfilesRequirer, rules: Rules, seen: Seen, clock: Clock
) -> Gathered:
    """Read every source and merge what they say.

    Args:
        rules: what the administrator allows; options and Git may use all of it.
        seen: remembers names, and returns all that it was ever given: a relation that is among them
            and no longer there was removed, and its profiles are stale. One that was never seen is
            not there yet, as after a new deployment.
    """
    sources = [source for listing in LISTINGS for source in listing(options, requirer, clock)]
    readings = read_each(sources, rules)
    related = {source.name for source in sources if isinstance(source, RelationSource)}
    by_name = {reading.name: reading for reading in readings if _counts(reading)}
    removed = seen(related) - related
    withdrawn = {*options.withdrawn_sources} - by_name.keys()
    pmr = merged(by_name.values(), withdrawn=removed | withdrawn)
    return Gathered(pmr, readings)


def _counts(reading: Reading) -> bool:
    """Whether a source takes part in merging.

    The option does even while it is empty: profiles from before there were sources may be its own.
    """
    return reading.source.is_configured or reading.name == CONFIG


def contributors(gathered: Gathered, now: datetime) -> int:
    """Return how many contributors the sources give access to at a moment."""
    return sum(1 for profile in gathered.pmr.in_order() for _ in grants(profile, now))


def commit(gathered: Gathered) -> str:
    """Return the commit in force; '' without Git."""
    commits = (reading.revision for reading in gathered.readings if reading.name == GIT)
    return next(commits, "")


def answer(gathered: Gathered, outcome: Report | ProfilesError, now: datetime) -> None:
    """Answer every source that wants to know what became of its document."""
    for reading in gathered.readings:
        if isinstance(reading.source, AnsweringSource):
            reading.source.answer(report_for(reading, gathered, outcome, now=now))
