"""Documents, and runs of them against the test server."""

from __future__ import annotations

from dataclasses import replace

from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.pmr.puhuri_section import Puhuri
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.portal_settings import PuhuriSettings
from profiles_management.puhuri.portal_target import PuhuriTarget
from profiles_management.reconcile.clock import SYSTEM
from profiles_management.reconcile.loop import reconcile
from profiles_management.reconcile.run_limits import RunLimits
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid

LIMITS = RunLimits(
    allow_revocations=True,
    brake_share=1.0,
    brake_minimum=100,
    writers=4,
    timeout=lambda _is_new: 30.0,
)
CUSTOMER = "National Research Allocator"


def document(*profiles, **section):
    """Return a document of profiles, each (name, owner, {contributor: role})."""
    return ProfilesManagementRepresentation(
        [
            Profile.model_validate(
                {
                    "name": name,
                    "owner": {"kind": "User", "name": cuid(owner)},
                    "contributors": [
                        {"name": cuid(person), "role": role} for person, role in people.items()
                    ],
                    "puhuri": section,
                }
            )
            for name, owner, people in profiles
        ],
        puhuri=Puhuri(customer=CUSTOMER),
    )


def allocation(**limits):
    return {"name": "training", "offering": "LUMI regular", "limits": limits}


class Interrupted(PuhuriTarget):
    """A target that lets something happen before each of its writes, by their number from 0."""

    before_write = staticmethod(lambda _count: None)
    count = 0

    def send(self, write, *, deadline):
        self.count += 1
        self.before_write(self.count - 1)
        super().send(write, deadline=deadline)


def run(portal, pmr, time=None, *, before_write=None, **settings):
    """Make the portal match a document, and return the report."""
    clock = SYSTEM if time is None else time.clock
    limits = LIMITS if time is None else replace(LIMITS, writers=1)  # in one order
    with Client(portal.url, Token(ALLOCATOR_TOKEN), clock=clock) as client:
        target = Interrupted(client, pmr, PuhuriSettings("test", **settings), clock=clock)
        target.before_write = before_write or target.before_write
        return reconcile(target, limits, clock)


def project_of(portal, profile):
    """Return the project of a profile on the server."""
    marked = f"test/{profile}"
    (project,) = [one for one in portal.world.projects if one.backend_id == marked]
    return project


def members(portal, profile):
    """Return the roles of everybody in the project of a profile: {(user name, role)}."""
    grants = portal.world.active_grants(project_of(portal, profile))
    return {(grant.user.username, grant.role) for grant in grants}


def results(report):
    """Return the object and the result of each change of a run."""
    return [(outcome.change.target.name, outcome.result.name) for outcome in report.outcomes]
