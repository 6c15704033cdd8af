"""Environment variables of the command: `PROFILES_MANAGEMENT_` and the name of an option."""

import os
import re
from collections.abc import Collection, Iterable, Iterator

import typer

from profiles_management.kubeflow.setting_checks import split
from profiles_management.pmr.names import near

PREFIX = "PROFILES_MANAGEMENT_"
_OF_A_SERVICE = re.compile(r"(^|_)(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)")


def variable(option: str, prefix: str = PREFIX) -> str:
    """Return the variable of an option, such as that of `--take-over`."""
    return prefix + variable_name(option)


def variable_name(option: str) -> str:
    """Return the variable of an option, without the prefix that all have."""
    return option.strip("-").replace("-", "_").upper()


def entries(option: str, given: list[str] | None, prefix: str = PREFIX) -> tuple[str, ...]:
    """Return the entries of a list: of the option, or of its variable, or none.

    Raises:
        typer.BadParameter: the option has no entry.
    """
    if given is None:
        return split(os.environ.get(variable(option, prefix), ""))
    names = split(",".join(given))
    if not names:
        raise typer.BadParameter(
            "it is empty. Name an entry, or omit the option.", param_hint=option
        )
    return names


def unknown(
    environment: Iterable[str], known: Collection[str], prefix: str = PREFIX
) -> Iterator[str]:
    """Yield a message for each unknown variable with a prefix of the command.

    Kubernetes sets such variables in each pod if a Service has our name; they are ignored. Source:
    https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables

    Args:
        environment: the names of variables.
        known: those that there are, without the prefix.
    """
    ours = (variable for variable in environment if variable.startswith(prefix))
    for name in sorted(variable.removeprefix(prefix) for variable in ours):
        if name not in known and not _OF_A_SERVICE.search(name):
            meant = near(name, known)
            hint = f" Did you mean {prefix}{meant}?" if meant else ""
            yield f"the variable {prefix}{name} is not a setting and has no effect.{hint}"
