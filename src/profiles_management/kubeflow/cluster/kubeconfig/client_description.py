"""Description of the cluster of a client, from its configuration and without credentials."""

from urllib.parse import urlsplit

from lightkube.config.kubeconfig import SingleConfig

from profiles_management.kubeflow.target_description import TargetDescription

UNNAMED = "default"
"""lightkube's name for the context and the user of a configuration that is not from a file."""


def described(config: SingleConfig, *, acting_as: str = "") -> TargetDescription:
    """Return the description of the cluster that a configuration of lightkube connects to.

    Args:
        config: the configuration.
        acting_as: the user whom requests impersonate.
    """
    is_file = config.fname is not None

    def named(name: str | None) -> str:
        if name is None or (name == UNNAMED and not is_file):
            return ""
        return name

    return TargetDescription(
        "cluster",
        context=named(config.context_name),
        server=_address(config.cluster.server or ""),
        user=named(config.context.user),
        acting_as=acting_as,
    )


def _address(url: str) -> str:
    """Return a URL without user, password, query and fragment; '' for other texts."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ""
    if not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
