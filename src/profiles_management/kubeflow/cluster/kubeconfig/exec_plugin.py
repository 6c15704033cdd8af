"""The exec plugin of a kubeconfig's user: a program that fetches credentials. How it is run: `execution`.

Source:
https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

import os
import re
from dataclasses import dataclass

from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.pmr.redaction import shown

GROUP = "client.authentication.k8s.io"
VERSIONS = (f"{GROUP}/v1", f"{GROUP}/v1beta1")
NEVER, IF_AVAILABLE, ALWAYS = "Never", "IfAvailable", "Always"

_LONGEST_HINT = 500


@dataclass(frozen=True, slots=True, repr=False)
class Plugin:
    """A program, and how it wants to be run.

    Attributes:
        entry: where it stands, for messages.
        version: the API version that it speaks.
        command: a name to look for in PATH, or an absolute path.
        mode: whether it may ask somebody: `Never`, `IfAvailable` or `Always`.
        hint: how to install it.
        informed: whether it gets a description of the cluster.
    """

    entry: Entry
    version: str
    command: str
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    mode: str = IF_AVAILABLE
    hint: str = ""
    informed: bool = False

    def refusal(self, what: str) -> ClusterError:
        """Return the error that says what is wrong with the program, or with what it printed."""
        return ClusterError(f"The plugin {shown(self.command)} of {self.entry} {what}")


def plugin_of(execution: Entry) -> Plugin:
    """Return the plugin that `exec` of a user describes.

    Raises:
        ClusterError: it cannot be used.
    """
    command, version = execution.text("command"), execution.text("apiVersion")
    if not command:
        raise execution.refusal("command", "is missing.")
    if version not in VERSIONS:
        given = version if re.fullmatch(rf"{GROUP}/v\w{{1,12}}", version) else ""
        raise execution.refusal(
            "apiVersion",
            f"is {given or 'none that is known'}. Write {VERSIONS[0]} or {VERSIONS[1]}.",
        )
    return Plugin(
        execution,
        version,
        str(execution.folder / command) if os.sep in command else command,
        execution.texts("args"),
        tuple(_variable(variable) for variable in execution.mappings("env")),
        _mode(execution, version),
        " ".join(execution.text("installHint").split())[:_LONGEST_HINT],
        execution.flag("provideClusterInfo"),
    )


def _variable(variable: Entry) -> tuple[str, str]:
    name = variable.text("name")
    if not name or "=" in name:
        raise variable.refusal("name", "is missing, or holds an equals sign.")
    return name, variable.text("value", around="")


def _mode(execution: Entry, version: str) -> str:
    mode = execution.text("interactiveMode")
    if not mode and version != VERSIONS[0]:
        return IF_AVAILABLE
    if mode not in (NEVER, IF_AVAILABLE, ALWAYS):
        raise execution.refusal(
            "interactiveMode",
            f"is {'missing' if not mode else 'unknown'}. Write {NEVER}, {IF_AVAILABLE} or {ALWAYS}.",
        )
    return mode
