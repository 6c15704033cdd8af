"""The relation `service-mesh`: the pods join an ambient mesh, which lets the gateway in.

The package of the interface labels the StatefulSet and its Service. The charm calls it itself,
because an error of the Kubernetes API would otherwise end the hook.
"""

import httpx2
import lightkube
import ops
from canonical_service_mesh.utils.istio import (
    label_configmap_name_template,
    reconcile_charm_labels,
)
from charmlibs.interfaces.service_mesh import AppPolicy, Endpoint, ServiceMeshConsumer
from lightkube.core.exceptions import ApiError, ConfigError, LoadResourceError

from user_manager_charm import ingress
from user_manager_charm.not_ready import blocked, waiting
from user_manager_charm.settings import HTTP_PORT

RELATION = "service-mesh"
_FORBIDDEN = 403


class Mesh(ops.Object):
    """The mesh of the pods."""

    _stored = ops.StoredState()  # type: ignore[no-untyped-call]

    def __init__(self, charm: ops.CharmBase) -> None:
        super().__init__(charm, "mesh")
        self._charm = charm
        self._stored.set_default(joined=False)
        self._consumer = ServiceMeshConsumer(
            charm,
            policies=[
                AppPolicy(relation=ingress.RELATION, endpoints=[Endpoint(ports=[HTTP_PORT])])
            ],
            auto_join=False,
        )

    def join(self) -> None:
        """Join the mesh, or leave it; only the leader does.

        Raises:
            NotReady: the Kubernetes API does not allow it, or does not answer.
        """
        labels = self._labels()
        if not self._charm.unit.is_leader() or not (labels or self._stored.joined):
            return
        app = self._charm.app.name
        try:
            client = lightkube.Client(namespace=self.model.name, field_manager=app)
            reconcile_charm_labels(
                client=client,
                app_name=app,
                namespace=self.model.name,
                label_configmap_name=label_configmap_name_template.format(app_name=app),
                labels=labels,
            )
        except ApiError as error:
            if error.status.code == _FORBIDDEN:
                raise blocked(f"not allowed to join the mesh; run juju trust {app}") from None
            raise waiting(f"the mesh cannot be joined: {error.status.code}") from None
        except (httpx2.HTTPError, ConfigError, LoadResourceError):
            raise waiting("the mesh cannot be joined: no Kubernetes API") from None
        self._stored.joined = bool(labels)

    def _labels(self) -> dict[str, str]:
        """Return the labels of the mesh; none if its databag is not valid."""
        if not self.model.get_relation(RELATION):
            return {}
        try:
            return dict(self._consumer.labels())
        except ValueError:
            return {}
