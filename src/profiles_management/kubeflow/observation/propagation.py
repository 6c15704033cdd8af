"""Objects that another controller copies into a namespace. It restores them, so they stay."""

from functools import lru_cache
from operator import attrgetter

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.observation import slim_classes

# The parts of keys after their domain, in lower case without separators, that mark copies. Sources:
# hnc.x-k8s.io/inherited-from (older: inheritedFrom), replicator.v1.mittwald.de/replicated-at and
# replicated-from-version, kubed.appscode.com/origin, olm.copiedFrom,
# reflector.v1.k8s.emberstack.com/reflects, generate.kyverno.io/clone-source.
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
# Controllers set keys of these domains only on objects that they generate.
_GENERATORS = ("generate.kyverno.io/", "capsule.clastix.io/", "projectcapsule.dev/")
_USUAL = frozenset(
    {"user", "group", "role", naming.MANAGED_BY, naming.INSTANCE, naming.UNTIL, naming.SOURCE}
)

_KIND, _CONTROLS = attrgetter("kind"), attrgetter("controller")


def is_propagated(metadata: slim_classes.Metadata) -> bool:
    """Return whether another controller maintains an object, by its keys or its ownerReferences.

    Labels of GitOps tools do not count: such tools apply objects from a folder that we wrote. An
    object that a Profile owns is not a copy: the profile controller created it in this namespace.
    """
    owners = metadata.owner_references or ()
    keys = [*(metadata.labels or ()), *(metadata.annotations or ())]
    if not owners and _USUAL.issuperset(keys):  # nearly all
        return False
    if "Profile" in map(_KIND, owners):
        return False
    return any(map(_CONTROLS, owners)) or any(map(_is_of_copies, keys))


@lru_cache(maxsize=1 << 10)
def _is_of_copies(key: str) -> bool:
    return key.startswith(_GENERATORS) or _plain(key).startswith(_COPIES)


def _plain(key: str) -> str:
    name = key.rpartition("/")[2].removeprefix("olm.")
    return name.replace("-", "").replace("_", "").replace(".", "").lower()
