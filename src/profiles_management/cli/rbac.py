"""The command `rbac`: the permissions of the account, and the policies that confine it."""

from typing import Annotated

import typer

from profiles_management.cli.options import DocumentForm
from profiles_management.cli.program import command
from profiles_management.cli.session import Session
from profiles_management.cli.setting_options import RbacOptions
from profiles_management.kubeflow.permissions import admission, cluster_role
from profiles_management.kubeflow.permissions.confinement import Account
from profiles_management.pmr.names import is_dns_label, is_dns_subdomain, quoted


@command
def rbac(
    ctx: typer.Context,
    options: RbacOptions,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Include read permissions only.")
    ] = False,
    with_delete: Annotated[
        bool, typer.Option("--with-delete", help="Include the permissions of delete-stale.")
    ] = False,
    with_events: Annotated[
        bool, typer.Option("--with-events", help="Include the permissions of --events.")
    ] = False,
    with_cluster_wide: Annotated[
        bool,
        typer.Option(
            "--with-cluster-wide", help="Include the permissions of access --cluster-wide."
        ),
    ] = False,
    admission_policy: Annotated[
        bool,
        typer.Option(
            "--admission-policy",
            help="Print the ValidatingAdmissionPolicies that confine --service-account "
            "(Kubernetes 1.30 or newer).",
        ),
    ] = False,
    service_account: Annotated[
        str | None,
        typer.Option(
            "--service-account", metavar="NAMESPACE:NAME", help="ServiceAccount that apply runs as."
        ),
    ] = None,
    form: DocumentForm = "yaml",
) -> int:
    """Print the ClusterRole that this program needs, or the policies that confine its account."""
    session: Session = ctx.obj
    settings, account = options.settings(), _account(service_account)
    if admission_policy:
        if account is None or plan_only:
            wrong = (
                "it cannot be combined with --plan-only"
                if plan_only
                else "it needs --service-account NAMESPACE:NAME"
            )
            raise typer.BadParameter(f"{wrong}.", param_hint="--admission-policy")
        session.terminal.data(admission.policies(account, settings, with_delete=with_delete), form)
        return 0
    if account is not None:
        raise typer.BadParameter("it needs --admission-policy.", param_hint="--service-account")
    extent = {
        "plan_only": plan_only,
        "with_delete": with_delete,
        "with_events": with_events,
        "with_cluster_wide": with_cluster_wide,
    }
    session.terminal.data(cluster_role.cluster_role(settings, **extent), form)
    return 0


def _account(text: str | None) -> Account | None:
    if text is None:
        return None
    namespace, _, name = text.partition(":")
    if not (is_dns_label(namespace) and is_dns_subdomain(name)):
        form = "Write NAMESPACE:NAME, such as kubeflow:profiles-management"
        raise typer.BadParameter(
            f"{quoted(text)} is not a ServiceAccount. {form}.", param_hint="--service-account"
        )
    return Account(namespace, name)
