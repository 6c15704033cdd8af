"""The command `offboard`: everything that a person has, and the documents without them."""

import codecs
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from profiles_management import list_access
from profiles_management.cli import completing
from profiles_management.cli.document_options import DocumentOptions, GitOptions
from profiles_management.cli.help import NAME
from profiles_management.cli.options import OutputOption, TargetOptions
from profiles_management.cli.program import command
from profiles_management.cli.prompting import READING
from profiles_management.cli.rewriting import rewrite
from profiles_management.cli.session import Session
from profiles_management.cli.setting_options import ExportOptions
from profiles_management.cli.source_options import (
    SAME_AS_FILE,
    file_sources,
    untrusted_names,
    untrusted_option,
)
from profiles_management.cli.untrusted_files import OPTION, is_portal
from profiles_management.git.address import is_location
from profiles_management.kubeflow.access import departure_report
from profiles_management.kubeflow.access.departure import Departure
from profiles_management.kubeflow.access.role_assignments import AccessEntry
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr import file_set
from profiles_management.pmr.boundary import source_boundary
from profiles_management.pmr.offboarding import Leaver, Offboarding, unified_diff
from profiles_management.pmr.offboarding import offboard as without
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import DocumentError, Problem
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.lines import printable
from profiles_management.sources import SEARCHED
from profiles_management.sources.local_files import STDIN


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedOptions(DocumentOptions):
    """The documents that are searched for the person."""

    untrusted: Annotated[
        list[str] | None,
        untrusted_option(SAME_AS_FILE),
    ] = None


@command
def offboard(
    ctx: typer.Context,
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            help="Exact name of the person, as in the document.",
            autocompletion=completing.people,
        ),
    ],
    given: SearchedOptions,
    git: GitOptions,
    target: TargetOptions,
    options: ExportOptions,
    new_owner: Annotated[
        str,
        typer.Option(
            "--new-owner",
            metavar="NAME",
            help="New owner of the profiles of this person.",
            autocompletion=completing.people,
        ),
    ] = "",
    kind: Annotated[UserKind, typer.Option("--kind", help="Kind of PERSON.")] = UserKind.USER,
    write: Annotated[
        bool, typer.Option("--write", help="Edit the files in place, instead of printing a diff.")
    ] = False,
    output: OutputOption = "text",
) -> int:
    """Find a person in documents and a cluster, and print a diff that removes the entries."""
    session: Session = ctx.obj
    settings = options.settings()
    leaver = _leaver(person, kind, new_owner)
    _refuse_portals(given.untrusted or ())
    sources = file_sources(given.untrusted or (), session.source_reader(git).contents, SEARCHED)
    session.names = (*given.names, *untrusted_names(given.untrusted))
    _check_order(person, given.names)
    if write:
        _check_writable(session.names)
    contents = {**session.files.contents(given.names, git, are_all=not sources)}
    with source_boundary(session.documents):
        edited = _without(contents, leaver, settings.rules)
    for source in sources:
        with session.continuing_without(source, f"{person} was not searched for there."):
            theirs = source.contents()
            edited += _without(theirs, leaver, settings.rules, additions=True)
            contents |= theirs
    access = _access(session, target, settings)
    departure = Departure(leaver, edited, access)
    if write and departure.changed:
        _write(session, contents, departure.changed)
        departure = replace(departure, is_written=True)
    _show(session, output, departure)
    return 0 if departure.is_found and not departure.undecided else 1


def _leaver(person: str, kind: UserKind, new_owner: str) -> Leaver:
    if not person.strip():
        raise typer.BadParameter(
            "it is empty. Write the name as in the document.", param_hint="PERSON"
        )
    if new_owner == person:
        raise typer.BadParameter(
            "it is the person who leaves. Name another person.", param_hint="--new-owner"
        )
    return Leaver(person, kind, new_owner)


def _refuse_portals(names: Sequence[str]) -> None:
    if any(map(is_portal, names)):
        what = "offboard edits files. End the roles in the portal, and run apply with it."
        raise typer.BadParameter(what, param_hint=OPTION)


def _check_order(person: str, names: Sequence[str]) -> None:
    """Refuse a document in place of the person, if one of the documents is the person."""
    people = [name for name in names if not _is_document(name)]
    if len(people) == 1 and _is_document(person):
        documents = [person, *(name for name in names if name not in people)]
        command = shlex.join([NAME, "offboard", *people, *documents])
        raise typer.BadParameter(
            f"it is a document. Write the person first: {command}", param_hint="PERSON"
        )


def _is_document(word: str) -> bool:
    is_file = os.path.exists(word)  # noqa: PTH110 - Path raises for long names
    return is_file or word == STDIN or is_location(word) or file_set.is_in_document(word)


def _check_writable(names: Sequence[str]) -> None:
    for name in names:
        if name == STDIN or is_location(name):
            what = "standard input" if name == STDIN else "a document in Git"
            raise typer.BadParameter(
                f"it cannot edit {what}. Omit it to see the diff.", param_hint="--write"
            )


def _without(
    contents: Mapping[str, bytes], leaver: Leaver, rules: Rules, *, additions: bool = False
) -> list[Offboarding]:
    """Return each file of a document without the person.

    Args:
        additions: whether an entry without owner may add contributors to another profile.

    Raises:
        DocumentError: with the problems of all files.
    """
    file_set.document(contents, rules=rules, additions=additions)
    edited: list[Offboarding] = []
    problems: list[Problem] = []
    for name, content in contents.items():
        try:
            edited.append(without(content, leaver, name=name, rules=rules))
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(problems)
    return edited


def _access(
    session: Session, target: TargetOptions, settings: Settings
) -> Sequence[AccessEntry] | None:
    """Return everybody's access in the target.

    None and a note if none was named and none answers.
    """
    try:
        where = session.target(target, existing=True, plan_only=True)
        with session.terminal.waiting(READING):
            return list_access(target=where, settings=settings)
    except ClusterError as error:
        if target != TargetOptions():
            raise
        session.note(f"The cluster was not checked. {error} {error.remedy}".rstrip())
        return None


def _write(session: Session, contents: Mapping[str, bytes], changed: Sequence[Offboarding]) -> None:
    """Write the documents; if one fails, a note names those before it."""
    written: list[str] = []
    try:
        for document in changed:
            before = contents[document.name]
            mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
            rewrite(document.name, before, mark + document.edited().encode())
            written.append(document.name)
    finally:
        if written and len(written) < len(changed):
            session.note(f"Wrote {', '.join(written)} before the error below.")


def _show(session: Session, output: str, departure: Departure) -> None:
    session.show(output, departure_report.lines(departure), departure_report.data(departure))
    if output != "text":
        return
    if not departure.is_written:
        for document in departure.changed:
            session.terminal.diff(
                unified_diff(document.text, document.edits, printable(document.name))
            )
    is_cluster = session.description is not None and session.description.kind == "cluster"
    for note in departure_report.notes(departure, is_cluster=is_cluster):
        session.note(note)
    for problem in departure_report.nobody(departure):
        session.error(f"{problem.what}. {problem.remedy}")
