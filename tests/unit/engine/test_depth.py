"""One object that is nested too deep to be decoded stops nobody."""

import httpx2
import pytest
from lightkube import Client

from engine.build import document
from profiles_management import ClusterError
from profiles_management.kubeflow.cluster import Cluster
from profiles_management.kubeflow.depth import without_managed_fields
from profiles_management.kubeflow.settings import UPSTREAM

DEPTH = 5000
DEEP = b'{"f:a":' * DEPTH + b"{}" + b"}" * DEPTH
FIELDS = b'"managedFields":[{"manager":"ann","fieldsV1":' + DEEP + b"}],"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b'{"a":1}', b'{"a":1}'),
        (b'{"managedFields":[{"x":["]","\\""]}],"b":2}', b'{"managedFields":[],"b":2}'),
        (b'[{"managedFields":[]},{"managedFields":[1]}]', b'[{"managedFields":[]},{"managedFields":[]}]'),
        (b'{"note":"\\"managedFields\\":[1]"}', b'{"note":"\\"managedFields\\":[1]"}'),
    ],
)
def test_only_managed_fields_are_cut_out(text, left):
    assert without_managed_fields(text) == left


def client_with(api, place: bytes, planted: bytes) -> Client:
    """Return a client whose lists of RoleBindings have something planted in their first object."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        response = api.transport.handle_request(request)
        if not request.url.path.endswith("/rolebindings"):
            return response
        content = response.read().replace(place, place + planted, 1)
        return httpx2.Response(response.status_code, headers={"Content-Type": "application/json"}, content=content)

    return Client(config=api.client().config, transport=httpx2.MockTransport(handler))


def test_managed_fields_of_any_depth_are_passed_over(world, profile):
    world.apply(document(profile(ann="edit")))

    seen = Cluster(client_with(world.api, b'"metadata":{', FIELDS)).observe(UPSTREAM)

    assert list(seen.bindings["ml"]) == ["user-ann-example-com-clusterrole-edit"]


def test_other_depth_is_one_message(world, profile):
    world.apply(document(profile(ann="edit")))
    cluster = Cluster(client_with(world.api, b'"metadata":{', b'"deep":' + DEEP + b","))

    with pytest.raises(ClusterError, match="nested too deep"):
        cluster.observe(UPSTREAM)
