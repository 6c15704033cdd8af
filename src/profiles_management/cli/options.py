"""The options that commands share, each declared once; `cli.spread` gives them to a command."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic_core import PydanticCustomError

from profiles_management.cli.completing import contexts
from profiles_management.cli.variables import variable
from profiles_management.pmr import until
from profiles_management.pmr.model import Finding

Output = Literal["text", "json", "yaml"]


def option(name: str, text: str, panel: str, **more: Any) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare an option that the environment can set too."""
    more = {"envvar": variable(name)} | more
    return typer.Option(name, help=text, show_envvar=False, rich_help_panel=panel, **more)


def _target(name: str, text: str, **more: Any) -> Any:  # noqa: ANN401
    return option(name, text, "Target", **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """Which cluster is meant. Without any of them, that of the environment."""

    kubeconfig: Annotated[
        Path | None,
        _target(
            "--kubeconfig", "Kubeconfig file (default: that of the environment).", metavar="FILE"
        ),
    ] = None
    context: Annotated[
        str | None,
        _target(
            "--context",
            "Context of the kubeconfig (default: its current context).",
            metavar="NAME",
            autocompletion=contexts,
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOptions(ClusterOptions):
    """Which cluster or folder is meant. Without any of them, the cluster of the environment."""

    directory: Annotated[
        Path | None,
        _target(
            "--directory",
            "Folder of manifests, instead of a cluster.",
            file_okay=False,
            metavar="DIR",
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.directory is not None and (self.kubeconfig is not None or self.context is not None):
            raise typer.TyperException(
                "--directory cannot be combined with --kubeconfig or --context."
            )


LocalFile = Annotated[
    str, typer.Argument(metavar="FILE", help="Document in YAML or JSON; - for standard input.")
]
_FORM = "Form of the output."
_SHORT_OUTPUT = ("--output", "-o")
_OUTPUT = typer.Option(*_SHORT_OUTPUT, help=_FORM, envvar=variable("--output"), show_envvar=False)
OutputOption = Annotated[Output, _OUTPUT]
PlanOutput = Annotated[Literal["text", "json", "yaml", "markdown"], _OUTPUT]
ValidateOutput = Annotated[Literal["text", "json", "yaml", "github", "sarif"], _OUTPUT]
ListOutput = Annotated[Literal["text", "json", "yaml", "csv"], _OUTPUT]
ReportOutput = Annotated[Literal["text", "json", "yaml", "csv", "html"], _OUTPUT]
ExportForm = Annotated[
    Literal["yaml", "json", "csv", "html"], typer.Option(*_SHORT_OUTPUT, help=_FORM)
]
DocumentForm = Annotated[Literal["yaml", "json"], typer.Option(*_SHORT_OUTPUT, help=_FORM)]


def timeout(text: str) -> Any:  # noqa: ANN401 - as typer.Option has it
    """Declare the option `--timeout`, with what is waited for."""
    return _target("--timeout", text, metavar="SECONDS", min=0)


Timeout = Annotated[
    float | None,
    timeout(
        "Seconds to wait for the profile controller "
        "(default 300, or 60 plus 3 for each new profile if that is more)."
    ),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="Plan for another time, such as 2027-01-31 (default: now)."
    ),
]
ExitCode = Annotated[
    bool,
    typer.Option(
        "--exit-code", help="Exit with 2 for changes, or with 3 if apply would stop or ask."
    ),
]
Agreed = Annotated[
    bool, typer.Option("--yes", "-y", help="Plan for apply --yes, which does not ask.")
]
AllowRevocations = Annotated[
    bool,
    typer.Option(
        "--allow-revocations", help="Allow this run to revoke more than the brake allows."
    ),
]
Yes = Annotated[
    bool,
    typer.Option("--yes", "-y", help="Apply without asking; the brake still applies."),
]
DryRun = Annotated[
    Literal["client", "server", "none"],
    typer.Option(
        "--dry-run",
        help="Only show the plan; client and server have the same effect.",
        show_default=False,
    ),
]


def moment(text: str) -> datetime:
    """Return the moment of `--at`, in the notations of `until`: a date means 00:00 UTC.

    Raises:
        typer.BadParameter: it is neither a date nor a time with a zone.
    """
    try:
        return until.given(text)
    except PydanticCustomError as refused:
        finding: Finding = (refused.context or {})["findings"][0]
        remedy = f"{finding.remedy[:1].upper()}{finding.remedy[1:]}."
        raise typer.BadParameter(f"{finding.what}. {remedy}", param_hint="--at") from None
