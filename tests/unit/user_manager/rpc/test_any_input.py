"""Whatever arrives, the answer is a status of the contract, and never a fault of the service."""

import string
from typing import Any

from contract_client import Client, Metadata
from hypothesis import given
from hypothesis import strategies as st
from rpc_world import ANN, MODULE, OLGA, PROFILE, READ, ROOT, access, request

from user_manager.models import Access
from user_manager.rpc.answering import VERBS

STATUSES = {
    "OK",
    "INVALID_ARGUMENT",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "FAILED_PRECONDITION",
    "RESOURCE_EXHAUSTED",
}
PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "

known = st.sampled_from([ANN, OLGA, ROOT, MODULE, PROFILE, "open", "ann-ml", "..", "", "a\0b"])
texts = known | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
numbers = st.integers(0, 3) | st.integers(-(2**31), 2**31 - 1)
accesses = st.fixed_dictionaries(
    {},
    optional={
        "id": texts,
        "ext_datamodule_id": texts,
        "access_types": st.lists(numbers, max_size=5),
    },
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "id": texts,
        "name": texts,
        "user_id": texts,
        "role": numbers,
        "access": accesses,
        "access_request_id": texts,
        "owner_user_id": texts,
        "state": st.booleans(),
    },
)
ascii_values = st.sampled_from([ANN, OLGA, ROOT, "P1D", "2026-07-01T00:00:00Z"]) | st.text(
    PRINTABLE, max_size=80
)
entries = st.one_of(
    st.tuples(
        st.sampled_from(
            ["kubeflow-userid", "authorization", "x-acting-for", "x-duration", "x-until"]
        ),
        ascii_values,
    ),
    st.tuples(
        st.sampled_from(["kubeflow-userid-bin", "x-acting-for-bin", "x-reason-bin"]),
        st.binary(max_size=80),
    ),
)
persons = st.sampled_from([ANN, OLGA, ROOT]).map(lambda person: ("kubeflow-userid", person))


@given(
    method=st.sampled_from(list(VERBS)),
    values=fields,
    person=persons,
    extra=st.lists(entries, max_size=2),
)
def test_any_message_and_metadata_have_an_answer(
    client: Client, method: str, values: dict[str, Any], person: tuple[str, str], extra: Metadata
) -> None:
    _begin()
    descriptor = client.contract.service.methods_by_name[method].input_type
    known_values = {name: values[name] for name in values if name in descriptor.fields_by_name}
    if "access" in known_values:
        known_values["access"] = client.contract.message(
            "ExtDatamoduleAccess", **known_values["access"]
        )
    assert client.call(method, [person, *extra], **known_values).status in STATUSES


@given(method=st.sampled_from(list(VERBS)), data=st.binary(max_size=60))
def test_any_bytes_have_an_answer(client: Client, method: str, data: bytes) -> None:
    assert client.send(method, data, [("kubeflow-userid", ROOT)]).status in STATUSES


@given(metadata=st.lists(entries, max_size=5))
def test_any_metadata_has_an_answer(client: Client, metadata: Metadata) -> None:
    assert client.call("GetUser", metadata, id=ANN).status in STATUSES


def _begin() -> None:
    """Create an access and a request, unless an example before did."""
    if not Access.objects.filter(id="open").exists():
        access(ANN, PROFILE, READ)
        request(ANN, MODULE, id="open")
