"""The relation `service-mesh`: in an ambient mesh, policies are bound to a waypoint.

The databag has the type of the mesh, and labels for a charm's pod that joins it. This charm does
not
join: nothing calls it, and it calls only the Kubernetes API. The labels name the waypoint of the
beacon. A policy is bound to a Gateway of its own namespace instead, which Kubeflow's profile
controller creates in each profile under the same name.

The databag is read here, as the interface describes it (canonical/charmlibs,
interfaces/service_mesh). The package of the interface needs two more relations, patches the charm's
StatefulSet, and has a second HTTP client.
"""

import json
from collections.abc import Iterable

import ops

ENDPOINT = "service-mesh"
WAYPOINT = "waypoint"  # as Charmed Kubeflow's profile controller names it


def waypoint(meshes: Iterable[ops.Relation], option: str) -> str:
    """Return the Gateway that contributors' policies are bound to, '' for none.

    Args:
        meshes: the relations with service meshes.
        option: the charm's option `waypoint`, which has precedence.
    """
    if option:
        return option
    return WAYPOINT if any(map(_is_meshed, meshes)) else ""


def _is_meshed(relation: ops.Relation) -> bool:
    """Whether the mesh of the other application is Istio, the only type that exists."""
    try:
        return bool(json.loads(relation.data[relation.app].get("mesh_type", "null")) == "istio")
    except (RecursionError, ValueError):
        return False
