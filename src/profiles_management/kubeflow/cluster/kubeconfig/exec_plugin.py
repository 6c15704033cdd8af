"""The exec plugin of a kubeconfig's user: a program that fetches credentials; see `execution`.

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
    """A program that fetches credentials, and how to run it.

    Attributes:
        entry: its entry in the kubeconfig, for messages.
        version: the API version that it speaks.
        command: a name to search in PATH, or an absolute path.
        mode: whether it may ask the user: `Never`, `IfAvailable` or `Always`.
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
        """Return the error for the program, or for its output."""
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
        is_version = re.fullmatch(rf"{GROUP}/v\w{{1,12}}", version)
        shown_version = version if is_version else "none that is known"
        what = f"is {shown_version}. Write {VERSIONS[0]} or {VERSIONS[1]}."
        raise execution.refusal("apiVersion", what)
    if os.sep in command:
        command = str(execution.folder / command)
    return Plugin(
        execution,
        version,
        command,
        execution.texts("args"),
        tuple(map(_variable, execution.mappings("env"))),
        _mode(execution, version),
        " ".join(execution.text("installHint").split())[:_LONGEST_HINT],
        execution.flag("provideClusterInfo"),
    )


def _variable(variable: Entry) -> tuple[str, str]:
    name = variable.text("name")
    if not name or "=" in name:
        raise variable.refusal("name", "is missing, or contains an equals sign.")
    return name, variable.text("value", around="")


def _mode(execution: Entry, version: str) -> str:
    mode = execution.text("interactiveMode")
    if not mode and version != VERSIONS[0]:
        return IF_AVAILABLE
    if mode in (NEVER, IF_AVAILABLE, ALWAYS):
        return mode
    fault = "unknown" if mode else "missing"
    what = f"is {fault}. Write {NEVER}, {IF_AVAILABLE} or {ALWAYS}."
    raise execution.refusal("interactiveMode", what)
