"""Completion of contexts, profiles and people; nothing from what cannot be read."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final, NoReturn

import typer

from profiles_management.cli.file_names import named_files, split_name
from profiles_management.git.address import is_location
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.pmr.classes import Addition, Profile, ProfilesManagementRepresentation
from profiles_management.pmr.problems import ProfilesError
from profiles_management.reconcile.clock import SYSTEM, Clock

VARIABLE: Final = "_PROFILES_MANAGEMENT_COMPLETE"
"""The variable by which a shell asks for candidates."""

PATIENCE = 2.0
"""Seconds that one request to the cluster may take; nothing is tried again."""

_FILES = ("files", "names")  # parameters that name documents

Assignment = tuple[str, str]


def contexts(ctx: typer.Context) -> list[str]:
    """Return the contexts of the kubeconfig; nothing is sent."""
    # only completion needs it
    from profiles_management.kubeflow.cluster.kubeconfig import context_names  # noqa: PLC0415

    with suppress(ProfilesError, OSError):
        return _offered(context_names(_path(ctx.params.get("kubeconfig"))))
    return []


def profiles(ctx: typer.Context) -> list[str]:
    """Return the profiles of the document on the line, or of the cluster or folder."""
    return _offered(profile for profile, _ in _assignments(ctx))


def people(ctx: typer.Context) -> list[str]:
    """Return the people of the document on the line, or of the cluster or folder."""
    return _offered(person for _, person in _assignments(ctx))


def _offered(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name.isprintable() and not _runs_in_zsh(name)})


def _runs_in_zsh(name: str) -> bool:
    r"""Return whether zsh could run a part of a name: typer quotes `$`, but not a backslash."""
    return "\\" in name and os.environ.get(VARIABLE) == "complete_zsh"


def _assignments(ctx: typer.Context) -> list[Assignment]:
    """Return pairs of profile and person."""
    files = [*_files(ctx.params)]
    if files:
        return [*chain.from_iterable(map(_in_file, files))]
    with suppress(ProfilesError, OSError, ValueError):
        return [*_in_target(ctx.params, ctx.find_root().obj)]
    return []


def _files(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files and folders on the line."""
    lists = (given.get(parameter) or () for parameter in _FILES)
    separated = map(named_files, given.get("filename") or ())
    untrusted = (split_name(value)[1] for value in given.get("untrusted") or ())
    for name in chain(*lists, *separated, untrusted):
        if name != "-" and not is_location(name):
            yield name


def _in_file(name: str) -> Iterator[Assignment]:
    """Yield the assignments in a file or folder; none if it cannot be read."""
    with suppress(ProfilesError, OSError, ValueError):
        pmr = _document(name)
        for profile in pmr.profiles.values():
            yield profile.name, profile.owner.name
        entries: list[Profile | Addition] = [*pmr.profiles.values(), *pmr.additions.values()]
        for entry in entries:
            yield from ((entry.name, person.name) for person in entry.contributors)


def _document(name: str) -> ProfilesManagementRepresentation:
    """Return the document in a file or folder, which may be another author's."""
    from profiles_management.pmr import file_set  # noqa: PLC0415 - for a completion alone
    from profiles_management.pmr.rules import Rules  # noqa: PLC0415
    from profiles_management.sources.local_files import Contents  # noqa: PLC0415

    contents = Contents()
    contents.read(name)
    rules = Rules(allowed_keys=frozenset("*"))
    return file_set.document(contents.files, rules=rules, additions=True)


def _in_target(given: Mapping[str, Any], session: Any) -> Iterator[Assignment]:  # noqa: ANN401
    from profiles_management import list_access, open_target  # noqa: PLC0415 - for a completion alone
    from profiles_management.kubeflow.settings import Settings  # noqa: PLC0415

    clock = Clock(now=SYSTEM.now, monotonic=SYSTEM.monotonic, sleep=_give_up)
    directory = _path(given.get("directory"))
    where = directory or session.connect(
        _path(given.get("kubeconfig")), given.get("context"), timeout=PATIENCE
    )
    settings = Settings(standalone=bool(given.get("standalone")))
    for entry in list_access(target=open_target(where, clock=clock), settings=settings):
        yield entry.profile, entry.person.name


def _give_up(seconds: float) -> NoReturn:
    raise ClusterError(
        f"The cluster was not asked again after {seconds:g} seconds: this is a completion."
    )


def _path(value: object) -> Path | None:
    return Path(str(value)) if value else None
