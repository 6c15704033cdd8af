"""The source `config`: the document in the option `pmr`."""

from dataclasses import dataclass

from profiles_management import DocumentError, Problem
from profiles_management.pmr import documents
from profiles_management.pmr.names import escaped
from profiles_management.pmr.problems import Where
from profiles_management.pmr.remedies import is_file_name
from profiles_management.pmr.rules import Rules
from profiles_management.sources import Document

CONFIG = "config"
_OPTION = "pmr"


@dataclass(frozen=True, slots=True)
class OptionSource:
    """The document in the option `pmr`, which is the administrator's."""

    text: str
    name: str = CONFIG
    label: str = CONFIG
    is_trusted: bool = True

    @property
    def is_configured(self) -> bool:
        """Whether the option is set."""
        return bool(self.text.strip())

    def read(self, rules: Rules) -> Document:
        """Return the document.

        Raises:
            DocumentError: it is not valid, or the option contains the name of a file.
        """
        if is_file_name(self.text):
            raise DocumentError([_file_name(self.text.strip())])
        return Document(documents.loads(self.text, name=_OPTION, rules=rules, additions=True))


def _file_name(name: str) -> Problem:
    """Return the problem of an option that holds a file's name.

    `pmr=pmr.yaml`, not `pmr=@pmr.yaml`.
    """
    if "://" in name:
        what = "the option contains a URL; for a document in Git, set git-url"
        remedy = "set git-url and git-path"
    else:
        file = name.removeprefix("@")
        what = f"the option contains the name of a file; write pmr=@{file}"
        remedy = f'run: juju config APPLICATION pmr=@{file}; in Terraform: pmr = file("{file}")'
    return Problem(
        "file-name", escaped(what), Where(_OPTION), escaped(remedy), nameless=escaped(what)
    )
