"""Each end works with the other end of the previous version of the library."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import ops
import pytest
from ops import testing

from charms.profiles_management.v0 import profiles_management as library

VERSIONS = Path(__file__).parent / "versions"
INTERFACE = {"profiles": {"interface": "profiles_management"}}
ML = "profiles: [{name: ml, owner: {kind: User, name: boss}}]\n"
CATALOGUE = [
    {
        "name": "open",
        "owner": {"kind": "User", "name": "boss"},
        "open": True,
        "contributors": [],
    }
]
REFUSED = [library.RefusedPerson("ml", "ann", "ml is not open")]


def _load(version: str) -> ModuleType:
    name = f"profiles_management_{version.replace('.', '_')}"
    module = ModuleType(name)
    sys.modules[name] = module  # dataclasses look there for the module of a class
    code = (VERSIONS / f"{version}.txt").read_text()
    exec(compile(code, name, "exec"), vars(module))  # noqa: S102 - our own library
    return module


OLD = _load("0.3")


@pytest.fixture
def provider(end):
    """Return a charm that published with one version of the library."""

    def provider(of, **options):
        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                self.profiles = of.ProfilesProvider(self, "profiles", **options)
                framework.observe(self.on.config_changed, self._publish)

            def _publish(self, _):
                self.profiles.publish(ML)

        context = testing.Context(Charm, meta={"name": "teams", "provides": INTERFACE})
        teams = end(context, testing.Relation("profiles"))
        teams.see(teams.on.config_changed())
        return teams

    return provider


@pytest.fixture
def requirer(end):
    """Return a charm that reads with one version of the library."""

    def requirer(of):
        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                self.profiles = of.ProfilesRequirer(self, "profiles")

        context = testing.Context(Charm, meta={"name": "ours", "requires": INTERFACE})
        return end(context, testing.Relation("profiles"))

    return requirer


def answered(publisher, reader, profiles, **more):
    """Exchange a document and its answer; return the report as the publisher reads it."""
    reader.hear(publisher.databag)
    with reader.library() as ours:
        [document] = ours.published()
        assert (document.text, document.problem) == (ML, "")
        ours.answer(document.relation_id, document.revision, profiles, **more)
    publisher.hear(reader.databag)
    return publisher.report()


def test_the_kept_copy_is_the_version_before_this_one():
    assert (OLD.LIBAPI, OLD.LIBPATCH) == (library.LIBAPI, library.LIBPATCH - 1)
    assert OLD.VERSION == library.VERSION


def test_an_old_provider_reads_the_answer_of_a_new_requirer(provider, requirer):
    report = answered(provider(OLD), requirer(library), {"ml": ("applied", "")})

    assert (report.applied, report.is_current, report.problem) == (("ml",), True, "")


def test_an_old_provider_reads_a_refused_person_as_a_failed_profile(provider, requirer):
    teams = provider(OLD)

    report = answered(
        teams,
        requirer(library),
        {"ml": ("applied", "")},
        refused=REFUSED,
        catalogue=CATALOGUE,
    )

    assert report.failed == {"ml": "ann: ml is not open"}
    assert report.applied == ()
    with teams.library() as ours:
        assert not ours.is_ready


def test_an_old_provider_gets_no_catalogue(provider, requirer):
    reader = requirer(library)

    answered(provider(OLD), reader, {"ml": ("applied", "")}, catalogue=CATALOGUE)

    assert "open" not in reader.databag["report"]


@pytest.mark.parametrize("number", [100, 60_000])
def test_an_old_provider_reads_an_answer_with_many_refused_people(number, provider, requirer):
    people = [library.RefusedPerson("ml", f"user{index}", "no") for index in range(number)]

    report = answered(provider(OLD), requirer(library), {"ml": ("applied", "")}, refused=people)

    assert (report.problem, report.failed) == ("", {"ml": "user0: no"})


def test_a_new_provider_reads_the_answer_of_an_old_requirer(provider, requirer):
    portal = provider(library, catalogue=True)

    report = answered(portal, requirer(OLD), {"ml": ("pending", "soon")})

    assert (report.pending, report.is_current) == ({"ml": "soon"}, True)
    assert (report.refused, report.catalogue) == (None, None)


def test_a_new_provider_is_ready_by_the_answer_of_an_old_requirer(provider, requirer):
    portal = provider(library, catalogue=True)

    answered(portal, requirer(OLD), {"ml": ("applied", "")})

    with portal.library() as ours:
        assert ours.is_ready


def test_a_charm_that_is_upgraded_keeps_its_relation(provider, requirer):
    old = provider(OLD)
    reader = requirer(library)
    answered(old, reader, {"ml": ("applied", "")})

    new = provider(library, catalogue=True)
    relation = replace(new.relation, local_app_data=old.databag, remote_app_data=reader.databag)
    new.state = replace(new.state, relations={relation})
    new.see(new.on.config_changed())

    assert new.databag == {**old.databag, "catalogue": "1"}
    assert new.report().applied == ("ml",)
