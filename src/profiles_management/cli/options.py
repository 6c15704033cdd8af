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
class TargetOptions:
    """Which cluster or folder is meant. Without any of them, the cluster of the environment."""

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
                "--directory is a target of its own: leave out --kubeconfig and --context."
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
AccessOutput = Annotated[Literal["text", "json", "yaml", "csv", "html"], _OUTPUT]
ExportForm = Annotated[
    Literal["yaml", "json", "csv", "html"], typer.Option(*_SHORT_OUTPUT, help=_FORM)
]
DocumentForm = Annotated[Literal["yaml", "json"], typer.Option(*_SHORT_OUTPUT, help=_FORM)]
_TIMEOUT = (
    "Seconds to wait for the profile controller "
    "(default 300, or 60 plus 3 for each new profile if that is more)."
)
Timeout = Annotated[float | None, _target("--timeout", _TIMEOUT, metavar="SECONDS", min=0)]


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
