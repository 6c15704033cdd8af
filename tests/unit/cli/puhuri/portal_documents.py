"""Documents for the test portal, and what it has of them."""

import yaml

from puhuri_server.sample import cuid

CUSTOMER = "National Research Allocator"
TRAINING = {
    "name": "training",
    "offering": "LUMI regular",
    "limits": {"cpu_k_hours": 10, "gpu_k_hours": 5, "gb_k_hours": 1},
}


def document(*people, customer=CUSTOMER, named=cuid, **section):
    """Return a document with one profile, which ada owns; `people` are pairs of name and role."""
    profile = {
        "name": "quantum",
        "owner": {"kind": "User", "name": named("ada")},
        "contributors": [{"name": named(name), "role": role} for name, role in people],
        "puhuri": {"name": "Quantum", **section},
    }
    return yaml.safe_dump(
        {"puhuri": {"customer": customer} if customer else {}, "profiles": [profile]}
    )


def roles(portal, profile="quantum", instance="test"):
    """Return {user name: role} of a profile's project on the server."""
    (project,) = [one for one in portal.world.projects if one.backend_id == f"{instance}/{profile}"]
    return {grant.user.username: grant.role for grant in portal.world.active_grants(project)}
