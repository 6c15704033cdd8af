"""One request on the wire: the address, the body, and no credentials of others."""

import httpx2
import pytest
from lightkube import Client, KubeConfig
from lightkube.config.models import Cluster, User

from profiles_management.kubeflow.cluster.http import MERGE_PATCH, Wire, path
from profiles_management.kubeflow.observation import slim_classes

SERVER = "https://cluster.invalid"


@pytest.fixture
def sent():
    """The requests that were sent."""
    return []


@pytest.fixture
def wire_to(sent):
    def build(server):
        def answer(request):
            sent.append(request)
            return httpx2.Response(200, content=b"{}")

        config = KubeConfig.from_one(
            cluster=Cluster(server=server, insecure=True), user=User(token="secret")
        )
        return Wire(Client(config=config, transport=httpx2.MockTransport(answer), trust_env=False))

    return build


def test_a_server_may_have_a_path_of_its_own(wire_to, sent):
    wire_to(f"{SERVER}/k8s/clusters/c-1").send(
        "GET", path(slim_classes.Profile, query={"limit": 5000})
    )

    assert str(sent[0].url) == f"{SERVER}/k8s/clusters/c-1/apis/kubeflow.org/v1/profiles?limit=5000"


def test_a_name_is_one_part_of_the_path_whatever_is_in_it(wire_to, sent):
    wire_to(SERVER).send("DELETE", path(slim_classes.RoleBinding, "ml", "a/b?c%20ä"))

    parent = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"
    assert sent[0].url.raw_path.decode() == f"{parent}/a%2Fb%3Fc%2520%C3%A4"


def test_the_same_path_goes_to_the_server_of_each_client(wire_to, sent):
    for server in (SERVER, "https://other.invalid"):
        wire_to(server).send("GET", path(slim_classes.Namespace))

    assert [one.url.host for one in sent] == ["cluster.invalid", "other.invalid"]


def test_a_body_is_sent_as_it_is_with_its_content_type_and_the_clients_credentials(wire_to, sent):
    wire_to(SERVER).send(
        "PATCH", path(slim_classes.Profile, name="ml"), b'{"spec":{}}', MERGE_PATCH
    )

    (request,) = sent
    assert (request.method, request.content) == ("PATCH", b'{"spec":{}}')
    assert request.headers["Content-Type"] == "application/merge-patch+json"
    assert request.headers["Authorization"] == "Bearer secret"


def test_a_request_without_body_has_no_content_type(wire_to, sent):
    wire_to(SERVER).send("GET", path(slim_classes.Profile))

    assert "Content-Type" not in sent[0].headers
