"""Options that name documents of other authors, which are not trusted."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final

import typer

from profiles_management.cli.document_options import DocumentOptions
from profiles_management.cli.options import option
from profiles_management.cli.variables import entries
from profiles_management.git import AddressError, address
from profiles_management.kubeflow import setting_checks
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import GitError
from profiles_management.sources import Trust
from profiles_management.sources.files import FileSource

UNTRUSTED_PROFILES = "--untrusted-profiles"
SAME_AS_FILE: Final = "Same as FILE, for a document that plan and apply read with --untrusted."
_CHECK_PATTERNS = setting_checks.entries(setting_checks.name_pattern)
Contents = Callable[[Sequence[str]], Mapping[str, bytes]]


def _untrusted(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    # typer would split a variable at white space, so `entries` reads it
    return option(name, text, "Untrusted documents", envvar=None, **more)


def untrusted_option(text: str) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare the option `--untrusted` of a command, with its help."""
    return _untrusted("--untrusted", f"{text} Repeatable.", metavar="FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions(DocumentOptions):
    """The document of the administrator, and documents that are not trusted."""

    untrusted: Annotated[
        list[str] | None,
        untrusted_option(
            "Untrusted document that is merged with FILE: it cannot take over existing profiles or "
            "set reserved keys."
        ),
    ] = None
    untrusted_profiles: Annotated[
        list[str] | None,
        _untrusted(
            UNTRUSTED_PROFILES,
            "Names that profiles of these documents may have, such as team-* (comma-separated, "
            "default *).",
            metavar="PATTERN",
        ),
    ] = None
    withdrawn: Annotated[
        list[str] | None,
        _untrusted(
            "--withdrawn",
            "Source that is no longer used, such as file:teams.yaml. Its profiles become stale. "
            "Repeatable.",
            metavar="NAME",
        ),
    ] = None

    @property
    def all_names(self) -> tuple[str, ...]:
        """The names of all files, those that are not trusted last."""
        return (*self.names, *(self.untrusted or ()))

    @property
    def is_merged(self) -> bool:
        """Whether there are other sources than the document of the administrator."""
        return bool(self.untrusted or self.withdrawn)

    def sources(self, contents: Contents, settings: Settings) -> list[FileSource]:
        """Return the documents that are not trusted, with the trust that the options give them.

        Args:
            contents: reads the files of one document.

        Raises:
            typer.TyperException: a FILE is empty or named twice, or a pattern is not valid.
            GitError: a URL is not accepted.
        """
        trust = Trust(
            names=self._patterns(),
            profiles=settings.untrusted_max_profiles,
            contributors=settings.untrusted_max_contributors,
        )
        return file_sources(self.untrusted or (), self.names, contents, trust)

    def _patterns(self) -> tuple[str, ...]:
        patterns = entries(UNTRUSTED_PROFILES, self.untrusted_profiles)
        if what := _CHECK_PATTERNS(patterns):
            raise typer.BadParameter(what, param_hint=UNTRUSTED_PROFILES)
        return patterns or ("*",)


def file_sources(
    names: Sequence[str], own: Sequence[str], contents: Contents, trust: Trust
) -> list[FileSource]:
    """Return the documents of `--untrusted` as sources.

    Args:
        names: what `--untrusted` names.
        own: the FILEs of the administrator's document.
        contents: reads the files of one document.
        trust: what each document may do.

    Raises:
        typer.BadParameter: a FILE is empty or named twice.
        GitError: a URL is not accepted.
    """
    sources = [
        FileSource(_location(name), address.shown(name), partial(contents, [name]), trust)
        for name in names
    ]
    known = {_location(name) for name in own}
    for source in sources:
        if source.location in known:
            hint = f"--untrusted {source.location}"
            raise typer.BadParameter("it is named twice.", param_hint=hint)
        known.add(source.location)
    return sources


def _location(name: str) -> str:
    """Return what identifies a FILE in every run: its path, or its URL without the revision.

    Raises:
        typer.BadParameter: it is empty.
        GitError: a URL is not accepted.
    """
    if not name:
        raise typer.BadParameter("it is empty. Name a FILE.", param_hint="--untrusted")
    if not address.is_location(name):
        return os.path.normpath(name)
    try:
        return str(replace(address.location(name), revision=""))
    except AddressError as error:
        raise GitError(error.written(str(error.instead))) from None
