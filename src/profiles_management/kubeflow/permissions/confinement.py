"""The writes that our own account may do, for each kind, as conditions in CEL. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from profiles_management.kubeflow.objects import naming, policy_rules
from profiles_management.kubeflow.permissions import cel
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr import names as pmr_names

_ALWAYS_PROTECTED = frozenset({*pmr_names.RESERVED, f"{pmr_names.RESERVED_PREFIX}*"})
# the same keys as in pmr.rules.is_ours and is_foreign
_OUR_KEYS = (
    naming.OWNER,
    re.escape(naming.MANAGED_BY),
    rf"([^/]*\.)?{re.escape(naming.DOMAIN)}/.*",
)
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
        """Its name as a user of the API server."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"


class Rule(NamedTuple):
    """A condition, and the rest of the message of a refusal, which begins with our name."""

    holds: str
    message: str


class Confined(NamedTuple):
    """The writes of one kind that our account may do; variables may use earlier ones."""

    group: str
    resource: str
    variables: dict[str, str]
    rules: tuple[Rule, ...]


def confined(account: Account, settings: Settings, *, with_delete: bool) -> tuple[Confined, ...]:
    """Return the allowed writes of our account, for each kind that it may write."""
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
        # the same namespaces as in ownership.is_protected
        gateways = {policy_rules.place_of(principal)[0] for principal in settings.principals}
        own = {account.namespace, settings.own_namespace}
        self.protected = (_ALWAYS_PROTECTED | settings.protected_namespaces | gateways | own) - {""}

    # objects that give access

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
                "binds one user or group with a RoleBinding, "
                "and never itself or a group of the system",
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
        return Confined(naming.POLICY_GROUP, "authorizationpolicies", variables, rules)

    def _giving(self, owners: str) -> Iterator[Rule]:
        """Yield the rules for both kinds. Revoking access is allowed in every namespace.

        Args:
            owners: the name of the owner's object, which the profile controller creates without our
                labels.
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
        """Return whether a list becomes empty, or shorter if foreign access is revoked, too.

        Args:
            part: the list.
            same: the path of a field that must not change.
        """
        emptied = f"size(variables.{part}) == 0"
        if self.settings.foreign != "revoke":
            return emptied
        before = f"oldObject{''.join(f'.?{name}' for name in (*same[:-1], part))}.orValue([])"
        left = f"variables.{part}.all(one, one in {before})"
        if same:
            left = cel.every(left, cel.same(*same))
        return cel.some(emptied, left)

    def _other_than_us(self, subject: str) -> str:
        """Return whether a subject, or the owner of a Profile, is neither us nor everybody."""
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

    # other objects of a profile

    def namespaces(self) -> Confined:
        variables = {**_METADATA, **_changed("labels"), **_changed("annotations")}
        rules = (
            self._unprotected("variables.name"),
            Rule(
                cel.some(cel.CREATING, self._is_profile("variables.labelsBefore")), _NOT_A_PROFILE
            ),
            *self._rules_of_mode(),
            self._keys("annotations", (naming.OWNER, naming.KEYS, naming.SOURCE)),
            self._owner_references(profile=True),
        )
        return Confined("", "namespaces", variables, rules)

    def _rules_of_mode(self) -> Iterator[Rule]:
        """Yield the rules for namespaces in this mode: in standalone mode they have our labels."""
        if self.settings.standalone:
            yield from self._standalone_namespaces()
            yield self._keys("labels", (naming.MANAGED_BY, naming.INSTANCE))
        else:
            yield _NEITHER_MADE_NOR_DELETED
            yield self._keys("labels", ())

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
                "gives a Profile with its labels an owner, "
                "and never itself or a group of the system",
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
        return Confined(naming.PROFILE_GROUP, "profiles", variables, rules)

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
        others = [cel.every(cel.UPDATING, kept)]
        if self.with_delete:
            others.append(cel.every(cel.UPDATING, released))
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
        """Return the rule that no object gets an owner, which lets garbage collection delete it."""
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
        """Return whether a namespace is a profile's or may become one.

        Our account cannot set the labels that decide this.
        """
        allowed = f"{cel.entry(labels, naming.ADOPTABLE)} == 'true'"
        kubeflow = f"{cel.entry(labels, naming.PART_OF)} == {cel.text(naming.KUBEFLOW_PROFILE)}"
        if self.settings.standalone:
            return cel.some(allowed, self._of_instances(labels))
        return cel.some(allowed, kubeflow)

    def _marked(self, labels: str) -> str:
        return self._of_instances(labels, take_over=False)

    def _of_instances(self, labels: str, *, take_over: bool = True) -> str:
        instances = {self.settings.instance}
        if take_over and self.settings.take_over:
            instances.add(self.settings.take_over)
        return cel.every(
            self._managed(labels), f"{cel.entry(labels, naming.INSTANCE)} in {cel.texts(instances)}"
        )

    def _managed(self, labels: str) -> str:
        return f"{cel.entry(labels, naming.MANAGED_BY)} == {cel.text(naming.MANAGER)}"

    def _deletable(self, unmarked: str) -> str:
        if not self.with_delete:
            return "false"
        marked = self._marked("variables.labelsBefore")
        if self.settings.stale == "all":
            return cel.some(marked, unmarked)
        return marked


_NEITHER_MADE_NOR_DELETED = Rule(
    cel.UPDATING, "neither makes nor deletes namespaces: the profile controller does"
)


def _now(key: str) -> str:
    return cel.entry("variables.labels", key)


def _before(key: str) -> str:
    return cel.entry("variables.labelsBefore", key)


def _changed(part: str) -> dict[str, str]:
    """Return the variable with the changed keys of labels or annotations."""
    now, before = f"variables.{part}", f"variables.{part}Before"
    set_now = f"{now}.filter(key, !(key in {before}) || {before}[key] != {now}[key])"
    gone = f"{before}.filter(key, !(key in {now}))"
    return {f"{part}Changed": f"{cel.DELETING} ? [] : {set_now} + {gone}"}
