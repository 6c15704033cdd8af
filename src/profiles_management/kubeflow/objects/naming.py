"""Names of objects: KFAM's for contributors, so that the dashboard finds them, and our marks.

Source: kubeflow/dashboard, access-management/kfam/bindings.go (getBindingName).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Set
from itertools import count

from profiles_management.pmr import object_names, rules
from profiles_management.reconcile.plan import Person

MANAGER = "profiles-management"
DOMAIN = rules.OUR_DOMAIN
MANAGED_BY = rules.MANAGED_BY
INSTANCE = f"{DOMAIN}/instance"
UNTIL = f"{DOMAIN}/until"
SOURCE = f"{DOMAIN}/source"
SETS = f"{DOMAIN}/sets"
KEYS = f"{DOMAIN}/keys"
TOUCHED = f"{DOMAIN}/touched"
WOKEN = f"{DOMAIN}/woken"
ADOPTABLE = f"{DOMAIN}/adoptable"  # allows a namespace to become a profile
MARKS = frozenset({INSTANCE, UNTIL, SOURCE, SETS, KEYS, TOUCHED, WOKEN, ADOPTABLE})
"""Every label and annotation of our domain that is not the value of a field of the document."""

OWNER = "owner"
OWNER_BINDING = "namespaceAdmin"
OWNER_POLICY = "ns-owner-access-istio"
OWNERS = {"RoleBinding": OWNER_BINDING, "AuthorizationPolicy": OWNER_POLICY}
ACCOUNTS = ("default-editor", "default-viewer")  # the profile controller creates and binds these
QUOTA = "kf-resource-quota"
LIMITS = MANAGER
FINALIZER = "profile-finalizer"
# on namespaces of Profiles
PART_OF, KUBEFLOW_PROFILE = "app.kubernetes.io/part-of", "kubeflow-profile"
CLOSED = f"{MANAGER}-closed"
CLOSING = (CLOSED, f"{CLOSED}-2")  # the second if the first name is taken
PROFILE_GROUP = "kubeflow.org"
POLICY_GROUP = "security.istio.io"
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
    """Return the name for a contributor whose KFAM name is taken, shared or too long.

    See object_names.hashed.

    >>> hashed_name(Person("User", "a.b@x.com"), "edit")
    'user-a-b-x-com-clusterrole-edit-ca2797ca5bb3b443d7f2'
    """
    return object_names.hashed(person.kind, person.name, role, number=number)


def assign(
    people: Iterable[tuple[Person, str]], taken: Set[str] = frozenset(), owner: Person | None = None
) -> dict[tuple[Person, str], str]:
    """Name the objects of each (person, role) of one profile.

    Where two people have the same KFAM name, or would have it in the same role, all of them get a
    hashed name. Otherwise the dashboard, which removes people by KFAM's name, would remove both,
    and two people who swap roles would wait for each other's name. The names depend on the
    document only, never on who was added first.

    Args:
        people: the (person, role) pairs, each once.
        taken: names of objects that are not ours.
        owner: the owner of the profile, who may become a contributor when the owner changes.
    """
    plain = {key: kfam_name(*key) for key in people}
    unusable = _shared(plain.values(), owner) | taken
    longest = object_names.LONGEST
    hashed = [key for key, name in plain.items() if name in unusable or len(name) > longest]
    return plain | _hashed(hashed, taken) if hashed else plain


def _shared(names: Collection[str], owner: Person | None) -> Set[str]:
    """Return the names whose stem another name, or the owner's, has too."""
    stems = [*map(_stem, names)]
    if owner is not None:
        stems.append(_stem(kfam_name(owner, "admin")))
    if len(set(stems)) == len(stems):
        return frozenset()
    uses = Counter(stems)
    return {name for name in names if uses[_stem(name)] > 1}


def _hashed(people: Iterable[tuple[Person, str]], taken: Set[str]) -> dict[tuple[Person, str], str]:
    """Return a hashed name for each; where the first name is taken, the next free one."""
    names: dict[tuple[Person, str], str] = {}
    used = set(taken)
    for key in sorted(people):
        candidates = (hashed_name(*key, number) for number in count())
        names[key] = next(name for name in candidates if name not in used)
        used.add(names[key])
    return names


def _stem(name: str) -> str:
    """Return a contributor's name without its role."""
    return name.rpartition("-")[0]


def is_name_of(name: str, person: Person, role: str) -> bool:
    """Return whether KFAM, or any version of this software, gives this name to that contributor."""
    if name in (kfam_name(person, role), hashed_name(person, role)):
        return True
    return name == object_names.hashed(person.kind, person.name, role, digits=_OLD_DIGITS)


def is_field(key: str) -> bool:
    """Return whether a key of our domain on a namespace holds a field of the document."""
    return key.startswith(f"{DOMAIN}/") and key not in MARKS


def is_owners(kind: str, name: str) -> bool:
    """Return whether an object is the owner's RoleBinding or AuthorizationPolicy.

    An object of the other kind may have the same name; it is not the owner's.
    """
    return OWNERS.get(kind) == name


def kind_in(name: str) -> str:
    """Return the kind of subject in a contributor's object name; '' for any other name."""
    if "-clusterrole-" not in name:
        return ""
    return _KINDS.get(name.partition("-")[0], "")
