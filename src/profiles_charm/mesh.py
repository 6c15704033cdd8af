"""The relation `service-mesh`: whether an ambient mesh is there, so that policies are bound to a waypoint.

The relation's databag tells the type of the mesh and the labels with which the charm's own pod
would join it. The charm does not join: nobody calls it, and it calls nothing but the Kubernetes
API. Nor do those labels name the waypoint that is wanted here: that one is the beacon's, while a
policy is bound to a Gateway of its own namespace, which Kubeflow's profile controller makes in each
profile under one name.

Read by hand, as the interface has it (canonical/charmlibs, interfaces/service_mesh): its package,
with which a charm joins a mesh, wants two more relations, patches the charm's StatefulSet, and
brings a second HTTP client.
"""

import json

import ops

ENDPOINT = "service-mesh"
WAYPOINT = "waypoint"  # as Charmed Kubeflow's profile controller names it


def waypoint(model: ops.Model, option: str) -> str:
    """Return the Gateway that contributors' policies are bound to, '' for none.

    Args:
        option: the charm's option `waypoint`, which comes first.
    """
    return option or (WAYPOINT if any(map(_is_meshed, model.relations[ENDPOINT])) else "")


def _is_meshed(relation: ops.Relation) -> bool:
    """Whether the other side has said that its mesh is Istio's, the only type that there is."""
    try:
        return bool(json.loads(relation.data[relation.app].get("mesh_type", "null")) == "istio")
    except (RecursionError, ValueError):
        return False
