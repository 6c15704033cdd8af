"""A document that was made from an existing target, with comments for what it cannot say. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from profiles_management.pmr import writing, yaml_text
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem


@dataclass(frozen=True, slots=True)
class Export:
    """A document, and what it does not contain.

    Attributes:
        notes: warnings on what a document cannot contain, with their consequences.
        comments: by profile, information for readers of the document; no action is needed.
        drafts: by name, the YAML of profiles that are not valid as they are.
    """

    pmr: ProfilesManagementRepresentation
    notes: tuple[Problem, ...]
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)

    def to_yaml(self) -> str:
        """Return the document as YAML: a comment for each note, then the profiles.

        Drafts are comments in the order of the profiles.
        """
        head = "".join(map(_comment, map(str, self.notes)))
        if self.pmr.puhuri is not None:
            head += yaml_text.dump({"puhuri": self.pmr.puhuri.to_section()})
        first = "profiles:\n"
        if not self.pmr.profiles:
            first = "profiles: []\n"
        names = sorted({*self.pmr.profiles, *self.drafts})
        return "".join([head, first, *map(self._entry, names)])

    def _entry(self, name: str) -> str:
        if name in self.drafts:
            return "".join(map(_comment, self.drafts[name].splitlines()))
        comments = map(_comment, self.comments.get(name, ()))
        return "".join(comments) + writing.entry(self.pmr.profiles[name])


def _comment(text: str) -> str:
    """Return a text as a comment of one line; characters that cannot be printed become `?`."""
    printable = "".join(mark if mark.isprintable() else "?" for mark in text)
    return f"# {printable}\n"


def reason(error: ValidationError) -> str:
    """Return why a model refuses something, on one line."""
    return "; ".join(_messages(error))


def _messages(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, detail["loc"]))
        yield ": ".join(filter(None, (place, detail["msg"])))
