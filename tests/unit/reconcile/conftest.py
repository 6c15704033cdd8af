"""Plans built by hand, for tests of renderers without a document or a cluster."""

from pathlib import Path

import pytest

import golden
from profiles_management.kubeflow.objects.plan_terms import KubeflowField, Verb, labelled
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.plan import (
    OWNER,
    AccessGroup,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    FieldKind,
    Frozen,
    ObjectRef,
    Pending,
    Person,
    Phase,
    Plan,
    Reason,
    Write,
)

PHASES = {
    Action.DELETE: Phase.REVOKE,
    Action.REPLACE: Phase.SWITCH,
    Action.UPDATE: Phase.SHAPE,
    Action.CREATE: Phase.GRANT,
}


_KINDS = {
    "owner": FieldKind.OWNER,
    "managed by": FieldKind.MANAGED_BY,
    "source": FieldKind.SOURCE,
    "labels": KubeflowField.LABEL,
    "limits": FieldKind.LIMITS,
    "limits[0]": FieldKind.LIMITS,
}


def kind_of(path):
    """Return the kind of a field in these tests; `limits.cpu` is the amount of a quota."""
    if path.startswith("limits."):
        return FieldKind.QUOTA
    return _KINDS.get(path.split(".")[0], FieldKind.QUOTA)


@pytest.fixture
def keeps():
    """Compare a text with the golden file of that name."""
    return lambda name, text: golden.check(Path(__file__).parent / "golden" / name, text)


@pytest.fixture
def somebody():
    """Build a step about somebody's access: `somebody("+", "ann@example.com", after="edit")`."""

    def build(
        symbol,
        name,
        *,
        before="",
        after="",
        reason=None,
        profile="ml-engineers",
        kind="User",
        until="",
        **more,
    ):
        action = Action(symbol)
        objects = [
            ObjectRef(kind, profile, f"user-{name}")
            for kind in ("RoleBinding", "AuthorizationPolicy")
        ]
        return Change(
            PHASES[action],
            profile,
            objects[0],
            action,
            reason or _usual(action),
            person=Person(kind, name),
            before=before,
            after=after,
            until=until,
            moves=(AccessMove(Person(kind, name), before, after, until),),
            writes=tuple(Write(Verb.PATCH, ref) for ref in objects),
            **more,
        )

    return build


@pytest.fixture
def something():
    """Build a step about an object: `something("~", "Profile", ("limits.cpu", "1", "2"))`."""

    def build(symbol, kind, *fields, reason=None, profile="ml-engineers", writes=1, moves=()):
        action = Action(symbol)
        namespace = "" if kind in ("Profile", "Namespace") else profile
        ref = ObjectRef(kind, namespace, profile)
        change = Change(
            Phase.GRANT if action is Action.CREATE else Phase.SHAPE,
            profile,
            ref,
            action,
            reason or _usual(action),
            fields=tuple(FieldDiff(kind_of(path), path, *values) for path, *values in fields),
            moves=tuple(AccessMove(Person("User", name), *rest) for name, *rest in moves),
            writes=tuple(Write(Verb.PATCH, ref) for _ in range(writes)),
        )
        return labelled(change)

    return build


@pytest.fixture
def refusal():
    """Build the refusal of a profile."""

    def build(profile, what="namespace legacy belongs to root@example.com"):
        remedy = "Choose another name, or have it handed over first."
        return Problem("foreign-namespace", what, Where.of_profile(profile), remedy)

    return build


@pytest.fixture
def everything(somebody, something, refusal):
    """A plan with each kind of thing that a plan can hold."""
    header = FieldDiff(
        KubeflowField.POLICY,
        "rules[0].when[0].key",
        "request.headers[x-user]",
        "request.headers[kubeflow-userid]",
        'header "x-user" → "kubeflow-userid"',
    )
    return Plan(
        changes=(
            somebody("-", "michal@canonical.com", before="edit", reason=Reason.LEFT_DOCUMENT),
            somebody("-", "eva@canonical.com", before="view", reason=Reason.EXPIRED),
            somebody("-", "old@canonical.com", before="edit", reason=Reason.LEFT_DOCUMENT, profile="gone"),
            somebody("-", "two@canonical.com", before="view", after="admin", reason=Reason.EXTRA_ROLE),
            somebody(
                "-/+", "andreea@canonical.com", before="view", after="edit", reason=Reason.ROLE_CHANGED,
                fields=(FieldDiff(FieldKind.ROLE, "role", "kubeflow-view", "kubeflow-edit"),),
            ),
            something("~", "Profile", ("owner", "ann@x.org", "bob@x.org"),
                      moves=[("ann@x.org", OWNER, "edit"), ("bob@x.org", "", OWNER)],
                      profile="handed-over", reason=Reason.OWNER_CHANGED),
            something("~", "Profile", ("limits.cpu", "1", "2"), ("requests.memory", None, "1Gi")),
            something("~", "Profile", ("managed by", None, "default"), profile="found", reason=Reason.ADOPTED),
            something("~", "ResourceQuota", ("limits.cpu", "9", "2"), profile="found", reason=Reason.DRIFTED),
            something("~", "Namespace", ("labels.team", None, "a b"), ("labels.old", "1", None), profile="found"),
            something("-", "LimitRange", ("limits[0].max.cpu", "2", None), profile="found",
                      reason=Reason.LEFT_DOCUMENT),
            somebody(
                "~", "daniela@canonical.com", before="edit", after="edit", profile="data-engineers",
                reason=Reason.DRIFTED, fields=(header,),
            ),
            somebody(
                "~", "late@canonical.com", before="edit", after="edit", profile="data-engineers",
                reason=Reason.CHANGED, until="2027-06-01T00:00:00Z",
                fields=(FieldDiff(FieldKind.UNTIL, "until", None, "2027-06-01T00:00:00Z"),),
            ),
            somebody(
                "~", "gil@canonical.com", before="edit", after="edit", profile="moved", reason=Reason.MOVED,
                fields=(FieldDiff(FieldKind.SOURCE, "source", "config", "git"),),
            ),
            something("~", "Profile", ("source", "config", "git"), profile="moved", reason=Reason.MOVED),
            somebody("-", "eve@canonical.com", before="view", reason=Reason.EXPIRED, profile="still"),
            something("+", "Profile", ("owner", None, "ann@x.org"), ("limits.cpu", None, "4"),
                      moves=[("ann@x.org", "", OWNER)], profile="new-team"),
            something("+", "LimitRange", ("limits", [], [{"type": "Container", "max": {"cpu": "2"}, "min": {}}]),
                      profile="new-team"),
            somebody("+", "li@example.com", after="view", until="2027-01-01T00:00:00Z"),
            somebody("+", "researchers", after="edit", kind="Group"),
        ),
        refused=(
            refusal("legacy"),
            Problem("two-sources", "ml is defined by config and by relation:profiles:x", Where.of_profile("ml"),
                    "Remove it from one of them."),
        ),
        warnings=(
            Problem("missing-cluster-role", "ClusterRole kubeflow-view does not exist",
                    Where(path="ClusterRole/kubeflow-view"), "Install Kubeflow's ClusterRoles.", names_place=True),
            Problem("unreadable", "this file cannot be read: bad indentation", Where(file="team/odd.yaml"),
                    "Correct or remove it."),
            Problem("not-open", "relation:profiles:x adds contributors to found, which config does not open",
                    Where.of_profile("found", file="relation:profiles:x"),
                    "Write `open: true` in found in config, or remove the addition.", names_place=True),
        ),
        pending=(Pending("slow", "namespace slow is being deleted"),),
        profiles=16,
        stale=("gone",),
        existing={AccessGroup(""): 20},
        frozen=(
            Frozen("relation:profiles:teams", "it has published nothing yet", ("quiet", "still"), contributors=1, people=9),
            Frozen("", "", ("old-team",), people=1),
        ),
    )  # fmt: skip


def _usual(action):
    return Reason.WANTED if action is Action.CREATE else Reason.CHANGED
