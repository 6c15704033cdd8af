"""What the policies of `rbac --admission-policy` allow to a thief of our account's token."""

import contextlib

import pytest

from integration.cluster import confinement, permissions
from integration.cluster import server as servers
from integration.cluster.confinement import ADOPTABLE_LABEL
from integration.cluster.permissions import NAMESPACE, Permission
from integration.people import OLGA, person
from profiles_management import UPSTREAM, Settings

RBAC = "rbac.authorization.k8s.io"
MALLORY = {"apiGroup": RBAC, "kind": "User", "name": person("mallory")}
OURS = {
    "app.kubernetes.io/managed-by": "profiles-management",
    "profiles-management.io/instance": "default",
}
OF_ANOTHER = OURS | {"profiles-management.io/instance": "another"}
KFAM = {"user": MALLORY["name"], "role": "edit"}
PART_OF = {"app.kubernetes.io/part-of": "kubeflow-profile"}
OWNER = {"owner": OLGA}


class Thief:
    """Requests with the token. All are dry runs, which the API server admits like writes."""

    def __init__(self, client, server, account):
        self._http, self._server, self.account = client._client._client, server, account
        self.itself = {"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}

    def may_create(self, body):
        path = self._path(
            body["kind"],
            body["metadata"].get("namespace"),
            version=body["apiVersion"].rpartition("/")[2],
        )
        return self._may("POST", path, json=body)

    def may_apply(self, body):
        """Return whether a server-side apply may create an object (PATCH admitted as CREATE)."""
        path = self._path(body["kind"], body["metadata"].get("namespace"), body["metadata"]["name"])
        head = {"Content-Type": "application/apply-patch+yaml"}
        return self._may(
            "PATCH", f"{path}&fieldManager=mallory&force=true", json=body, headers=head
        )

    def may_patch(self, kind, namespace, name, change):
        head = {"Content-Type": "application/merge-patch+json"}
        return self._may("PATCH", self._path(kind, namespace, name), json=change, headers=head)

    def may_delete(self, kind, namespace, name):
        return self._may("DELETE", self._path(kind, namespace, name))

    def _path(self, kind, namespace, name=None, version=""):
        return f"{self._server.path(kind, namespace, name, version=version)}?dryRun=All"

    def _may(self, method, path, **more):
        answer = self._http.request(method, path, **more)
        if answer.is_success:
            return True
        assert "ValidatingAdmissionPolicy" in answer.text, answer.text
        assert "denied request: profiles-management" in answer.text, answer.text
        return False


@contextlib.contextmanager
def thief_with(cluster, server, settings, name, *, with_delete=True):
    """Use the token of a confined account with all permissions of `rbac --with-delete`.

    The account may bind every ClusterRole, so that only the policy refuses another role.

    Args:
        with_delete: whether the policies let it delete stale profiles.
    """
    held = (
        *permissions.granted(settings, with_delete=True),
        Permission(RBAC, "clusterroles", "bind"),
    )
    token = permissions.account(server, name, held)
    printed = confinement.policies(
        name, settings, held if with_delete else permissions.granted(UPSTREAM)
    )
    with (
        servers.client(cluster.kubeconfig, token=token) as client,
        confinement.confined(server, client, printed),
    ):
        yield Thief(client, server, name)
    permissions.forget(server, name)


@pytest.fixture(scope="module")
def thief(cluster, server):
    settings = Settings(protected_namespaces=frozenset({"team-secret-*"}))
    with thief_with(cluster, server, settings, "stolen") as thief:
        yield thief


@pytest.fixture(scope="module")
def standalone(cluster, server):
    with thief_with(
        cluster, server, Settings(standalone=True, allow_kubeflow=True), "stolen-standalone"
    ) as thief:
        yield thief


@pytest.fixture
def space(server, name):
    """Create a namespace: `space(labels, annotations)`; return its name."""

    def make(labels=None, annotations=None, *, called=name):
        metadata = {"name": called, "labels": labels or {}, "annotations": annotations or {}}
        server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        return called

    return make


@pytest.fixture
def ours(space):
    """A profile's namespace as the profile controller creates it."""
    return space(PART_OF, OWNER)


def binding(
    namespace, *, name="b", subjects=(MALLORY,), role="kubeflow-edit", labels=OURS, notes=KFAM
):
    metadata = {"name": name, "namespace": namespace, "labels": labels, "annotations": notes}
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}
    head = {"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", "metadata": metadata}
    return {**head, "roleRef": reference, "subjects": list(subjects)}


def policy(namespace, *, name="b", labels=OURS, spec=None):
    metadata = {"name": name, "namespace": namespace, "labels": labels, "annotations": KFAM}
    rules = [{"from": [{"source": {"principals": ["a"]}}]}]
    spec = {"rules": rules} if spec is None else spec
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": metadata,
        "spec": spec,
    }


def profile(name, *, labels=OURS, owner=MALLORY):
    head = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": name, "labels": labels},
    }
    return {**head, "spec": {"owner": owner}}


def test_this_control_plane_knows_the_version_of_the_policies(server):
    assert confinement.known(server)


@pytest.fixture(scope="module")
def keeper(cluster, server):
    """The same without Kubeflow, where nothing is ever to be deleted."""
    with thief_with(
        cluster,
        server,
        Settings(standalone=True, allow_kubeflow=True),
        "stolen-keeper",
        with_delete=False,
    ) as thief:
        yield thief


def test_the_account_cannot_touch_the_policies_themselves(thief):
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    name = f"rolebindings.stolen.{NAMESPACE}.profiles-management.io"

    assert thief._http.delete(f"{path}/{name}?dryRun=All").status_code == 403
    assert thief._http.delete(f"{path}?dryRun=All").status_code == 403
    assert (
        thief._http.delete(
            f"{path.replace('policies', 'policybindings')}/{name}?dryRun=All"
        ).status_code
        == 403
    )


# bind somebody


def test_what_it_is_for_is_allowed(thief, ours):
    assert thief.may_create(binding(ours))
    assert thief.may_create(policy(ours))
    assert thief.may_create(profile("anything"))


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "default", NAMESPACE])
def test_nobody_is_bound_in_a_protected_namespace(thief, namespace):
    assert not thief.may_create(binding(namespace))
    assert not thief.may_create(binding(namespace, subjects=[thief.itself], role="kubeflow-admin"))
    assert not thief.may_create(policy(namespace))


def test_nobody_is_bound_in_a_namespace_that_a_setting_protects(thief, space, name):
    protected = space(PART_OF, OWNER, called=f"team-secret-{name[-20:]}")

    assert not thief.may_create(binding(protected))


@pytest.mark.parametrize(
    ("labels", "annotations"),
    [
        ({}, {}),
        ({}, OWNER),
        (OURS, OWNER),
        ({"profiles-management.io/adoptable": "no"}, {}),
        ({"part-of": "x"}, {}),
    ],
    ids=["bare", "owner", "our labels", "not adoptable", "other labels"],
)
def test_nobody_is_bound_in_a_namespace_of_somebody_else(thief, space, labels, annotations):
    foreign = space(labels, annotations)

    assert not thief.may_create(binding(foreign))
    assert not thief.may_create(policy(foreign))


def test_nobody_is_bound_to_another_role(thief, ours):
    for role in ("cluster-admin", "admin", "system:node", "kubeflow-admin2"):
        assert not thief.may_create(binding(ours, role=role))


@pytest.mark.parametrize(
    "subject",
    [
        {"kind": "Group", "name": "system:masters"},
        {"kind": "Group", "name": "system:authenticated"},
        {"kind": "Group", "name": "system:serviceaccounts"},
        {"kind": "Group", "name": f"system:serviceaccounts:{NAMESPACE}"},
        {"kind": "User", "name": "system:anonymous"},
        {"kind": "User", "name": f"system:serviceaccount:{NAMESPACE}:stolen"},
        {"kind": "ServiceAccount", "name": "stolen", "namespace": NAMESPACE},
    ],
    ids=lambda subject: f"{subject['kind']} {subject['name']}",
)
def test_neither_itself_nor_everybody_is_bound_anywhere(thief, ours, subject):
    subject = subject if subject["kind"] == "ServiceAccount" else {"apiGroup": RBAC, **subject}
    owner = {key: value for key, value in subject.items() if key != "apiGroup"}

    assert not thief.may_create(binding(ours, subjects=[subject]))
    assert not thief.may_create(binding(ours, subjects=[MALLORY, subject]))
    assert not thief.may_create(profile("anything", owner=owner))


@pytest.mark.parametrize("labels", [{}, OF_ANOTHER, {"app.kubernetes.io/managed-by": "Helm"}])
def test_nothing_is_made_without_our_labels(thief, ours, labels):
    assert not thief.may_create(binding(ours, labels=labels))
    assert not thief.may_create(policy(ours, labels=labels))
    assert not thief.may_create(profile("anything", labels=labels))


@pytest.mark.parametrize(
    "subjects", [[], [MALLORY, MALLORY | {"name": "x"}]], ids=["nobody", "two"]
)
def test_no_binding_of_nobody_or_of_two_is_made_to_be_filled_later(thief, ours, subjects):
    assert not thief.may_create(binding(ours, subjects=subjects))


def test_no_other_version_and_no_other_way_of_writing_gets_round_the_policies(
    thief, standalone, ours, space, name
):
    foreign = space({}, {}, called=f"foreign-{name[-20:]}")
    beta = {"apiVersion": "security.istio.io/v1beta1"}

    assert thief.may_create(policy(ours) | beta)
    assert not thief.may_create(policy(foreign) | beta)
    assert not thief.may_create(profile("kube-system") | {"apiVersion": "kubeflow.org/v1beta1"})
    assert thief.may_apply(binding(ours))
    assert not thief.may_apply(binding(foreign))
    assert not thief.may_apply(binding("kube-system"))
    assert not standalone.may_apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}
    )


# what is there


def foreign_binding(namespace, role="kubeflow-view"):
    return binding(namespace, name="theirs", labels={"team": "x"}, notes={"why": "ci"}, role=role)


def test_a_binding_of_somebody_else_stays_as_it_is(thief, server, ours):
    server.create(foreign_binding(ours))

    assert not thief.may_patch(
        "RoleBinding", ours, "theirs", {"subjects": [MALLORY | {"name": "x"}]}
    )
    assert not thief.may_patch(
        "RoleBinding", ours, "theirs", {"metadata": {"labels": OURS, "annotations": KFAM}}
    )
    assert not thief.may_patch("RoleBinding", ours, "theirs", {"subjects": []})
    assert not thief.may_delete("RoleBinding", ours, "theirs")


@pytest.mark.parametrize("labels", [OURS, OF_ANOTHER, {}], ids=["ours", "another's", "KFAM's"])
def test_what_we_or_kfam_made_can_be_taken_over_and_taken_away(thief, server, ours, labels):
    server.create(binding(ours, labels=labels))
    server.create(policy(ours, labels=labels))

    for kind in ("RoleBinding", "AuthorizationPolicy"):
        assert thief.may_patch(
            kind, ours, "b", {"metadata": {"labels": OURS, "annotations": {"role": "view"}}}
        )
        assert thief.may_delete(kind, ours, "b")
    assert thief.may_patch("RoleBinding", ours, "b", {"subjects": []})


def test_what_we_made_keeps_our_labels(thief, server, ours):
    server.create(binding(ours))

    for labels in (
        {"app.kubernetes.io/managed-by": None},
        OF_ANOTHER,
        {"profiles-management.io/instance": None},
    ):
        assert not thief.may_patch("RoleBinding", ours, "b", {"metadata": {"labels": labels}})


def test_a_binding_to_another_role_cannot_be_filled(thief, server, ours):
    server.create(binding(ours, role="cluster-admin", subjects=[]))

    assert not thief.may_patch("RoleBinding", ours, "b", {"subjects": [MALLORY]})
    assert thief.may_delete("RoleBinding", ours, "b")


def test_an_owners_binding_is_restored_and_never_given_to_the_account(thief, server, ours):
    server.create(
        binding(
            ours, name="namespaceAdmin", labels={}, role="kubeflow-admin", subjects=[MALLORY] * 2
        )
    )

    assert thief.may_patch("RoleBinding", ours, "namespaceAdmin", {"subjects": [MALLORY]})
    assert thief.may_patch(
        "RoleBinding", ours, "namespaceAdmin", {"metadata": {"annotations": {"user": OLGA}}}
    )
    assert not thief.may_patch("RoleBinding", ours, "namespaceAdmin", {"subjects": [thief.itself]})


@pytest.mark.parametrize("namespace", ["kube-system", "default"])
def test_what_looks_like_ours_in_a_protected_namespace_stays(thief, server, namespace):
    server.create(binding(namespace, name="planted"))
    try:
        assert not thief.may_patch(
            "RoleBinding", namespace, "planted", {"subjects": [MALLORY | {"name": "x"}]}
        )
        assert not thief.may_delete("RoleBinding", namespace, "planted")
    finally:
        server.delete("RoleBinding", namespace, "planted")


def test_no_policy_opens_a_namespace_or_hands_it_to_an_extension(thief, ours):
    provider = {
        "action": "CUSTOM",
        "provider": {"name": "x"},
        "rules": [{"when": [{"key": "a", "values": ["b"]}]}],
    }

    assert not thief.may_create(policy(ours, spec={"rules": [{}]}))
    assert not thief.may_create(policy(ours, spec=provider))
    assert thief.may_create(policy(ours, spec={}))  # ALLOW without a rule allows nothing


# objects too large to judge: a policy that costs too much refuses, and would keep what somebody
# planted


def test_a_binding_of_thousands_is_still_revoked(thief, server, ours):
    many = [MALLORY | {"name": f"mallory-{number}"} for number in range(8_000)]
    wide = {f"key-{number}": "x" for number in range(10_000)}
    body = binding(ours, labels=OURS | wide, notes=KFAM | wide, subjects=many)
    server.create(body)

    assert thief.may_patch(
        "RoleBinding", ours, "b", {"metadata": {"annotations": {"role": "view"}}}
    )
    assert thief.may_patch("RoleBinding", ours, "b", {"subjects": [MALLORY]})
    assert thief.may_patch("RoleBinding", ours, "b", {"subjects": []})
    assert thief.may_delete("RoleBinding", ours, "b")


def test_a_policy_of_hundreds_of_rules_is_still_revoked(thief, server, ours):
    rule = {
        "from": [{"source": {"principals": ["a"]}}],
        "when": [{"key": "request.headers[x]", "values": ["x" * 99]}],
    }
    server.create(policy(ours, spec={"rules": [rule] * 500}))

    assert thief.may_patch("AuthorizationPolicy", ours, "b", {"spec": {"rules": [rule]}})
    assert thief.may_patch("AuthorizationPolicy", ours, "b", {"spec": {"rules": []}})
    assert thief.may_delete("AuthorizationPolicy", ours, "b")


def test_a_document_of_thousands_of_keys_is_judged(thief, space):
    ours = space(PART_OF, OWNER)
    keys = {f"team-{number}.example.com/a-key-of-some-length": "x" for number in range(3_000)}

    assert thief.may_patch("Namespace", None, ours, {"metadata": {"annotations": keys}})
    steering = keys | {"scheduler.alpha.kubernetes.io/node-selector": "x"}
    assert not thief.may_patch("Namespace", None, ours, {"metadata": {"annotations": steering}})


# namespaces


@pytest.mark.parametrize("namespace", ["kube-system", "default", NAMESPACE])
@pytest.mark.parametrize(
    "change",
    [
        {"labels": {"team": "x"}},
        {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}},
        {"annotations": {"owner": MALLORY["name"]}},
        {"labels": ADOPTABLE_LABEL},
        {"labels": PART_OF},
    ],
    ids=["label", "pod security", "owner", "adoptable", "part of Kubeflow"],
)
def test_a_protected_namespace_stays_as_it_is(thief, standalone, namespace, change):
    assert not thief.may_patch("Namespace", None, namespace, {"metadata": change})
    assert not standalone.may_patch("Namespace", None, namespace, {"metadata": change})


@pytest.mark.parametrize(
    "change",
    [
        {"labels": {"team": "x"}},
        {"labels": ADOPTABLE_LABEL},
        {"labels": PART_OF},
        {"labels": OURS},
        {"annotations": {"owner": MALLORY["name"]}},
        {
            "ownerReferences": [
                {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "name": "x", "uid": "1"}
            ]
        },
    ],
    ids=["label", "adoptable", "part of Kubeflow", "our labels", "owner", "owner reference"],
)
@pytest.mark.parametrize("annotations", [{}, OWNER], ids=["no owner", "an owner"])
def test_a_namespace_of_somebody_else_stays_as_it_is(thief, standalone, space, change, annotations):
    foreign = space({"team": "y"}, annotations)

    assert not thief.may_patch("Namespace", None, foreign, {"metadata": change})
    assert not standalone.may_patch("Namespace", None, foreign, {"metadata": change})


@pytest.mark.parametrize(
    "labels",
    [
        {"pod-security.kubernetes.io/enforce": "privileged"},
        {"pod-security.kubernetes.io/warn": None},
        {"istio-injection": "disabled"},
        {"istio.io/rev": "x"},
        {"topology.istio.io/network": "x"},
        {"kubernetes.io/metadata.name": "x"},
        {"app.kubernetes.io/part-of": None},
        {"app.kubernetes.io/managed-by": "Helm"},
        {"profiles-management.io/adoptable": "true"},
        {"profiles-management.io/anything": "x"},
        {"scheduler.alpha.kubernetes.io/node-selector": "x"},
    ],
    ids=lambda labels: next(iter(labels)),
)
def test_keys_that_steer_the_cluster_stay(thief, space, labels):
    ours = space(PART_OF | {"pod-security.kubernetes.io/warn": "baseline"}, OWNER)

    # The API server always restores the label with the name of the namespace.
    expected = "kubernetes.io/metadata.name" in labels
    assert thief.may_patch("Namespace", None, ours, {"metadata": {"labels": labels}}) is expected
    if None not in labels.values() and "part-of" not in str(labels) and not expected:
        assert not thief.may_patch("Namespace", None, ours, {"metadata": {"annotations": labels}})


def test_keys_of_a_document_are_set_and_taken_back(thief, space):
    ours = space(PART_OF | {"team": "y"}, OWNER)
    change = {"labels": {"team": None, "example.com/cost": "7", "katib.kubeflow.org/x": "y"}}
    notes = {"owner": MALLORY["name"], "profiles-management.io/keys": "{}", "note": "x"}

    assert thief.may_patch("Namespace", None, ours, {"metadata": change | {"annotations": notes}})
    assert thief.may_patch("Namespace", None, ours, {"metadata": {"annotations": {"owner": None}}})


def test_a_namespace_is_not_deleted_by_way_of_an_owner_that_does_not_exist(thief, space):
    ours = space(PART_OF, OWNER)
    owned = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": "x",
            "uid": "00000000-0000-0000-0000-000000000000",
        }
    ]

    assert not thief.may_patch("Namespace", None, ours, {"metadata": {"ownerReferences": owned}})


def test_a_namespace_becomes_a_profile_only_where_an_administrator_allows_it(thief, space):
    allowed = space(ADOPTABLE_LABEL, {})

    assert thief.may_patch(
        "Namespace", None, allowed, {"metadata": {"annotations": {"owner": OLGA}}}
    )
    assert thief.may_create(binding(allowed))
    assert not thief.may_patch(
        "Namespace", None, allowed, {"metadata": {"labels": {"profiles-management.io/x": "y"}}}
    )


# Profiles


@pytest.fixture
def there(server, name):
    """Create a Profile that the profile controller never sees; return its name."""

    def make(labels):
        # Its namespace names another owner, so the profile controller does nothing.
        metadata = {"name": name, "annotations": {"owner": "nobody"}}
        server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        server.create(profile(name, labels=labels, owner={"kind": "User", "name": OLGA}))
        return name

    return make


def test_a_profile_of_another_installation_stays_as_it_is(thief, there):
    theirs = there(OF_ANOTHER)

    for change in (
        {"spec": {"owner": MALLORY}},
        {"metadata": {"labels": OURS}, "spec": {"owner": MALLORY}},
        {"metadata": {"annotations": {"x": "y"}}},
    ):
        assert not thief.may_patch("Profile", None, theirs, change)
    assert not thief.may_delete("Profile", None, theirs)


def test_a_profile_of_nobody_changes_hands_only_with_our_labels(thief, there):
    unmarked = there({})
    owner = {"spec": {"owner": MALLORY}}

    assert not thief.may_patch("Profile", None, unmarked, owner)
    assert thief.may_patch("Profile", None, unmarked, owner | {"metadata": {"labels": OURS}})
    assert not thief.may_delete("Profile", None, unmarked)


def test_a_profile_of_ours_keeps_its_labels_and_is_never_the_accounts(thief, there):
    marked = there(OURS)

    assert thief.may_patch("Profile", None, marked, {"spec": {"owner": MALLORY}})
    assert not thief.may_patch("Profile", None, marked, {"metadata": {"labels": OF_ANOTHER}})
    assert not thief.may_patch(
        "Profile", None, marked, {"spec": {"owner": {"namespace": NAMESPACE, **thief.itself}}}
    )
    assert thief.may_delete("Profile", None, marked)


@pytest.mark.parametrize(
    "name", ["kube-system", "default", NAMESPACE, "istio-system", "team-secret-1"]
)
def test_no_profile_has_the_name_of_a_protected_namespace(thief, name):
    assert not thief.may_create(profile(name))


# without Kubeflow


def test_a_namespace_is_made_with_our_labels_and_no_others_that_steer(standalone):
    head = {"apiVersion": "v1", "kind": "Namespace"}

    def made(labels, name="anything"):
        return {**head, "metadata": {"name": name, "labels": labels, "annotations": OWNER}}

    assert standalone.may_create(made(OURS | {"team": "x"}))
    assert not standalone.may_create(made({}))
    assert not standalone.may_create(
        made(OURS | {"pod-security.kubernetes.io/enforce": "privileged"})
    )
    assert not standalone.may_create(made(OURS | ADOPTABLE_LABEL))
    assert not standalone.may_create(made(OURS, "kube-anything"))


@pytest.mark.parametrize(
    "labels", [{}, OF_ANOTHER, PART_OF], ids=["nobody's", "another's", "Kubeflow's"]
)
def test_only_a_namespace_of_ours_is_deleted(standalone, space, labels):
    assert not standalone.may_delete("Namespace", None, space(labels, OWNER))


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "default"])
def test_no_protected_namespace_is_deleted(standalone, namespace):
    # The API server itself keeps its own namespaces; the policy answers before it does, or its
    # refusal stands.
    answer = standalone._http.delete(f"/api/v1/namespaces/{namespace}?dryRun=All")

    assert answer.status_code == 403


def test_ours_are_written_and_deleted(standalone, space):
    ours = space(OURS, OWNER)
    role = binding(ours, role="edit")
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"pods": "1"}}}
    named = {"name": "kf-resource-quota", "namespace": ours, "labels": OURS}

    assert standalone.may_create(role)
    assert standalone.may_create({**quota, "metadata": named})
    assert not standalone.may_create({**quota, "metadata": named | {"name": "another"}})
    assert not standalone.may_create({**quota, "metadata": named | {"labels": {}}})
    assert standalone.may_patch(
        "Namespace", None, ours, {"metadata": {"annotations": {"owner": MALLORY["name"]}}}
    )
    assert standalone.may_delete("Namespace", None, ours)


def test_without_delete_a_namespace_is_neither_deleted_nor_let_go(keeper, standalone, space):
    ours = space(OURS, OWNER)
    released = {"labels": dict.fromkeys(OURS), "annotations": {"owner": None}}

    assert not keeper.may_delete("Namespace", None, ours)
    assert not keeper.may_patch("Namespace", None, ours, {"metadata": released})
    assert standalone.may_patch("Namespace", None, ours, {"metadata": released})
    assert not standalone.may_patch(
        "Namespace", None, ours, {"metadata": {"labels": dict.fromkeys(OURS)}}
    )
    assert not standalone.may_patch("Namespace", None, ours, {"metadata": {"labels": OF_ANOTHER}})


def test_a_quota_of_somebody_else_is_not_lifted(standalone, server, space):
    ours = space(OURS, OWNER)
    metadata = {"name": "theirs", "namespace": ours}
    server.create(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": metadata,
            "spec": {"hard": {"pods": "1"}},
        }
    )

    assert not standalone.may_patch(
        "ResourceQuota", ours, "theirs", {"spec": {"hard": {"pods": "9"}}}
    )
    assert not standalone.may_delete("ResourceQuota", ours, "theirs")


def test_a_limit_range_of_somebody_else_stays(thief, server, ours):
    limits = {"apiVersion": "v1", "kind": "LimitRange", "spec": {"limits": []}}
    server.create({**limits, "metadata": {"name": "profiles-management", "namespace": ours}})
    server.create({**limits, "metadata": {"name": "theirs", "namespace": ours}})

    for name in ("profiles-management", "theirs"):
        assert not thief.may_patch("LimitRange", ours, name, {"metadata": {"labels": OURS}})
        assert not thief.may_delete("LimitRange", ours, name)
