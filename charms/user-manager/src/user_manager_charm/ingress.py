"""The relation `ingress`: pages and REST on a port of the gateway, at its root.

gRPC is for applications in the cluster, which reach the service itself.
"""

import re

import ops
from charmlibs.interfaces.istio_ingress_route import (
    BackendRef,
    HTTPPathMatch,
    HTTPRoute,
    HTTPRouteMatch,
    IstioIngressRouteConfig,
    IstioIngressRouteRequirer,
    Listener,
    ProtocolType,
)

from user_manager_charm.settings import HTTP_PORT

RELATION = "ingress"
_HOST = re.compile(r"[A-Za-z0-9.-]+")


class Ingress(ops.Object):
    """The gateway of the portal."""

    def __init__(self, charm: ops.CharmBase) -> None:
        super().__init__(charm, "portal-ingress")
        self._charm = charm
        self.requirer = IstioIngressRouteRequirer(charm, RELATION)

    def url(self, port: int) -> str:
        """Return the address of the portal at the gateway, '' without a valid one.

        Args:
            port: of the gateway.
        """
        host = self.requirer.external_host
        if not _HOST.fullmatch(host):
            return ""
        scheme = "https" if self.requirer.tls_enabled else "http"
        return f"{scheme}://{host}:{port}"

    def submit(self, port: int) -> None:
        """Ask the gateway to serve the portal; only the leader does.

        Args:
            port: of the gateway.
        """
        if not (self._charm.unit.is_leader() and self.requirer.is_ready()):
            return
        listener = Listener(port=port, protocol=ProtocolType.HTTP)
        route = HTTPRoute(
            name="portal",
            listener=listener,
            matches=[HTTPRouteMatch(path=HTTPPathMatch(value="/"))],
            backends=[BackendRef(service=self._charm.app.name, port=HTTP_PORT)],
        )
        self.requirer.submit_config(
            IstioIngressRouteConfig(
                model=self.model.name, listeners=[listener], http_routes=[route]
            )
        )
