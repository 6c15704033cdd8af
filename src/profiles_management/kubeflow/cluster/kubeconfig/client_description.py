"""Which cluster a client talks to: what its configuration says, without credentials."""

from urllib.parse import urlsplit

from lightkube.config.kubeconfig import SingleConfig

from profiles_management.kubeflow.target_description import TargetDescription

UNNAMED = "default"
"""How lightkube names the context and the user of a configuration that does not come from a file."""


def described(config: SingleConfig, *, acting_as: str = "") -> TargetDescription:
    """Return which cluster a configuration of lightkube is about.

    Args:
        acting_as: the user whom requests ask the server to act as.
    """
    unnamed = {UNNAMED} if config.fname is None else set()
    context, user = config.context_name, config.context.user or ""
    return TargetDescription(
        "cluster",
        context="" if context in unnamed else context,
        server=_address(config.cluster.server or ""),
        user="" if user in unnamed else user,
        acting_as=acting_as,
    )


def _address(url: str) -> str:
    """Return a URL without user, password, query and fragment; '' for what is not a URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else ""
