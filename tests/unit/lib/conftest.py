"""Two charms of one relation: the tester publishes, the other reads as this charm does."""

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import ops
import pytest
import yaml
from ops import testing

from charms.profiles_management.v0.profiles_management import (
    DocumentsChangedEvent,
    ProfilesProvider,
    ProfilesRequirer,
    Published,
    Report,
    ReportChangedEvent,
    State,
)
from profiles_management import DocumentError
from profiles_management.pmr import documents

TESTER = Path(__file__).parents[2] / "tester_charm"
_FILE = yaml.safe_load((TESTER / "charmcraft.yaml").read_text())
READER = {
    "name": "profiles-management",
    "requires": {"profiles": {"interface": "profiles_management"}},
}


def _load() -> ModuleType:
    # By its path, because another charm.py is on the path of the tests.
    spec = importlib.util.spec_from_file_location("tester_charm", TESTER / "src/charm.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TesterCharm = _load().TesterCharm


class ReaderCharm(ops.CharmBase):
    """Validates and answers: profiles slow-… are pending, profiles bad-… failed."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.profiles = ProfilesRequirer(self, "profiles")
        framework.observe(self.profiles.on.documents_changed, self._on_documents_changed)

    def _on_documents_changed(self, _: DocumentsChangedEvent) -> None:
        for document in self.profiles.published():
            self._read(document)

    def _read(self, document: Published) -> None:
        if document.problem:
            self.profiles.answer(
                document.relation_id, document.revision, {}, problem=document.problem
            )
        elif document.text is not None:
            states, problem = self._look(document.text)
            self.profiles.answer(document.relation_id, document.revision, states, problem=problem)

    def _look(self, text: str) -> tuple[dict[str, tuple[State, str]], str]:
        try:
            return {name: self._became(name) for name in documents.loads(text).profiles}, ""
        except DocumentError as error:
            return {}, error.problems[0].what

    def _became(self, name: str) -> tuple[State, str]:
        return {
            "slow": ("pending", "its namespace is made"),
            "bad": ("failed", "it belongs to somebody else"),
        }.get(name.partition("-")[0], ("applied", ""))


class End:
    """A charm at one end of a relation: `databag` is its data, `events` its library's."""

    def __init__(
        self, context: testing.Context, relation: testing.Relation, *, leader: bool = True
    ) -> None:
        self.context = context
        self.on = context.on
        self.state = testing.State(leader=leader, relations={relation})
        self._id = relation.id

    @property
    def relation(self) -> testing.Relation:
        return self.state.get_relation(self._id)

    @property
    def databag(self) -> dict[str, str]:
        return self.relation.local_app_data

    @property
    def events(self) -> list[ops.EventBase]:
        ours = (DocumentsChangedEvent, ReportChangedEvent)
        return [event for event in self.context.emitted_events if isinstance(event, ours)]

    def see(self, event: object, **changes: object) -> testing.State:
        """Run an event, after changes to the state such as `config={...}`."""
        self.context.emitted_events.clear()
        self.state = self.context.run(event, replace(self.state, **changes))
        return self.state

    def hear(self, databag: dict[str, str]) -> bool:
        """Run the event for the other end's data; return whether it was new."""
        if databag == self.relation.remote_app_data:
            return False
        heard = replace(self.relation, remote_app_data=dict(databag))
        self.see(self.on.relation_changed(heard), relations={heard})
        return True

    @contextmanager
    def library(self, event: object = None) -> Iterator[ProfilesProvider | ProfilesRequirer]:
        """The library in a hook of the charm; its writes are kept."""
        with self.context(event or self.on.update_status(), self.state) as manager:
            yield manager.charm.profiles
            self.state = manager.run()

    def published(self) -> list[Published]:
        with self.library() as requirer:
            return requirer.published()

    def report(self) -> Report | None:
        with self.library() as provider:
            return provider.report


@pytest.fixture
def end() -> type[End]:
    return End


@pytest.fixture
def tester() -> End:
    context = testing.Context(TesterCharm, meta=_FILE)
    return End(context, testing.Relation("profiles", remote_app_name="profiles-management"))


@pytest.fixture
def reader() -> End:
    return End(
        testing.Context(ReaderCharm, meta=READER),
        testing.Relation("profiles", remote_app_name="tester"),
    )


@pytest.fixture
def publish(tester: End, reader: End) -> Callable[[str], ops.StatusBase]:
    """Publish a document, exchange events until both ends are done; return the tester's status."""

    def through(document: str) -> ops.StatusBase:
        tester.see(tester.on.config_changed(), config={"document": document})
        while reader.hear(tester.databag) or tester.hear(reader.databag):
            pass
        return tester.state.unit_status

    return through


@pytest.fixture
def document() -> Callable[..., str]:
    """Write a document that names profiles: `document("ml", "web")`."""

    def build(*names: str, owner: str = "root@example.com") -> str:
        lines = [f"- {{name: {name}, owner: {{kind: User, name: {owner}}}}}" for name in names]
        return "\n".join(["profiles:" if names else "profiles: []", *lines]) + "\n"

    return build
