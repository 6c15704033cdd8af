"""The names that objects bear: KFAM's for contributors, so that the dashboard finds them, and our own marks.

Source: kubeflow/dashboard, access-management/kfam/bindings.go (getBindingName).
"""

from collections import Counter
from collections.abc import Iterable, Set
from itertools import count

from profiles_management.pmr import object_names
from profiles_management.reconcile.plan import Person

DOMAIN = "profiles-management.io"
MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "profiles-management"
INSTANCE = f"{DOMAIN}/instance"
UNTIL = f"{DOMAIN}/until"
SOURCE = f"{DOMAIN}/source"
SETS = f"{DOMAIN}/sets"
KEYS = f"{DOMAIN}/keys"
TOUCHED = f"{DOMAIN}/touched"
WOKEN = f"{DOMAIN}/woken"
ADOPTABLE = f"{DOMAIN}/adoptable"  # by it an administrator allows a namespace to become a profile
MARKS = frozenset({INSTANCE, UNTIL, SOURCE, SETS, KEYS, TOUCHED, WOKEN, ADOPTABLE})
"""Every label and annotation of our domain that is not the value of a field of the document."""

OWNER = "owner"
OWNER_BINDING = "namespaceAdmin"
OWNER_POLICY = "ns-owner-access-istio"
OWNERS = {"RoleBinding": OWNER_BINDING, "AuthorizationPolicy": OWNER_POLICY}  # whatever they hold
ACCOUNTS = ("default-editor", "default-viewer")  # that the profile controller makes and binds
QUOTA = "kf-resource-quota"
LIMITS = MANAGER
FINALIZER = "profile-finalizer"
# on namespaces of Profiles
PART_OF, KUBEFLOW_PROFILE = "app.kubernetes.io/part-of", "kubeflow-profile"
CLOSED = f"{MANAGER}-closed"
CLOSING = (CLOSED, f"{CLOSED}-2")  # the second where somebody has the first for a policy of theirs
RBAC_GROUP = "rbac.authorization.k8s.io"

_OLD_DIGITS = 10  # of the hash in names that earlier versions gave
_KINDS = {"user": "User", "group": "Group", "serviceaccount": "ServiceAccount"}


def kfam_name(person: Person, role: str) -> str:
    """Return the name that KFAM gives a contributor's RoleBinding and AuthorizationPolicy.

    >>> kfam_name(Person("User", "a.b@x.com"), "edit")
    'user-a-b-x-com-clusterrole-edit'
    """
    return object_names.kfam(person.kind, person.name, role)


def hashed_name(person: Person, role: str, number: int = 0) -> str:
    """Return the name that we give where KFAM's is taken, shared or too long; see object_names.hashed.

    >>> hashed_name(Person("User", "a.b@x.com"), "edit")
    'user-a-b-x-com-clusterrole-edit-ca2797ca5bb3b443d7f2'
    """
    return object_names.hashed(person.kind, person.name, role, number=number)


def assign(
    people: Iterable[tuple[Person, str]], taken: Set[str] = frozenset(), owner: Person | None = None
) -> dict[tuple[Person, str], str]:
    """Name the objects of each (person, role) of one profile.

    Where two people fall on one KFAM name, or would in the same role, all of them get a hashed one:
    in the dashboard, removing one of them by KFAM's name would otherwise remove the other, and two
    who swap their roles would each wait for the other's name. It depends on the document alone,
    never on who came first.

    Args:
        people: whom to name, each once.
        taken: names of objects that are not ours to touch.
        owner: who owns the profile; has no name here, but one to swap with when it changes hands.
    """
    plain = {key: kfam_name(*key) for key in people}
    stems = [_stem(name) for name in plain.values()]
    alike = stems if owner is None else [*stems, _stem(kfam_name(owner, "admin"))]
    shared = Counter(alike) if len(set(alike)) < len(alike) else {}
    hashed = [
        key
        for (key, name), stem in zip(plain.items(), stems, strict=True)
        if name in taken or len(name) > object_names.LONGEST or shared.get(stem, 1) > 1
    ]
    return plain | _hashed(hashed, taken) if hashed else plain


def _hashed(people: Iterable[tuple[Person, str]], taken: Set[str]) -> dict[tuple[Person, str], str]:
    """Give people hashed names that nothing else has: where somebody occupies the first, the next one is given."""
    found: dict[str, tuple[Person, str]] = {}
    for key in sorted(people):
        free = (hashed_name(*key, number) for number in count())
        found[next(name for name in free if name not in taken and name not in found)] = key
    return {key: name for name, key in found.items()}


def _stem(name: str) -> str:
    """Return a contributor's name without its role."""
    return name.rpartition("-")[0]


def is_name_of(name: str, person: Person, role: str) -> bool:
    """Return whether KFAM, we or an earlier version of us would give this name to that contributor."""
    if name in (kfam_name(person, role), hashed_name(person, role)):
        return True
    return name == object_names.hashed(person.kind, person.name, role, digits=_OLD_DIGITS)


def is_field(key: str) -> bool:
    """Return whether a namespace's label or annotation of our domain holds what a field of the document says."""
    return key.startswith(f"{DOMAIN}/") and key not in MARKS


def is_owners(kind: str, name: str) -> bool:
    """Return whether an object is an owner's; one of the other kind can have that name too, and is anybody's."""
    return OWNERS.get(kind) == name


def kind_in(name: str) -> str:
    """Return the kind of subject that a contributor's name begins with, or '' where it is no such name."""
    return _KINDS.get(name.partition("-")[0], "") if "-clusterrole-" in name else ""
