"""A document names a namespace of Kubernetes, of this software or of the gateway, or one in use."""

import base64
import json

import pytest
from engine.build import document, profile
from engine.looking import codes
from engine.test_ownership import a_namespace, made_by_hand
from engine.world import World
from lightkube import Client, KubeConfig
from lightkube.config.models import Cluster as ClusterEntry
from lightkube.config.models import User

from memory_api import forbid
from profiles_management import Settings, export_pmr, list_stale_profiles, plan_profiles
from profiles_management.kubeflow.permissions.caller import own_namespace
from profiles_management.pmr import Profile
from scenarios.foreign import put

GATEWAY = "cluster.local/ns/gateways/sa/ingress"
ADOPT = {"adopt": True}


@pytest.fixture
def world():
    return World()


def token(subject, **claims):
    """Return a token of a ServiceAccount in the form of an API server."""
    parts = ({"alg": "RS256"}, {"sub": subject, **claims})
    encoded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    ]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def client_of(world, subject):
    entry = ClusterEntry(server="http://memory.invalid", insecure=True)
    config = KubeConfig.from_one(
        cluster=entry, user=User(token=token(subject)), context_name="memory"
    )
    return Client(config=config, transport=world.api.transport, trust_env=False)


def refused(plan):
    return [(problem.code, problem.what) for problem in plan.refused]


# protected


@pytest.mark.parametrize(
    "name", ["default", "kube-system", "kube-public", "kubeflow", "istio-system"]
)
def test_no_document_names_a_namespace_of_the_cluster(name):
    with pytest.raises(ValueError, match="reserved for the cluster itself"):
        profile(name)


def test_the_namespace_of_our_own_account_is_left_alone(world):
    a_namespace(world, "ci")
    client = client_of(world, "system:serviceaccount:ci:profiles-management")

    plan = plan_profiles(document(profile("ci", fields=ADOPT), profile("ml")), target=client)

    assert refused(plan) == [("protected", "namespace ci is protected")]
    assert {change.profile for change in plan.changes} == {"ml"}


def test_the_namespace_that_the_program_runs_in_is_left_alone(world):
    plan = world.plan(document(profile("model", fields=ADOPT)), own_namespace="model")

    assert refused(plan) == [("protected", "namespace model is protected")]


def test_the_namespace_of_the_gateway_is_left_alone(world):
    a_namespace(world, "gateways")

    plan = world.plan(document(profile("gateways", fields=ADOPT)), principals=(GATEWAY,))

    assert refused(plan) == [("protected", "namespace gateways is protected")]


def test_a_profile_with_our_labels_in_our_own_namespace_is_neither_stale_nor_exported(world):
    labels = {
        "app.kubernetes.io/managed-by": "profiles-management",
        "profiles-management.io/instance": "default",
    }
    made_by_hand(world, "ci", labels=labels)
    client = client_of(world, "system:serviceaccount:ci:profiles-management")

    assert list_stale_profiles(document(), target=client) == ()
    assert not export_pmr(target=client).pmr.profiles
    assert not plan_profiles(document(), target=client).changes


@pytest.mark.parametrize(
    ("headers", "namespace"),
    [
        ({"Authorization": f"Bearer {token('system:serviceaccount:ci:robot')}"}, "ci"),
        ({"Impersonate-User": "system:serviceaccount:ci:robot", "Authorization": "Bearer x"}, "ci"),
        (
            {
                "Impersonate-User": "ann@example.com",
                "Authorization": f"Bearer {token('system:serviceaccount:ci:robot')}",
            },
            "",
        ),
        ({"Authorization": f"Bearer {token('ann@example.com')}"}, ""),
        ({"Authorization": "Basic YTpi"}, ""),
        ({"Authorization": "Bearer a.b.c"}, ""),
        ({"Authorization": "Bearer a.b"}, ""),
        ({"Authorization": f"Bearer a.{base64.b64encode(b'[1]').decode()}.c"}, ""),
        ({"Authorization": f"Bearer a.{base64.b64encode(b'[' * 3_000).decode()}.c"}, ""),
        ({"Authorization": f"Bearer {token(1)}"}, ""),
        ({"Authorization": f"Bearer {'.' * 100_000}"}, ""),
        ({}, ""),
    ],
)
def test_whose_requests_these_are_is_read_from_what_is_sent(headers, namespace):
    assert own_namespace(headers) == namespace


# in use


def pod(name, space="ml"):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": space},
        "spec": {},
    }


def account(name, space="ml"):
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": space},
    }


def in_use(world, pods, accounts):
    a_namespace(world)
    put(world.api, *(pod(f"p{number}") for number in range(pods)))
    put(world.api, *(account(f"a{number}") for number in range(accounts)))


def listed(world):
    return [request for request in world.api.log if request.resource in ("pods", "serviceaccounts")]


@pytest.mark.parametrize(
    ("pods", "accounts", "said"),
    [
        (0, 0, "0 pods and 0 ServiceAccounts"),
        (1, 2, "1 pod and 2 ServiceAccounts"),
        (7, 1, "7 pods and 1 ServiceAccount"),
    ],
)
def test_the_plan_says_what_is_in_a_namespace_that_is_taken_over(world, pods, accounts, said):
    in_use(world, pods, accounts)

    (warning,) = world.plan(document(profile(fields=ADOPT))).warnings

    assert (warning.code, warning.what) == (
        "adopts-namespace",
        f"namespace ml is taken over with {said}",
    )
    assert "kubectl get pods,serviceaccounts --namespace ml" in warning.remedy
    assert [request.query["limit"] for request in listed(world)] == ["1", "1"]


def test_only_namespaces_that_are_taken_over_are_looked_into(world):
    pmr = document(profile(fields=ADOPT), profile("new", fields=ADOPT), profile("plain"))
    world.apply(pmr)
    world.api.log.clear()

    assert world.plan(pmr).warnings == ()
    assert listed(world) == []


def test_no_more_than_fifty_are_looked_into(world):
    names = [f"p{number:02}" for number in range(60)]
    for name in names:
        a_namespace(world, name)

    warnings = world.plan(document(*(profile(name, fields=ADOPT) for name in names))).warnings

    assert codes(warnings) == ["adopts-namespace"] * 60
    assert len(listed(world)) == 100
    assert warnings[-1].what.endswith(
        "its content is unknown: the document adopts too many at once"
    )


@pytest.mark.parametrize("resource", ["pods", "serviceaccounts"])
def test_without_the_right_to_look_it_is_said_and_nothing_else_is_different(world, resource):
    in_use(world, 2, 2)
    world.api.faults.append(forbid("list", resource))

    report = world.apply(document(profile(ann="edit", fields=ADOPT)))

    (warning,) = report.plan.warnings
    assert warning.what.startswith(
        "namespace ml is taken over, and its content is unknown: Not allowed to list "
    )
    assert report.exit_code == 0


def test_without_a_profile_controller_it_is_said_too():
    plain = World(Settings(standalone=True, allow_revocations=True))
    in_use(plain, 1, 1)

    (warning,) = plain.plan(document(profile(fields=ADOPT))).warnings

    assert warning.what == "namespace ml is taken over with 1 pod and 1 ServiceAccount"


def test_the_name_of_a_profile_that_code_built_is_checked_too(world):
    built = Profile.model_construct(name="default", owner=profile().owner)
    with pytest.raises(Exception, match="reserved"):
        world.plan(document(built))
