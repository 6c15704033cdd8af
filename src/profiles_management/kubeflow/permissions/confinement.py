"""What our own account may write, kind by kind, as conditions in CEL. Pure; `admission` makes policies of them."""

from collections.abc import Iterator
from typing import NamedTuple

from profiles_management.kubeflow.objects import naming, policy_rules
from profiles_management.kubeflow.permissions import cel
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr import names as pmr_names

_ALWAYS_PROTECTED = frozenset({*pmr_names.RESERVED, f"{pmr_names.RESERVED_PREFIX}*"})
# As pmr.rules.is_ours and is_foreign have it.
_OUR_KEYS = ("owner", r"app\.kubernetes\.io/managed-by", r"([^/]*\.)?profiles-management\.io/.*")
_KEYS_OF_OTHERS = ("istio-injection", r"([^/]*\.)?(kubernetes|k8s)\.io/.*", r"[^/]*istio\.io/.*")
_SET_BY_KUBERNETES = "kubernetes.io/metadata.name"

_NOT_A_PROFILE = (
    f"writes to namespaces of profiles only; to adopt this one, label it {naming.ADOPTABLE}=true"
)
_UNMARKED = "sets its labels on what it writes"

# Labels and annotations, now and before; a DELETE has no object, a CREATE no oldObject.
_METADATA = {
    "name": f"{cel.DELETING} ? oldObject.metadata.name : object.metadata.name",
    "labels": f"{cel.DELETING} ? {{}} : object.metadata.?labels.orValue({{}})",
    "labelsBefore": f"{cel.CREATING} ? {{}} : oldObject.metadata.?labels.orValue({{}})",
    "annotations": f"{cel.DELETING} ? {{}} : object.metadata.?annotations.orValue({{}})",
    "annotationsBefore": f"{cel.CREATING} ? {{}} : oldObject.metadata.?annotations.orValue({{}})",
}
_PLACE = {**_METADATA, "namespaceLabels": "namespaceObject.metadata.?labels.orValue({})"}


class Account(NamedTuple):
    """The ServiceAccount that runs this software."""

    namespace: str
    name: str

    @property
    def user(self) -> str:
        """Its name as the API server knows it."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"


class Rule(NamedTuple):
    """What must hold, and how an answer that refuses goes on after our name."""

    holds: str
    message: str


class Confined(NamedTuple):
    """What our account may write of one kind; each variable may use those before it."""

    group: str
    resource: str
    variables: dict[str, str]
    rules: tuple[Rule, ...]


def confined(account: Account, settings: Settings, *, with_delete: bool) -> tuple[Confined, ...]:
    """Return what our account may write, for each kind that it may write at all."""
    confinement = _Confinement(account, settings, with_delete=with_delete)
    last = confinement.quotas() if settings.standalone else confinement.profiles()
    return (
        confinement.bindings(),
        confinement.authorization_policies(),
        confinement.namespaces(),
        confinement.limit_ranges(),
        last,
    )


class _Confinement:
    def __init__(self, account: Account, settings: Settings, *, with_delete: bool) -> None:
        self.account = account
        self.settings = settings
        self.with_delete = with_delete
        # as ownership has it
        gateways = {policy_rules.place_of(principal)[0] for principal in settings.principals}
        own = {account.namespace, settings.own_namespace}
        self.protected = (_ALWAYS_PROTECTED | settings.protected_namespaces | gateways | own) - {""}

    # what gives access

    def bindings(self) -> Confined:
        roles = self.settings.cluster_roles.values()
        unchanged = cel.every(cel.UPDATING, cel.same("subjects"))
        role = cel.every(
            "object.roleRef.kind == 'ClusterRole'", f"object.roleRef.name in {cel.texts(roles)}"
        )
        alone = cel.every(
            "size(variables.subjects) == 1", self._other_than_us("variables.subjects[0]")
        )
        variables = {
            **_PLACE,
            "subjects": f"{cel.DELETING} ? [] : object.?subjects.orValue([])",
            "takes": cel.some(cel.DELETING, cel.every(cel.UPDATING, self._fewer("subjects"))),
        }
        rules = (
            *self._giving(naming.OWNER_BINDING),
            Rule(
                cel.some("variables.takes", unchanged, role),
                f"binds {', '.join(sorted(roles))} and no other role",
            ),
            Rule(
                cel.some("variables.takes", unchanged, alone),
                "binds one user or group with a RoleBinding, and never itself or a group of the system",
            ),
        )
        return Confined(naming.RBAC_GROUP, "rolebindings", variables, rules)

    def authorization_policies(self) -> Confined:
        unchanged = cel.every(cel.UPDATING, cel.same("spec"))
        limited = "variables.rules.all(rule, has(rule.from) || has(rule.to) || has(rule.when))"
        allows = "variables.spec.?action.orValue('ALLOW') == 'ALLOW'"
        variables = {
            **_PLACE,
            "spec": f"{cel.DELETING} ? {{}} : object.?spec.orValue({{}})",
            "rules": "variables.spec.?rules.orValue([])",
            "takes": cel.some(
                cel.DELETING, cel.every(cel.UPDATING, self._fewer("rules", "spec", "action"))
            ),
        }
        rules = (
            *self._giving(naming.OWNER_POLICY),
            Rule(
                cel.some("variables.takes", unchanged, cel.every(allows, limited)),
                "writes AuthorizationPolicies that allow something, and never everything",
            ),
        )
        return Confined("security.istio.io", "authorizationpolicies", variables, rules)

    def _giving(self, owners: str) -> Iterator[Rule]:
        """Yield what holds for both; what takes access away needs no proof of whose the namespace is.

        Args:
            owners: the name of the owner's object, which the profile controller makes and which has
                no labels of ours.
        """
        yield self._unprotected("request.namespace")
        yield Rule(
            cel.some("variables.takes", self._is_profile("variables.namespaceLabels")),
            _NOT_A_PROFILE,
        )
        by_owner = f"variables.name == {cel.text(owners)}"
        by_us = self._managed("variables.labelsBefore")
        notes = "variables.annotationsBefore"
        by_kfam = cel.every(
            f"'role' in {notes}", cel.some(f"'user' in {notes}", f"'group' in {notes}")
        )
        revoked = ("variables.takes",) if self.settings.foreign == "revoke" else ()
        yield Rule(
            cel.some(cel.CREATING, by_us, by_kfam, by_owner, *revoked),
            "changes what it or KFAM made and the owner's objects only",
        )
        marked = self._marked("variables.labels")
        yield Rule(
            cel.some("variables.takes", marked, cel.every(cel.UPDATING, by_owner)), _UNMARKED
        )

    def _fewer(self, part: str, *same: str) -> str:
        """Return whether a list is emptied; where foreign access is taken away also whether some of it is left.

        Args:
            same: the path of a field that has to be as it was.
        """
        emptied = f"size(variables.{part}) == 0"
        if self.settings.foreign != "revoke":
            return emptied
        before = f"oldObject{''.join(f'.?{name}' for name in (*same[:-1], part))}.orValue([])"
        left = f"variables.{part}.all(one, one in {before})"
        return cel.some(emptied, cel.every(left, cel.same(*same)) if same else left)

    def _other_than_us(self, subject: str) -> str:
        """Return whether a subject, or the owner of a Profile, includes neither us nor everybody."""
        kind, name = f"{subject}.?kind.orValue('')", f"{subject}.?name.orValue('')"
        us = cel.some(
            cel.every(f"{kind} == 'User'", f"{name} == {cel.text(self.account.user)}"),
            cel.every(
                f"{kind} == 'ServiceAccount'",
                f"{name} == {cel.text(self.account.name)}",
                f"{subject}.?namespace.orValue('') == {cel.text(self.account.namespace)}",
            ),
        )
        anybody = cel.every(f"{kind} == 'User'", f"{name} == 'system:anonymous'")
        accounts = f"{name}.startsWith('system:serviceaccounts:')"
        ours = f"{name} == {cel.text(f'system:serviceaccounts:{self.account.namespace}')}"
        wide = cel.some(cel.no(accounts), ours)
        system = cel.every(f"{kind} == 'Group'", f"{name}.startsWith('system:')", wide)
        return cel.no(cel.some(us, anybody, system))

    # what a profile is made of

    def namespaces(self) -> Confined:
        variables = {**_METADATA, **_changed("labels"), **_changed("annotations")}
        rules = (
            self._unprotected("variables.name"),
            Rule(
                cel.some(cel.CREATING, self._is_profile("variables.labelsBefore")), _NOT_A_PROFILE
            ),
            *(
                self._standalone_namespaces()
                if self.settings.standalone
                else (_NEITHER_MADE_NOR_DELETED,)
            ),
            self._keys(
                "labels", (naming.MANAGED_BY, naming.INSTANCE) if self.settings.standalone else ()
            ),
            self._keys("annotations", (naming.OWNER, naming.KEYS, naming.SOURCE)),
            self._owner_references(profile=True),
        )
        return Confined("", "namespaces", variables, rules)

    def profiles(self) -> Confined:
        kept = cel.every(
            *(f"{_now(key)} == {_before(key)}" for key in (naming.MANAGED_BY, naming.INSTANCE))
        )
        unmarked = cel.no(self._managed("variables.labelsBefore"))
        known = cel.some(unmarked, self._of_instances("variables.labelsBefore"))
        marked = self._marked("variables.labels")
        owner = "variables.owner"
        rules = (
            self._unprotected("variables.name"),
            Rule(cel.some(cel.CREATING, known), "leaves Profiles of other installations alone"),
            Rule(cel.some(cel.DELETING, marked, cel.every(cel.UPDATING, kept)), _UNMARKED),
            Rule(
                cel.some(
                    cel.DELETING,
                    cel.every(cel.UPDATING, cel.same("spec", "owner")),
                    cel.every(marked, self._other_than_us(owner)),
                ),
                "gives a Profile with its labels an owner, and never itself or a group of the system",
            ),
            Rule(
                cel.some(cel.no(cel.DELETING), self._deletable(unmarked)),
                "deletes stale Profiles of its own only",
            ),
            self._owner_references(profile=False),
        )
        variables = {
            **_METADATA,
            "owner": f"{cel.DELETING} ? {{}} : object.?spec.?owner.orValue({{}})",
        }
        return Confined("kubeflow.org", "profiles", variables, rules)

    def limit_ranges(self) -> Confined:
        return self._content("limitranges", naming.LIMITS, self._managed("variables.labelsBefore"))

    def quotas(self) -> Confined:
        return self._content("resourcequotas", naming.QUOTA, "true")

    def _content(self, resource: str, name: str, is_ours: str) -> Confined:
        rules = (
            self._unprotected("request.namespace"),
            Rule(
                cel.some(cel.DELETING, self._is_profile("variables.namespaceLabels")),
                _NOT_A_PROFILE,
            ),
            Rule(f"variables.name == {cel.text(name)}", f"writes {name} only"),
            Rule(cel.some(cel.CREATING, is_ours), "leaves what somebody else made"),
            Rule(cel.some(cel.DELETING, self._marked("variables.labels")), _UNMARKED),
        )
        return Confined("", resource, _PLACE, rules)

    def _standalone_namespaces(self) -> Iterator[Rule]:
        unmarked = cel.every(
            *(f"{_now(key)} == ''" for key in (naming.MANAGED_BY, naming.INSTANCE))
        )
        released = cel.every(unmarked, cel.no(f"{cel.text(naming.OWNER)} in variables.annotations"))
        kept = cel.every(
            *(f"{_now(key)} == {_before(key)}" for key in (naming.MANAGED_BY, naming.INSTANCE))
        )
        others = [
            cel.every(cel.UPDATING, kept),
            *([cel.every(cel.UPDATING, released)] if self.with_delete else []),
        ]
        yield Rule(cel.some(cel.DELETING, self._marked("variables.labels"), *others), _UNMARKED)
        deletable = self._deletable("false")
        yield Rule(
            cel.some(cel.no(cel.DELETING), deletable), "deletes stale namespaces of its own only"
        )

    def _keys(self, part: str, also: tuple[str, ...]) -> Rule:
        allowed = cel.fits("key", self.settings.allowed_keys)
        free = cel.every(
            cel.no(cel.matches("key", _OUR_KEYS)),
            cel.some(cel.no(cel.matches("key", _KEYS_OF_OTHERS)), allowed),
        )
        own = f"key in {cel.texts(also)}" if also else "false"
        given = cel.every(cel.CREATING, f"key == {cel.text(_SET_BY_KUBERNETES)}")
        return Rule(
            f"variables.{part}Changed.all(key, {cel.some(own, given, free)})",
            f"changes only those {part} of a namespace that a document may set",
        )

    def _owner_references(self, *, profile: bool) -> Rule:
        """Say that nobody is made to go with something else: the garbage collector would delete for us."""
        references = "object.metadata.?ownerReferences.orValue([])"
        none = cel.every(cel.CREATING, f"size({references}) == 0")
        same = cel.every(cel.UPDATING, cel.same("metadata", "ownerReferences"))
        holds = [cel.DELETING, none, same]
        if profile and self.with_delete:
            to_profile = "reference.kind == 'Profile' && reference.name == variables.name"
            holds.append(f"{references}.all(reference, {to_profile})")
        return Rule(
            cel.some(*holds),
            "changes ownerReferences only to delete a stale profile or to keep its data",
        )

    # conditions

    def _unprotected(self, name: str) -> Rule:
        return Rule(cel.no(cel.fits(name, self.protected)), "writes to no protected namespace")

    def _is_profile(self, labels: str) -> str:
        """Return whether a namespace is a profile's or may become one. What says so, our account cannot set."""
        allowed = f"{cel.entry(labels, naming.ADOPTABLE)} == 'true'"
        kubeflow = f"{cel.entry(labels, naming.PART_OF)} == {cel.text(naming.KUBEFLOW_PROFILE)}"
        return cel.some(
            allowed, self._of_instances(labels) if self.settings.standalone else kubeflow
        )

    def _marked(self, labels: str) -> str:
        return self._of_instances(labels, take_over=False)

    def _of_instances(self, labels: str, *, take_over: bool = True) -> str:
        instances = {
            self.settings.instance,
            *({self.settings.take_over} - {""} if take_over else ()),
        }
        return cel.every(
            self._managed(labels), f"{cel.entry(labels, naming.INSTANCE)} in {cel.texts(instances)}"
        )

    def _managed(self, labels: str) -> str:
        return f"{cel.entry(labels, naming.MANAGED_BY)} == {cel.text(naming.MANAGER)}"

    def _deletable(self, unmarked: str) -> str:
        if not self.with_delete:
            return "false"
        marked = self._marked("variables.labelsBefore")
        return cel.some(marked, unmarked) if self.settings.stale == "all" else marked


_NEITHER_MADE_NOR_DELETED = Rule(
    cel.UPDATING, "neither makes nor deletes namespaces: the profile controller does"
)


def _now(key: str) -> str:
    return cel.entry("variables.labels", key)


def _before(key: str) -> str:
    return cel.entry("variables.labelsBefore", key)


def _changed(part: str) -> dict[str, str]:
    """Return the variable that lists the keys of labels or annotations that are new, other or gone."""
    now, before = f"variables.{part}", f"variables.{part}Before"
    set_now = f"{now}.filter(key, !(key in {before}) || {before}[key] != {now}[key])"
    gone = f"{before}.filter(key, !(key in {now}))"
    return {f"{part}Changed": f"{cel.DELETING} ? [] : {set_now} + {gone}"}
