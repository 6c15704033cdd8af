"""The documents of `--untrusted`: which file each is, and the name of its source."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import typer

from profiles_management.cli.file_names import split_name
from profiles_management.cli.file_reader import as_written_here, refuse_repository
from profiles_management.cli.puhuri.customer_address import CustomerAddress
from profiles_management.git import AddressError, address
from profiles_management.pmr.origins import FILE, RESEARCH_PORTAL
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.sources.local_files import STDIN

OPTION: Final = "--untrusted"
WITHDRAWN: Final = "--withdrawn"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_NAME_RULE = (
    "NAME=FILE has a NAME of up to 63 letters, digits, ., _ and -, which begins and ends with a "
    "letter or digit. For a FILE with = in its name, write its folder too, such as ./a=b.yaml."
)
_TEMPORARY = ("dev/", "proc/")  # a path there names another file in every run


@dataclass(frozen=True, slots=True)
class UntrustedFile:
    """What one `--untrusted` gives.

    Attributes:
        file: a file, a folder, `-` or a URL in Git.
        identity: what identifies the source in every run: NAME, or else the path of the file or its
            URL without the revision.
    """

    file: str
    identity: str


def untrusted_file(text: str) -> UntrustedFile:
    """Return what `FILE` or `NAME=FILE` gives.

    Raises:
        typer.BadParameter: NAME or FILE is not valid, or FILE alone cannot name a source.
        GitError: it is a URL that is not accepted. The message contains no credential.
    """
    name, file = split_name(text)
    _check_name(name)
    if not file:
        raise _refused("it is empty. Name a FILE.")
    refuse_repository(file)
    if name is not None:
        if address.is_location(file):
            _git_identity(file)
        return UntrustedFile(file, name)
    fault = next(_faults(file), "")
    if fault:
        raise _refused(f"{fault} Write NAME=FILE, with a NAME that stays the same in every run.")
    return UntrustedFile(file, _identity(file))


@dataclass(frozen=True, slots=True)
class UntrustedPortal:
    """What one `--untrusted` gives that is a customer of a portal.

    Attributes:
        name: what identifies the source in every run: `puhuri:NAME`, or else the whole address.
    """

    address: CustomerAddress
    name: str


def is_portal(text: str) -> bool:
    """Return whether an `--untrusted` is a customer of a portal, and not a file."""
    return _portal_parts(text)[1].startswith(RESEARCH_PORTAL)


def untrusted_portal(text: str) -> UntrustedPortal:
    """Return what `puhuri:CUSTOMER@URL` or `NAME=puhuri:CUSTOMER@URL` gives.

    Raises:
        typer.BadParameter: it is not valid. The message contains no credential.
    """
    name, place = _portal_parts(text)
    _check_name(name)
    address = _customer_address(place, OPTION)
    return UntrustedPortal(address, str(address) if name is None else f"{RESEARCH_PORTAL}{name}")


def _portal_parts(text: str) -> tuple[str | None, str]:
    return (None, text) if text.startswith(RESEARCH_PORTAL) else split_name(text)


def _customer_address(text: str, option: str) -> CustomerAddress:
    try:
        return CustomerAddress.of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _check_name(name: str | None) -> None:
    if name is not None and not _NAME.fullmatch(name):
        raise _refused(_NAME_RULE)


def withdrawn_name(text: str) -> str:
    """Return the name of a source that `--withdrawn` gives, in the form that objects record.

    Raises:
        typer.BadParameter: it is empty or not UTF-8 text.
        GitError: it contains a URL that is not accepted. The message contains no credential.
    """
    if text.startswith(RESEARCH_PORTAL):
        is_name = _NAME.fullmatch(text.removeprefix(RESEARCH_PORTAL)) is not None
        return text if is_name else str(_customer_address(text, WITHDRAWN))
    file = text.removeprefix(FILE)
    if not file.strip() or not _is_text(file):
        what = f"it is empty or not UTF-8 text. Name a source, such as {FILE}teams.yaml."
        raise typer.BadParameter(what, param_hint=WITHDRAWN)
    is_file = text.startswith(FILE)
    if is_file:
        refuse_repository(file)
        file = _identity(file)
    if not (is_file and address.is_location(file)) and _has_credential(file):
        what = "it may contain a credential, which no source has in its name."
        raise typer.BadParameter(what, param_hint=WITHDRAWN)
    return f"{FILE}{file}" if is_file else text


def _identity(file: str) -> str:
    """Return the path of a file, or its URL without the revision."""
    return _git_identity(file) if address.is_location(file) else os.path.normpath(file)


def _git_identity(url: str) -> str:
    try:
        return str(replace(address.location(url), revision=""))
    except AddressError as error:
        raise as_written_here(error) from None
    except UnicodeEncodeError:
        raise GitError("The location in Git is not UTF-8 text. Write such bytes as %XX.") from None


def _faults(file: str) -> Iterator[str]:
    """Yield why a FILE cannot name a source."""
    if not _is_text(file):
        yield "the name of the file is not UTF-8 text, so no object can record it."
    elif address.is_location(file):
        return
    elif file == STDIN:
        yield "standard input is another document in every run."
    elif any(path.lstrip("/").startswith(_TEMPORARY) for path in _paths(file)):
        yield "a file of /dev or /proc is another document in every run."
    elif _has_credential(file):
        yield "the name of the file may contain a credential, and objects would record it."


def _is_text(file: str) -> bool:
    try:
        file.encode()
    except UnicodeEncodeError:
        return False
    return True


def _has_credential(file: str) -> bool:
    """Return whether the name of a file looks as if it had one, such as `a:PASSWORD@host`."""
    return redacted(file) != file or address.has_password(file)


def _paths(file: str) -> tuple[str, str]:
    """Return the absolute path of a file, as it is written and without symbolic links."""
    return os.path.abspath(file), os.path.realpath(file)  # noqa: PTH100 - Path keeps `..`


def _refused(what: str) -> typer.BadParameter:
    return typer.BadParameter(what, param_hint=OPTION)
