"""PostgreSQL's end of the relation `database`, with the package of the interface."""

from collections.abc import Mapping
from typing import Any

import ops
from ops import testing

from user_manager_charm import database  # noqa: F401 - imports the package without its warnings

from dpcharmlibs.interfaces import (  # isort: skip
    RequirerCommonModel,
    ResourceProviderEventHandler,
    ResourceProviderModel,
)

ENDPOINTS = "postgresql-k8s-primary.kubeflow.svc.cluster.local:5432"
_META = {"name": "postgresql-k8s", "provides": {"database": {"interface": "postgresql_client"}}}


class _Provider(ops.CharmBase):
    answer: Mapping[str, Any] = {}

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.provider = ResourceProviderEventHandler(self, "database", RequirerCommonModel)
        framework.observe(self.provider.on.resource_requested, self._on_requested)

    def _on_requested(self, event: Any) -> None:
        request = event.request
        response = ResourceProviderModel(
            salt=request.salt,
            request_id=request.request_id,
            resource=request.resource,
            **self.answer,
        )
        self.provider.set_response(event.relation.id, response)


def answer(requested: Mapping[str, str], **changes: Any) -> tuple[Mapping[str, str], list[Any]]:
    """Return the databag that answers a request, and the secrets that it names."""
    response = {
        "username": "portal",
        "password": "s3cr/t",
        "endpoints": ENDPOINTS,
        "tls": False,
        **changes,
    }
    context = testing.Context(type("Provider", (_Provider,), {"answer": response}), meta=_META)
    relation = testing.Relation(
        "database", remote_app_name="user-manager", remote_app_data=dict(requested)
    )
    state = context.run(
        context.on.relation_changed(relation),
        testing.State(leader=True, relations={relation}),
    )
    granted = [
        testing.Secret(secret.latest_content or secret.tracked_content, id=secret.id)
        for secret in state.secrets
    ]
    return state.get_relation(relation.id).local_app_data, granted
