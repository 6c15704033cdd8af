"""The sources `relation:ENDPOINT:APPLICATION`: the documents that other charms publish."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from charms.profiles_management.v0.profiles_management import (
    ProfilesRequirer,
    Published,
    RefusedPerson,
)
from profiles_charm.config import Config
from profiles_management.pmr import documents
from profiles_management.pmr.rules import Rules
from profiles_management.sources import (
    Document,
    NothingToRead,
    SourceReport,
    Trust,
    answer_data,
)

RELATION = "profiles"
"""The endpoint of charms that publish profiles."""


@dataclass(frozen=True, slots=True)
class RelationSource:
    """The document of one related application, which gets a report on it."""

    requirer: ProfilesRequirer
    published: Published
    trust: Trust
    is_configured: bool = True

    @property
    def name(self) -> str:
        """The source's name, from the endpoint and the application."""
        return f"relation:{RELATION}:{self.published.app}"

    @property
    def label(self) -> str:
        """What a status calls it."""
        return f"relation {RELATION} of {self.published.app}"

    @property
    def is_trusted(self) -> bool:
        """Whether the option `relation-trust` is `full`."""
        return self.trust.is_full

    def read(self, rules: Rules) -> Document:
        """Return the document, read with the trust that the administrator gives relations.

        Raises:
            NothingToRead: nothing usable is published.
            DocumentError: the document is not valid.
        """
        published = self.published
        if published.problem:
            raise NothingToRead(published.problem)
        if published.text is None:
            raise NothingToRead("nothing is published yet", passing=True)
        pmr = documents.loads(
            published.text,
            name=published.app,
            rules=self.trust.restrict(rules),
            additions=True,
        )
        return Document(pmr, published.revision)

    @property
    def wants_catalogue(self) -> bool:
        """Whether the application asks for the open profiles of all sources."""
        return self.published.wants_catalogue

    def answer(self, report: SourceReport) -> None:
        """Publish the report on the document."""
        data = answer_data(report)
        self.requirer.answer(
            self.published.relation_id,
            self.published.revision,
            report.profiles,
            problem=report.problem,
            refused=[RefusedPerson(**person) for person in data["refused"]],
            catalogue=data.get("catalogue"),
        )


def relation_sources(options: Config, requirer: ProfilesRequirer) -> Iterator[RelationSource]:
    """Yield a source for each relation."""
    published = requirer.published()
    times = Counter(document.app for document in published)
    settings = options.settings()
    trust = Trust(
        names=options.relation_profiles,
        profiles=settings.untrusted_max_profiles,
        contributors=settings.untrusted_max_contributors,
        is_full=options.relation_trust == "full",
    )
    for document in published:
        is_only_one = times[document.app] == 1
        yield RelationSource(requirer, document if is_only_one else _doubled(document), trust)


def _doubled(document: Published) -> Published:
    """Return the document of an application that is related twice, as one that is not valid."""
    return replace(document, text=None, problem="related twice; remove one relation")
