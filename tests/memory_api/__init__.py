"""A Kubernetes API server in memory, for tests: lightkube talks to it unchanged.

    api = MemoryApi()                           # or MemoryApi(kinds=[...]) without a CRD
    client = api.client(field_manager="me")     # lightkube; api.transport for any httpx2 client
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ml"}})    # set-up
    client.create(RoleBinding(...))
    api.get("RoleBinding", "ml", "name")        # the present object, as plain values
    [str(request) for request in api.writes]    # the requests that were sent
    before, twin = api.snapshot(), api.clone()  # compare states; run twice from one state
    api.faults.append(fail_nth_write(3, "reset_after"))    # inject faults, deterministically
    ProfileController(api)                      # the stand-in for Kubeflow's controller
    Kfam(api).list(user="ann@example.com")      # the stand-in for the dashboard's backend

It answers as a Kubernetes 1.36 server was observed to answer: codes, Status bodies, the order of
keys, canonical quantities, defaults, field ownership. It has no watches, no RBAC, no admission
except for namespaces, no resourceVersionMatch and no PartialObjectMetadata; bodies are JSON. Quotas
are not counted (`status` stays empty). Controllers take no time: garbage collection, deletion of
namespaces and the stand-ins finish before the server reads the next request.
`python -m memory_api --port 0` serves one over loopback for benchmarks.
"""

from .controller import ProfileController
from .faults import (
    INJURIES,
    Fault,
    Killed,
    always,
    fail_nth_write,
    forbid,
    gone_mid_list,
    injury,
    once,
    stale_list,
)
from .kfam import Binding, Kfam, KfamError, binding_name
from .objects import Happened
from .requests import Request
from .server import MemoryApi
from .status import Answer, Refusal

__all__ = [
    "INJURIES",
    "Answer",
    "Binding",
    "Fault",
    "Happened",
    "Kfam",
    "KfamError",
    "Killed",
    "MemoryApi",
    "ProfileController",
    "Refusal",
    "Request",
    "always",
    "binding_name",
    "fail_nth_write",
    "forbid",
    "gone_mid_list",
    "injury",
    "once",
    "stale_list",
]
