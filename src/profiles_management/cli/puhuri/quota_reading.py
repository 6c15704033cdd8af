"""What a usage report needs from a cluster: the quotas of the profiles of an installation."""

from dataclasses import dataclass
from typing import Annotated, Final

import typer

from profiles_management.cli.options import ClusterOptions, TargetOptions
from profiles_management.cli.puhuri.portal_variables import portal_option
from profiles_management.cli.session import Session
from profiles_management.kubeflow.cluster_errors import ClusterError, NoCluster
from profiles_management.kubeflow.engine import list_quotas
from profiles_management.kubeflow.settings import Settings
from profiles_management.report.usage.usage_rows import ClusterFacts

_PANEL: Final = "Target"  # that of the options of a cluster
_LEFT_OUT: Final = "Quotas of a cluster are left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaOptions(ClusterOptions):
    """Of which cluster the quotas are shown, and which project a profile in it is."""

    prefix: Annotated[
        str,
        portal_option(
            "--prefix",
            "Text that begins the names of the profiles, if the portal is their source.",
            _PANEL,
            metavar="TEXT",
            show_default=False,
        ),
    ] = ""
    portal_is_source: Annotated[
        bool,
        typer.Option(
            "--portal-is-source",
            help="Show the quotas of profiles that are made of projects "
            "(default with --prefix, and without --instance).",
            rich_help_panel=_PANEL,
        ),
    ] = False
    no_cluster: Annotated[
        bool,
        typer.Option(
            "--no-cluster",
            help="Leave out the quotas of the cluster.",
            rich_help_panel=_PANEL,
        ),
    ] = False


def read_quotas(session: Session, cluster: QuotaOptions, instance: str) -> ClusterFacts:
    """Return the quotas of a cluster.

    If none was named and none answers, the report says so.

    Raises:
        ClusterError: the cluster that was named cannot be read.
    """
    if cluster.no_cluster:
        return ClusterFacts()
    named = TargetOptions(kubeconfig=cluster.kubeconfig, context=cluster.context)
    try:
        target = session.target(named, plan_only=True)
        quotas = list_quotas(target=target)
    except NoCluster as error:
        remedy = "Set KUBECONFIG, pass --kubeconfig, or pass --no-cluster."
        if named != TargetOptions():
            raise NoCluster(f"{error.brief}. {remedy}", brief=error.brief) from None
        return ClusterFacts(why_not=f"{_LEFT_OUT}. {error.brief}. {remedy}")
    except ClusterError as error:
        if named != TargetOptions():
            raise
        why_not = f"{_LEFT_OUT}. {error.brief.rstrip('.')}. {error.remedy}".rstrip()
        return ClusterFacts(why_not=why_not)
    known = "" if instance == Settings().instance else instance
    return ClusterFacts(
        instance=known,
        is_source=cluster.portal_is_source or bool(cluster.prefix) or not known,
        prefix=cluster.prefix,
        target=session.description,
        quotas=quotas,
    )
