"""Documents of several sources from hypothesis: who defines, who adds, and who is unreadable."""

from hypothesis import strategies as st

from engine import strategies
from engine.strategies import NAMES
from profiles_management.pmr.classes import (
    Addition,
    ContributorRole,
    ProfilesManagementRepresentation,
)
from profiles_management.pmr.merging import SourceDocument, merge
from profiles_management.pmr.writing import dumps

SOURCES = ("config", "git", "relation:profiles:teams")


class Sources(dict):
    """Documents by the name of their source; None is an unreadable one."""

    def merged(self):
        """Return the merged document."""
        return merge(
            [SourceDocument(name, pmr, "" if pmr else "it is gone") for name, pmr in self.items()]
        )

    def without(self, names):
        """Return the same with these sources frozen."""
        return Sources({name: None if name in names else pmr for name, pmr in self.items()})

    def __repr__(self):
        texts = {name: pmr and dumps(pmr) for name, pmr in self.items()}
        return f"Sources({texts!r})"


def _of_additions(person):
    return (
        person
        if person.role is not ContributorRole.ADMIN
        else person.model_copy(update={"role": ContributorRole.EDIT})
    )


@st.composite
def of_sources(draw, *, conflicts=False):
    """Draw a document for each source. With `conflicts`, two of them may define one profile."""
    most = 2 if conflicts else 1
    definers = {
        name: draw(st.lists(st.sampled_from(SOURCES), max_size=most, unique=True)) for name in NAMES
    }
    return Sources({source: draw(_document(source, definers)) for source in SOURCES})


@st.composite
def _document(draw, source, definers):
    own = [draw(strategies.profiles(name)) for name in NAMES if source in definers[name]]
    for profile in own:
        profile.open = draw(st.sampled_from((True, True, False)))
        profile.adopt = False  # it would take over what is frozen
    others = [name for name in NAMES if source not in definers[name]]
    additions = [
        Addition(name=name, contributors=[*map(_of_additions, people)])
        for name in others
        if (people := draw(st.lists(strategies.contributors, max_size=3, unique_by=_key)))
    ]
    return ProfilesManagementRepresentation(
        own, defaults=draw(strategies.defaults), additions=additions
    )


def _key(person):
    return person.kind, person.name.casefold()


some_sources = st.sets(st.sampled_from(SOURCES))
