"""Objects that another controller copies into a namespace: it writes them again whatever we do, so they stay."""

from functools import lru_cache
from typing import Any

from profiles_management.kubeflow.objects import naming

# The part of a key after its domain, in lower case without separators, that says that an object is
# a copy. Sources: hnc.x-k8s.io/inherited-from (older: inheritedFrom),
# replicator.v1.mittwald.de/replicated-at and replicated-from-version, kubed.appscode.com/origin,
# olm.copiedFrom, reflector.v1.k8s.emberstack.com/reflects, generate.kyverno.io/clone-source.
_COPIES = (
    "clonedfrom",
    "clonesource",
    "copiedfrom",
    "inheritedfrom",
    "origin",
    "propagatedfrom",
    "reflectedfrom",
    "reflects",
    "replicatedat",
    "replicatedfrom",
    "sourcenamespace",
    "syncedfrom",
)
# Every key of these domains is set on what their controllers generate, and on nothing else.
_GENERATORS = ("generate.kyverno.io/", "capsule.clastix.io/", "projectcapsule.dev/")
_USUAL = frozenset(
    {"user", "group", "role", naming.MANAGED_BY, naming.INSTANCE, naming.UNTIL, naming.SOURCE}
)


def is_propagated(metadata: Any) -> bool:  # noqa: ANN401 - the metadata of any slim class
    """Return whether another controller maintains an object: by a label or annotation of its own, or by owning it.

    Labels of GitOps tools do not count: the objects that they apply are those of a folder that we
    wrote. What a Profile owns is not a copy, whatever its labels: the profile controller made it in
    this namespace.
    """
    labels, annotations = metadata.labels or (), metadata.annotations or ()
    owners = metadata.owner_references or ()
    if not owners and _USUAL.issuperset(labels) and _USUAL.issuperset(annotations):  # nearly all
        return False
    if any(owner.kind == "Profile" for owner in owners):
        return False
    keys = {*labels, *annotations} - _USUAL
    return any(map(_is_of_copies, keys)) or any(owner.controller for owner in owners)


@lru_cache(maxsize=1 << 10)
def _is_of_copies(key: str) -> bool:
    return key.startswith(_GENERATORS) or _plain(key).startswith(_COPIES)


def _plain(key: str) -> str:
    name = key.rpartition("/")[2].removeprefix("olm.")
    return name.replace("-", "").replace("_", "").replace(".", "").lower()
