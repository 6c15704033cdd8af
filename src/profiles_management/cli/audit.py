"""The commands that show an existing target for a review: `export` and `access`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from profiles_management import export_pmr
from profiles_management.cli import completing
from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.options import ExportForm, ReportOutput, TargetOptions
from profiles_management.cli.program import about, command
from profiles_management.cli.prompting import READING
from profiles_management.cli.session import Session
from profiles_management.cli.setting_options import AccessOptions, ExportOptions
from profiles_management.cli.source_options import (
    SAME_AS_FILE,
    sources_of,
    untrusted_names,
    untrusted_option,
)
from profiles_management.kubeflow.access import access_listing, access_report
from profiles_management.kubeflow.engine import list_cluster_wide, read_access
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.unmanaged_access import people_of
from profiles_management.pmr import documents
from profiles_management.pmr.problems import UnknownPerson
from profiles_management.reconcile.plan import Person
from profiles_management.report.access.access_page import access_csv, access_page
from profiles_management.report.access.export_page import export_csv, export_page
from profiles_management.sources import SEARCHED


@command
def export(
    ctx: typer.Context,
    target: TargetOptions,
    options: ExportOptions,
    form: ExportForm = "yaml",
) -> int:
    """Print an existing cluster as a document."""
    session: Session = ctx.obj
    settings, where = options.settings(), session.target(target, existing=True, plan_only=True)
    with session.terminal.waiting(READING):
        exported = export_pmr(target=where, settings=settings)
    if form == "csv":
        session.show_file(export_csv(exported))
    elif form == "html":
        session.show_file(export_page(exported, session.description, session.clock.now(), about()))
    else:
        session.note_target()
        session.terminal.document(
            exported.to_yaml() if form == "yaml" else documents.dumps(exported.pmr, format="json")
        )
    for note in exported.notes:
        session.note(str(note))
    return 0


_ANY_KEY = Settings(allowed_keys=frozenset({"*"}))  # of a document only the people are read


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOptions:
    """Whose access is asked for."""

    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="With --cluster-wide: also show the ClusterRoleBindings of the people in these "
            "documents.",
            show_default=False,
        ),
    ] = None
    untrusted: Annotated[
        list[str] | None,
        untrusted_option(SAME_AS_FILE),
    ] = None
    person: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Show only this person or group: the whole name, or a part of it.",
            autocompletion=completing.people,
        ),
    ] = None
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Show only this profile.", autocompletion=completing.profiles
        ),
    ] = None
    cluster_wide: Annotated[
        bool,
        typer.Option(
            "--cluster-wide", help="Also show the ClusterRoleBindings of the listed people."
        ),
    ] = False

    def __post_init__(self) -> None:
        if self.person is not None and not self.person.strip():
            raise typer.BadParameter(
                "it is empty. Write a name, or omit the option.", param_hint="--person"
            )
        if not self.cluster_wide:
            self._refuse("FILE", self.names)
            self._refuse("--untrusted", self.untrusted)

    @staticmethod
    def _refuse(name: str, documents: list[str] | None) -> None:
        if documents:
            raise typer.BadParameter(
                "it needs --cluster-wide. Add that option, or omit the document.", param_hint=name
            )


def _people(
    session: Session, names: Sequence[str], untrusted: Sequence[str], git: GitOptions
) -> set[Person]:
    """Return everybody in the documents; one that is not trusted may be missing."""
    sources = sources_of(untrusted, session.source_reader(git), SEARCHED, "")
    session.names = (*names, *untrusted_names(untrusted))
    people: set[Person] = set()
    if names:
        people |= people_of(session.own_document(names, git, _ANY_KEY.rules))
    for source in sources:
        then = "The ClusterRoleBindings of the people in it may be missing."
        with session.continuing_without(source, then):
            people |= people_of(source.read(_ANY_KEY.rules).pmr)
    return people


@command
def access(
    ctx: typer.Context,
    asked: AskedOptions,
    git: GitOptions,
    target: TargetOptions,
    options: AccessOptions,
    output: ReportOutput = "text",
) -> int:
    """List who has which role in which profile, and until when."""
    session: Session = ctx.obj
    settings = options.settings()
    people = _people(session, asked.names or [], asked.untrusted or [], git)
    where = session.target(target, existing=True, plan_only=True)
    with session.terminal.waiting(READING):
        entries, unread = read_access(target=where, settings=settings, profile=asked.profile)
        wide = list_cluster_wide(target=where, settings=settings) if asked.cluster_wide else None
    report = access_report.report(
        entries,
        at=session.clock.now(),
        person=asked.person or "",
        profile=asked.profile or "",
        cluster_wide=wide,
        document=people,
        unread=unread,
    )
    if output == "csv":
        session.show_file(access_csv(report))
        for problem in report.unread:
            session.note(str(problem))
    elif output == "html":
        session.show_file(access_page(report, session.description, about()))
    else:
        session.show(
            output, access_listing.lines(report), access_listing.data(report), listing=True
        )
    if output in ("text", "csv"):
        session.note(access_listing.not_covered(report))
    return UnknownPerson.exit_code if access_listing.nobody(report) else 0
