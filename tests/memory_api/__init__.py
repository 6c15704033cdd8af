"""A Kubernetes API server in memory, for tests: lightkube talks to it unchanged.

    api = MemoryApi()                                   # or MemoryApi(kinds=[...]) without a CRD
    client = api.client(field_manager="me")             # a lightkube Client; api.transport for any httpx2 client
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ml"}})   # set-up
    client.create(RoleBinding(...))
    api.get("RoleBinding", "ml", "name")                # what is there now, as plain values
    [str(request) for request in api.writes]            # what was sent
    before, twin = api.snapshot(), api.clone()          # compare states; run twice from one state
    api.faults.append(fail_nth_write(3, "reset_after")) # break things, deterministically
    ProfileController(api)                              # the stand-in for Kubeflow's controller
    Kfam(api).list(user="ann@example.com")              # and for the dashboard's backend

It answers what a real server of Kubernetes 1.36 was seen to answer: codes, Status bodies, the order of keys,
canonical quantities, defaults, field ownership. It has no watches, no RBAC, no admission beyond namespaces, no
resourceVersionMatch, no PartialObjectMetadata; bodies are JSON. Quotas are not counted (`status` stays empty), and what
controllers do takes no time: garbage is collected, namespaces end, the stand-ins work before the next request is read.
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
