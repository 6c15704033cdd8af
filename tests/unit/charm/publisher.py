"""The other end of the relation `profiles`, with the library that other charms use."""

from functools import cache

import ops
from ops import testing

from charms.profiles_management.v0.profiles_management import ProfilesProvider, Report


class Publisher(ops.CharmBase):
    """A charm that publishes the document of a test, and keeps the answer."""

    document = ""
    report: Report | None = None

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.profiles = ProfilesProvider(self, "profiles")
        framework.observe(self.on.update_status, self._act)

    def _act(self, _: ops.EventBase) -> None:
        if Publisher.document:
            self.profiles.publish(Publisher.document)
        Publisher.report = self.profiles.report


_PUBLISHER = {"name": "teams", "provides": {"profiles": {"interface": "profiles_management"}}}


def _publisher(relation: testing.Relation) -> testing.State:
    context = testing.Context(Publisher, meta=_PUBLISHER)
    return context.run(context.on.update_status(), testing.State(leader=True, relations={relation}))


@cache
def published(document: str) -> dict[str, str]:
    """Return the databag in which a charm publishes a document, as the library writes it."""
    Publisher.document = document
    relation = testing.Relation("profiles", remote_app_name="ours")
    return dict(_publisher(relation).get_relation(relation.id).local_app_data)


def read_answer(ours: testing.Relation) -> Report:
    """Return the report as the charm at the other end reads it."""
    Publisher.document = ""
    data = {
        "local_app_data": dict(ours.remote_app_data),
        "remote_app_data": dict(ours.local_app_data),
    }
    _publisher(testing.Relation("profiles", remote_app_name="ours", **data))
    assert Publisher.report is not None
    return Publisher.report
