"""Cases that properties found: one run ends each, and who stays misses at most one request."""

from functools import partial

import pytest

from engine import happenings
from engine.recorder import Recorder
from engine.world import World
from profiles_management import Settings
from profiles_management.kubeflow.objects import naming
from profiles_management.pmr.classes import Contributor, Owner, Profile
from scenarios.documents import LIMITS, OTHER_SCOPES, OWNER, QUOTA, document

DOT, DASH = "a.b@x.com", "a-b@x.com"  # one name to KFAM
NEW = "new@example.com"


def ml(people=(), *, owner=OWNER, **rest):
    """A document of the profile `ml` with contributors as pairs of name and role."""
    contributors = [Contributor(name=name, role=role) for name, role in people]
    return document(
        Profile(name="ml", owner=Owner(kind="User", name=owner), contributors=contributors, **rest)
    )


def by_hand(kind, change):
    return partial(happenings.changed, kind=kind, index=0, change=change)


SWAPPED = [(DOT, "edit"), (DASH, "view")], [(DOT, "view"), (DASH, "edit")]
TO_ADMIN = by_hand("RoleBinding", partial(happenings.bound_to, role="kubeflow-admin"))
TO_SOMEBODY = by_hand(
    "RoleBinding", partial(happenings.annotated, key="user", value=happenings.SOMEBODY)
)
ROLE_LOST = by_hand("AuthorizationPolicy", partial(happenings.annotated, key="role", value=None))
SCOPES_CHANGED = partial(happenings.quota_changed, name="ml", quota=OTHER_SCOPES)

CASES = {
    "two who are alike swap roles": (ml(SWAPPED[0]), ml(SWAPPED[1])),
    "two whom the dashboard made swap roles": (
        ml(),
        ml(SWAPPED[1]),
        *(
            partial(happenings.added_in_dashboard, name="ml", user=user, role=role)
            for user, role in SWAPPED[0]
        ),
    ),
    "owner and contributor swap": (ml([(DOT, "admin")]), ml([(OWNER, "admin")], owner=DOT)),
    "owner and contributor who are alike swap": (
        ml([(DOT, "admin")], owner=DASH),
        ml([(DASH, "admin")], owner=DOT),
    ),
    "a role changes next to the owner": (
        ml([(DOT, "admin")]),
        ml([(DOT, "edit")], owner=NEW, labels={"team": "red"}),
    ),
    "a roleRef was changed": (ml([(DOT, "edit")]), ml([(DOT, "edit"), (DASH, "view")]), TO_ADMIN),
    "a RoleBinding names somebody else": (ml([(DOT, "edit")]), ml([(DOT, "view")]), TO_SOMEBODY),
    "a policy lost its annotation": (ml([(DOT, "edit")]), ml([(DOT, "view")]), ROLE_LOST),
    "a quota has other scopes": (ml(resources=QUOTA), ml(resources=QUOTA), SCOPES_CHANGED),
    "limits of a new namespace": (document(), ml([(DOT, "edit")], limit_range=LIMITS)),
}


@pytest.mark.parametrize("standalone", [False, True], ids=["kubeflow", "standalone"])
@pytest.mark.parametrize(
    ("before", "after", "happened"), [(a, b, rest) for a, b, *rest in CASES.values()], ids=CASES
)
def test_it_ends_in_one_run_and_shuts_nobody_out(before, after, happened, standalone):
    world = World(Settings(allow_revocations=True, writers=1, standalone=standalone)).after(
        before, happened
    )
    seen = Recorder(world.api)

    report = world.apply(after)

    assert report.exit_code == 0, report.errors or report.pending
    assert not world.plan(after).changes
    assert max(map(seen.longest_gap, seen.first.keys() & seen.last.keys()), default=0) <= 1


def test_a_name_with_a_dotted_capital_i_is_kfams():
    assert (
        naming.kfam_name(naming.Person("User", "İb@x.com"), "edit")
        == "user-ib-x-com-clusterrole-edit"
    )
