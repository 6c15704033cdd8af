"""Options that name documents of other authors, which are not trusted, and the User Manager."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from profiles_management.cli.document_options import DocumentOptions
from profiles_management.cli.file_names import split_name
from profiles_management.cli.options import option
from profiles_management.cli.puhuri.portal_options import unknown_variables
from profiles_management.cli.puhuri.portal_sources import portal_source
from profiles_management.cli.untrusted_files import (
    OPTION,
    WITHDRAWN,
    is_portal,
    untrusted_file,
    untrusted_portal,
    withdrawn_name,
)
from profiles_management.cli.user_manager_options import (
    PORTAL,
    user_manager_option,
    user_manager_source,
)
from profiles_management.cli.variables import entries
from profiles_management.git import address
from profiles_management.kubeflow import setting_checks
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.origins import RESEARCH_PORTAL, USER_MANAGER
from profiles_management.reconcile.clock import Clock
from profiles_management.sources import Source, Trust
from profiles_management.sources.files import FileSource

UNTRUSTED_PROFILES = "--untrusted-profiles"
SAME_AS_FILE: Final = "Same as FILE, for a document that plan and apply read with --untrusted."
_CHECK_PATTERNS = setting_checks.entries(setting_checks.name_pattern)
Contents = Callable[[Sequence[str]], Mapping[str, bytes]]
AnySource = TypeVar("AnySource", bound=Source)


@dataclass(frozen=True, slots=True)
class SourceReader:
    """What sources need of a command.

    Attributes:
        contents: reads the files of one document.
        note: prints something worth knowing.
        waiting: shows what the command waits for.
    """

    contents: Contents
    clock: Clock
    note: Callable[[str], None]
    waiting: Callable[[str], AbstractContextManager[None]]


def _untrusted(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    # typer would split a variable at white space, so `entries` reads it
    return option(name, text, "Untrusted documents", envvar=None, **more)


def untrusted_option(text: str) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare the option `--untrusted` of a command, with its help."""
    return _untrusted(OPTION, f"{text} Repeatable.", metavar="[NAME=]FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class UntrustedOptions(DocumentOptions):
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

    @property
    def all_names(self) -> tuple[str, ...]:
        """The names of all files, those that are not trusted last."""
        return (*self.names, *untrusted_names(self.untrusted))

    @property
    def is_merged(self) -> bool:
        """Whether there are other sources than the document of the administrator."""
        return bool(self.untrusted)

    def withdrawn_names(self, given: Iterable[Source]) -> frozenset[str]:  # noqa: ARG002
        """Return no name: where no source is recorded, none can be withdrawn."""
        return frozenset()

    def sources(self, reader: SourceReader, settings: Settings) -> list[Source]:
        """Return the documents that are not trusted, with the trust that the options give them.

        Raises:
            typer.TyperException: see `sources_of`; or a pattern is not valid, or is missing for a
                portal.
            GitError: a URL is not accepted.
        """
        trust = _trust(settings, names=self._patterns())
        return sources_of(self.untrusted or (), reader, trust, settings.instance)

    def _patterns(self) -> tuple[str, ...]:
        """Return the patterns; of a portal, anybody there could name a project as they like."""
        patterns = entries(UNTRUSTED_PROFILES, self.untrusted_profiles)
        if what := _CHECK_PATTERNS(patterns):
            raise typer.BadParameter(what, param_hint=UNTRUSTED_PROFILES)
        if not patterns and any(map(is_portal, self.untrusted or ())):
            what = "a research portal needs patterns for the names of its profiles, such as hpc-*."
            raise typer.BadParameter(what, param_hint=UNTRUSTED_PROFILES)
        return patterns or ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions(UntrustedOptions):
    """The same for a target that records the source of each profile, which can be a portal."""

    untrusted: Annotated[
        list[str] | None,
        untrusted_option(
            "Untrusted document that is merged with FILE: it cannot take over existing profiles or "
            f"set reserved keys. {RESEARCH_PORTAL}CUSTOMER@URL is a customer of a research portal."
        ),
    ] = None
    withdrawn: Annotated[
        list[str] | None,
        _untrusted(
            WITHDRAWN,
            "Source that is no longer used, such as file:teams.yaml. Its profiles become stale. "
            "Repeatable.",
            metavar="NAME",
        ),
    ] = None
    portal: Annotated[
        str | None,
        user_manager_option(
            "--portal",
            "User Manager, whose approved requests add contributors to open profiles; apply "
            "answers it.",
            metavar="URL",
        ),
    ] = None
    portal_ca: Annotated[
        Path | None,
        user_manager_option(
            "--portal-ca", "CA certificates in PEM that replace the system's.", metavar="FILE"
        ),
    ] = None

    @property
    def all_names(self) -> tuple[str, ...]:
        """The names of all files, those that are not trusted last, and the User Manager."""
        names = (*self.names, *untrusted_names(self.untrusted))
        return names if self.portal is None else (*names, self.portal)

    @property
    def is_merged(self) -> bool:
        """Whether there are other sources than the document of the administrator."""
        return bool(self.untrusted or self.withdrawn or self.portal is not None)

    def sources(self, reader: SourceReader, settings: Settings) -> list[Source]:
        """Return the documents that are not trusted, and the User Manager.

        Raises:
            typer.TyperException: see `UntrustedOptions.sources`; or the URL is not valid.
            GitError: a URL in Git is not accepted.
        """
        sources = UntrustedOptions.sources(self, reader, settings)
        if self.portal is not None:
            trust = _trust(settings, names=())  # an entry with an owner is not valid there
            portal = (self.portal, self.portal_ca, trust, reader.clock, reader.waiting)
            sources.append(user_manager_source(*portal))
        return sources

    def withdrawn_names(self, given: Iterable[Source]) -> frozenset[str]:
        """Return the names of the sources that are no longer used, as objects record them.

        Args:
            given: the documents that are not trusted.

        Raises:
            typer.BadParameter: a name is empty, or is that of a document that is given.
            GitError: a URL is not accepted.
        """
        names = frozenset(map(withdrawn_name, self.withdrawn or ()))
        for source in given:
            if source.name in names:
                option = PORTAL if source.name == USER_MANAGER else OPTION
                what = f"{source.name} is given with {option}. Leave out one of them."
                raise typer.BadParameter(what, param_hint=WITHDRAWN)
        return names


def _trust(settings: Settings, *, names: tuple[str, ...]) -> Trust:
    """Return what a document of somebody else may do.

    Args:
        names: patterns of the names of profiles that it may define.
    """
    return Trust(
        names=names,
        profiles=settings.untrusted_max_profiles,
        contributors=settings.untrusted_max_contributors,
    )


def untrusted_names(given: Iterable[str] | None) -> list[str]:
    """Return the FILE of each `--untrusted`, without the NAME that it may have."""
    return [
        text if text.startswith(RESEARCH_PORTAL) else split_name(text)[1] for text in given or ()
    ]


def sources_of(
    given: Iterable[str], reader: SourceReader, trust: Trust, instance: str
) -> list[Source]:
    """Return the documents of `--untrusted` as sources.

    Args:
        given: FILE or `puhuri:CUSTOMER@URL` of each, after NAME= or alone.
        trust: what each document may do.
        instance: the installation.

    Raises:
        typer.TyperException: see `untrusted_file` and `portal_source`; or two sources have one
            name.
        GitError: a URL is not accepted.
    """

    def source(text: str) -> Source:
        if is_portal(text):
            portal = untrusted_portal(text)
            return portal_source(portal, trust, instance, reader.clock, reader.waiting)
        return _file_source(text, reader.contents, trust)

    names = [*given]
    if any(map(is_portal, names)):
        for what in unknown_variables():
            reader.note(what)
    return _distinct(map(source, names))


def file_sources(given: Iterable[str], contents: Contents, trust: Trust) -> list[FileSource]:
    """Return the documents of `--untrusted` as sources, for a command that takes files alone.

    Raises:
        typer.BadParameter: see `untrusted_file`; or two sources have one name.
        GitError: a URL is not accepted.
    """
    return _distinct(_file_source(text, contents, trust) for text in given)


def _file_source(text: str, contents: Contents, trust: Trust) -> FileSource:
    document = untrusted_file(text)
    label = address.shown(document.file)
    return FileSource(document.identity, label, partial(contents, [document.file]), trust)


def _distinct(given: Iterable[AnySource]) -> list[AnySource]:
    """Return sources of which each has its own name.

    Raises:
        typer.BadParameter: two have one name.
    """
    sources: dict[str, AnySource] = {}
    for source in given:
        if source.name in sources:
            what = f"two documents have the name {source.name}. Give each its own: NAME=FILE."
            raise typer.BadParameter(what, param_hint=OPTION)
        sources[source.name] = source
    return [*sources.values()]
