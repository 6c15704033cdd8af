"""What tests leave in the cluster, deleted: each plan lists everything that is there."""

import contextlib

from integration.cluster.server import Server
from memory_api.kinds import PROFILE, Object
from memory_api.status import Refusal


def delete_leftovers(server: Server, prefix: str) -> None:
    """Delete the Profiles, and the namespaces without a Profile, whose names begin so.

    It does not wait for the cluster to be through with it.
    """
    for kind, may_go in (("Profile", _is_there), ("Namespace", _is_nobodys)):
        for obj in server.objects(kind):
            name = obj["metadata"]["name"]
            if name.startswith(prefix) and may_go(obj):
                with contextlib.suppress(Refusal):  # it has gone meanwhile
                    server.delete(kind, None, name)


def _is_there(obj: Object) -> bool:
    return "deletionTimestamp" not in obj["metadata"]


def _is_nobodys(namespace: Object) -> bool:
    """Return whether no Profile takes a namespace along when it goes."""
    owners = namespace["metadata"].get("ownerReferences", ())
    return _is_there(namespace) and all(owner["kind"] != PROFILE.name for owner in owners)
