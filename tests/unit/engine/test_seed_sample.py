"""The sample of the first request for this library runs, with its spelling corrected."""

import json

import ops
import ops.testing
import pytest

from engine.looking import roles_in
from engine.world import World
from memory_api.loopback import serving

PRINTED = """
from profiles_management.pmr import classes
from profiles_management import create_or_update_profiles


class ConsumerCharm(ops.CharmBase):

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)

        self.framework.observe(self.on.update_status, self.reconcile)

    def reconcile():
        # create a PMR and call the library's functions
        pmr = classes.ProfilesManagementRepresentation()

        for profile_name in ["ml-engineers"]:
            # create the contributors of the Profile
            contributors = []
            for user, role in [("kimonas@canonical.com", classes.ContributorRole.EDIT)]:
                contributors.append(classes.Contributor(
                    name=user,
                    role=self.pmr_role_from_oidc_role(role)
                ))

            # resource quota
            quota = classes.ResourceQuotaSpecModel.model_validate({"hard": {"limits.cpu": "1"}})

            # owner
            owner = classes.Owner(name="admin@canonical.com"
                                  kind=classes.UserKind.USER)
            # create the Profile
            profile = classes.Profile(
                name=group_name,
                resources=quota,
                contributors=ontributors,
                owner=owner
            )

            # add Profile to PMR
            pmr.add_profile(profile)


        create_or_update_profiles(pmr)
"""

SLIPS = (
    (
        "from profiles_management.pmr import classes",
        "import ops\nfrom profiles_management.pmr import classes",
    ),
    ("def reconcile():", "def reconcile(self, _):"),
    ('"admin@canonical.com"\n', '"admin@canonical.com",\n'),
    ("group_name", "profile_name"),
    ("=ontributors", "=contributors"),
    (
        "    def reconcile",
        "    def pmr_role_from_oidc_role(self, role):\n        return role\n\n    def reconcile",
    ),
)


@pytest.fixture
def charm():
    """The charm of the sample, with its spelling corrected."""
    text = PRINTED
    for printed, meant in SLIPS:
        assert text.count(printed) == 1
        text = text.replace(printed, meant)
    namespace = {}
    exec(compile(text, "sample", "exec"), namespace)  # noqa: S102 - this text is what the test is about
    return namespace["ConsumerCharm"]


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    """A cluster with Kubeflow's controller, which the environment points at."""
    world = World()
    with serving(world.api) as url:
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": url}}],
            "users": [{"name": "me", "user": {"token": "t"}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        }
        (tmp_path / "config").write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield world


def test_the_sample_makes_a_cluster_match_its_document(charm, cluster):
    context = ops.testing.Context(charm, meta={"name": "consumer"})

    context.run(context.on.update_status(), ops.testing.State())

    profile = cluster.api.get("Profile", None, "ml-engineers")
    assert profile["spec"]["owner"]["name"] == "admin@canonical.com"
    assert profile["spec"]["resourceQuotaSpec"] == {"hard": {"limits.cpu": "1"}}
    assert roles_in(cluster.api, "ml-engineers") == {
        "admin@canonical.com": "admin",
        "kimonas@canonical.com": "edit",
    }


def test_the_sample_may_run_at_every_event_and_then_writes_nothing(charm, cluster):
    context = ops.testing.Context(charm, meta={"name": "consumer"})
    context.run(context.on.update_status(), ops.testing.State())
    cluster.api.log.clear()

    context.run(context.on.update_status(), ops.testing.State())

    assert cluster.api.log
    assert not cluster.api.writes
