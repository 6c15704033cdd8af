"""The sources of the document: the option `pmr`, Git and relations. Each is read by itself, then all are merged."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from charms.profiles_management.v0.profiles_management import Published
from profiles_charm.config import Config
from profiles_management import DocumentError, Problem, ProfilesError
from profiles_management.kubeflow.objects.builders import grants
from profiles_management.pmr import documents
from profiles_management.pmr.boundary import source_boundary
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.document_limits import Limits
from profiles_management.pmr.merging import Source, merge
from profiles_management.pmr.names import escaped
from profiles_management.pmr.problems import Where
from profiles_management.pmr.remedies import is_file_name
from profiles_management.pmr.rules import Rules

if TYPE_CHECKING:
    from profiles_management.git import Checkout

CONFIG, GIT = "config", "git"
RELATION = "profiles"
Fetch = Callable[[Config, Rules], "Checkout"]
Seen = Callable[[Iterable[str]], frozenset[str]]


class Unread(ProfilesError):
    """A source has nothing that could be read; `passing` where somebody else is about to change that."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Read:
    """One source as it was read.

    Attributes:
        name: its identity, kept on what it made: `config`, `git` or `relation:ENDPOINT:APP`.
        pmr: its document; None where there is none that could be used: what it made is then frozen.
        error: why there is none.
        asked: whether anybody configured it. An option that is empty makes no profile stale and is
            no mistake.
        trusted: whether it may take what exists already.
        revision: what the document is known by: Git's commit, a relation's own word for it.
        relation: the id of its relation.
    """

    name: str
    pmr: ProfilesManagementRepresentation | None = None
    error: ProfilesError | None = None
    asked: bool = True
    trusted: bool = True
    revision: str = ""
    relation: int | None = None

    @property
    def source(self) -> Source:
        """What merging looks at."""
        why = "" if self.error is None else str(self.error).partition("\n")[0]
        return Source(self.name, self.pmr, why, self.trusted)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What all sources say together."""

    pmr: ProfilesManagementRepresentation
    reads: tuple[Read, ...]

    @property
    def asked(self) -> bool:
        """Whether there is any source at all."""
        return any(one.asked for one in self.reads)

    @property
    def frozen(self) -> tuple[Read, ...]:
        """The sources that somebody configured and that cannot be used."""
        return tuple(one for one in self.reads if one.asked and one.pmr is None)

    @property
    def relations(self) -> dict[int, Read]:
        """The sources that are relations, by the relation's id."""
        return {one.relation: one for one in self.reads if one.relation is not None}

    def contributors(self, now: datetime) -> int:
        """Return how many contributors the sources give access to at a moment."""
        return sum(1 for profile in self.pmr.in_order() for _ in grants(profile, now))

    @property
    def commit(self) -> str:
        """The commit in force; '' without Git."""
        return next((one.revision for one in self.reads if one.name == GIT), "")


def gather(
    config: Config, rules: Rules, published: Iterable[Published], fetch: Fetch, seen: Seen
) -> Gathered:
    """Read every source and merge what they say.

    Args:
        rules: what the administrator allows; options and Git may use all of it.
        fetch: brings a document from Git.
        seen: remembers names, and returns all that it was ever given: a relation that is among them
            and no longer there was removed, and its profiles are stale. One that was never seen is
            not there yet, as after a new deployment.
    """
    reads = [_config(config, rules), _git(config, rules, fetch)]
    reads += _alone([_relation(one, config, rules) for one in published])
    related = {one.name for one in reads if one.relation is not None}
    sources = {one.name: one.source for one in reads if one.asked or one.name == CONFIG}
    return Gathered(merge(sources.values(), withdrawn=seen(related) - related), tuple(reads))


def _alone(reads: Sequence[Read]) -> list[Read]:
    """Return relations, without a document where one application has several: neither is what it says as a whole."""
    times = Counter(one.name for one in reads)
    twice = Unread("related twice; remove one relation")
    return [one if times[one.name] == 1 else replace(one, pmr=None, error=twice) for one in reads]


def _read(read: Read, load: Callable[[], tuple[ProfilesManagementRepresentation, str]]) -> Read:
    """Return a source with its document and revision, or with the reason why it has none. Content raises nothing."""
    try:
        with source_boundary(read.name):
            pmr, revision = load()
    except ProfilesError as error:
        return replace(read, error=error)
    return replace(read, pmr=pmr, revision=revision)


def _config(config: Config, rules: Rules) -> Read:
    if not config.document.strip():
        return Read(CONFIG, error=Unread("the option pmr is empty"), asked=False)
    if is_file_name(config.document):
        return Read(CONFIG, error=DocumentError([_file_name(config.document.strip())]))
    return _read(
        Read(CONFIG),
        lambda: (documents.loads(config.document, name="pmr", rules=rules, additions=True), ""),
    )


def _file_name(name: str) -> Problem:
    """Return the problem of an option that holds the name of a file: `pmr=pmr.yaml` in place of `pmr=@pmr.yaml`."""
    if "://" in name:
        what, remedy = (
            "the option contains a URL; for a document in Git, set git-url",
            "set git-url and git-path",
        )
    else:
        file = name.removeprefix("@")
        what = f"the option contains the name of a file; write pmr=@{file}"
        remedy = f'run: juju config APPLICATION pmr=@{file}; in Terraform: pmr = file("{file}")'
    return Problem("file-name", escaped(what), Where("pmr"), escaped(remedy))


def _git(config: Config, rules: Rules, fetch: Fetch) -> Read:
    if not config.git_url:
        return Read(GIT, error=Unread("the option git-url is empty"), asked=False)

    def load() -> tuple[ProfilesManagementRepresentation, str]:
        checkout = fetch(config, rules)
        return checkout.pmr, checkout.commit

    return _read(Read(GIT), load)


def _relation(published: Published, config: Config, rules: Rules) -> Read:
    """Read what another charm publishes: within the names, and with the trust, that the administrator gives it."""
    name = f"relation:{RELATION}:{published.app}"
    full = config.relation_trust == "full"
    read = Read(name, trusted=full, revision=published.revision, relation=published.relation_id)
    if published.problem:
        return replace(read, error=Unread(published.problem))
    text = published.text
    if text is None:
        return replace(read, error=Unread("nothing is published yet", passing=True))
    settings = config.settings()
    limits = Limits.of(settings.untrusted_max_profiles, settings.untrusted_max_contributors)
    its = replace(
        rules,
        names=config.relation_profiles,
        trusted=full,
        limits=limits.without_counts() if full else limits,
    )
    return _read(
        read,
        lambda: (
            documents.loads(text, name=published.app, rules=its, additions=True),
            published.revision,
        ),
    )
