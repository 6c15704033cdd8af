"""Publish Kubeflow profiles to the charm profiles-management, and read its report.

The interface is `profiles_management`. A charm that decides who gets which profile **provides** it
with `ProfilesProvider`. The charm profiles-management **requires** it with `ProfilesRequirer`. The
charm's documentation describes every field of both databags under "The relation".

## Publishing profiles

Copy this file and the `py.typed` next to it into `lib/charms/profiles_management/v0/` of your
charm. The charm's documentation has the commands, under "Publish profiles from another charm".
Declare the relation in charmcraft.yaml:

    provides:
      profiles:
        interface: profiles_management
        limit: 1

```python
import ops
from charms.profiles_management.v0.profiles_management import ProfilesProvider


class TeamsCharm(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.profiles = ProfilesProvider(self, "profiles")
        framework.observe(self.on.config_changed, self._publish)
        framework.observe(self.on.leader_elected, self._publish)
        framework.observe(self.on.profiles_relation_created, self._publish)
        framework.observe(self.profiles.on.report_changed, self._on_report_changed)

    def _publish(self, _: ops.EventBase) -> None:
        owner = {"kind": "User", "name": "admin@example.com"}
        self.profiles.publish({"profiles": [{"name": "ml-engineers", "owner": owner}]})

    def _on_report_changed(self, _: ops.EventBase) -> None:
        report = self.profiles.report
        if report is not None and report.is_current:
            for name, reason in report.failed.items():
                ...
```

`publish` takes the document as a mapping, as YAML text, or as an object with pydantic's
`model_dump`; the mapping may contain such objects. It raises `PublishError` for a document that is
not a mapping with a list `profiles` of mappings, for text that is not YAML or has a key twice, and
for a document that is too large for a databag. `check_document(pmr)` raises the same error without
a relation: call it in the unit tests of your charm. The receiver validates the content, and reports
problems.

`is_ready` is True if every profile of the document is applied to the cluster, with everybody.

A document that adds people to open profiles of other sources can ask which profiles these are:
`ProfilesProvider(self, "profiles", catalogue=True)`. `report.catalogue` then has them, with the
names of the people who have access. `report.refused` has the people who get no access, although the
rest of the profile is applied. `report.data()` is the whole report as data.

JSON text is published byte for byte, so `publish` returns the revision that `revision_of` gives for
the same text. For JSON in UTF-8 with sorted keys, without spaces and with non-ASCII characters as
they are, this is also the revision of the equal mapping.

- Call `publish` with the complete document in relation-created and in every hook that may change
  it. A document equal to the last one is not written again, and starts no hook.
- Only the leader writes. On other units `publish` writes nothing and returns None, so observe
  leader-elected too. Call it on those units nevertheless: they cannot read the published document,
  and compare the report with the document that they passed last.
- A profile that is no longer in the document is stale: its contributors lose access, and its data
  stays. `profiles: []` is a document without profiles. If the relation is removed, all its profiles
  are stale. If nothing is published, nothing changes.
- Everybody who may read the model can read the document. It must not contain secrets.

## Reading documents

```python
requirer = ProfilesRequirer(charm, "profiles")
framework.observe(requirer.on.documents_changed, charm.reconcile)

for document in requirer.published():
    if document.problem:  # the databag is not valid: do not change the profiles of this source
        requirer.answer(document.relation_id, document.revision, {}, problem=document.problem)
    elif document.text is not None:  # None: nothing is published yet
        states = {"ml-engineers": ("failed", "no such user")}
        requirer.answer(document.relation_id, document.revision, states)
```

`document.wants_catalogue` shows whether the other end asks for the open profiles.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import Enum
from math import isfinite
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

import ops
import yaml  # type: ignore[import-untyped, unused-ignore]  # types-PyYAML is optional

LIBID = "a7b047a1f56b39f54af6a9710f41a371"
LIBAPI = 0
LIBPATCH = 4
PYDEPS = ["ops>=2.10", "PyYAML>=6"]  # ops needs PyYAML too

VERSION = 1
"""The version of the databags. A databag of another version is reported and not read."""

PLAIN = 65_536
"""The bytes up to which a text is written uncompressed.

It is Juju's limit for one value of a charm's own state:
https://github.com/juju/juju/blob/3.6/core/quota/fixed_limits.go
"""

LARGEST = 4 * 1024 * 1024
"""The maximum number of bytes of a value in a databag.

Juju stores a databag in one document of MongoDB, which has at most 16 MiB. Later versions have a
limit of their own (https://github.com/juju/juju/pull/22664). This value is well below both.
"""

LARGEST_TEXT = 16 * 1024 * 1024
"""The maximum number of bytes of a decompressed text, so that it cannot fill the memory."""

LONGEST_REASON = 300
"""The maximum number of characters of a reason; the rest is cut off."""

State = Literal["applied", "pending", "failed"]
"""The state of a profile. `pending` is tried again without help; `failed` needs somebody to act."""

_CATALOGUE = "catalogue"
_WANTED = "1"
_TEXT = "text"
_COMPRESSED = "zlib+base64"
_MOST_PARTS = 200_000  # lists, mappings and items of a report; each takes up to 100 bytes of memory
_MOST_PARTS_OF_CATALOGUE = 1_000_000  # for those who ask for it: 150,000 contributors
_LONGEST_NAME = 1_024  # characters of a name of a person, far more than a document may have
_NO_PROFILE = "To name no profile, publish `profiles: []`."
_PUBLISH_MAPPING = "Publish a mapping with the key `profiles`, or YAML text."
_WRITE_LIST = "Write a list of mappings with the key `name`."
_ALLOWED = "A document contains only text, numbers, lists and mappings."
_WRITE_PROFILE = "Write a mapping with the keys `name` and `owner`."

_MAPPING = "a mapping"
_LIST = "a list"
_SCALAR = "a scalar"
_ALIAS = "an alias"
_EMPTY = ""
_KINDS_OF_VALUES: Mapping[type, str] = {type(None): _EMPTY, dict: _MAPPING, list: _LIST}
_KINDS_OF_EVENTS: Mapping[type, str] = {
    yaml.MappingStartEvent: _MAPPING,
    yaml.SequenceStartEvent: _LIST,
    yaml.AliasEvent: _ALIAS,
}
_SCALARS = (type(None), bool, int, float, str)

# paths to values: a key for each mapping, and None for each list
_TO_PROFILES: list[str | None] = ["profiles"]
_TO_PROFILE: list[str | None] = ["profiles", None]

_MOST_LEVELS = 100  # of nested lists and mappings, which is the limit of the receiver
_REVISION = re.compile(r"[0-9a-f]{16}")
_NUMBER = re.compile(r"[0-9]{1,9}")


class PublishError(ValueError):
    """A document cannot be published, and nothing is written. The message names a remedy."""


class Dumpable(Protocol):
    """An object with the method `model_dump` of pydantic's models."""

    def model_dump(self, *, mode: str, by_alias: bool, exclude_none: bool) -> Any:  # noqa: ANN401 - pydantic's
        """Return the model as plain data."""


@dataclass(frozen=True)
class RefusedPerson:
    """A person of a document who gets no access, although the rest of the profile is applied.

    Attributes:
        profile: the name of the profile.
        name: the name of the person, as the document has it.
        reason: one line.
    """

    profile: str
    name: str
    reason: str


@dataclass(frozen=True)
class Report:
    """The report of the receiver about a published document.

    Attributes:
        relation_id: the relation of the report.
        app: the application that wrote it.
        revision: the revision of the document that it is about.
        is_current: whether this is the document that is published now. A unit that is not the
            leader cannot read the published document. There: whether it is the document that the
            unit last passed to `publish`, in this hook or before; True if it passed none.
        applied: the profiles whose state in the cluster is that of the document.
        pending: the profiles that are tried again, with the reason of each. Profiles that the
            document no longer names are here or in `failed` while its people have access there.
        failed: the profiles that need somebody to act, with the reason of each.
        problem: why the whole document was refused, or why the report cannot be read; empty if
            there is no such problem.
        refused: the people who get no access; None if the receiver does not report them.
        catalogue: the open profiles of all sources, as docs/reference/relation.md of the receiver
            describes them. None if they are not reported: this end does not ask for them, the
            receiver does not know the key, or it does not know all profiles now. The last
            catalogue then stays valid.
        catalogue_problem: why the receiver does not send its catalogue, empty if it has no problem.
    """

    relation_id: int
    app: str
    revision: str
    is_current: bool
    applied: tuple[str, ...]
    pending: Mapping[str, str]
    failed: Mapping[str, str]
    problem: str
    refused: tuple[RefusedPerson, ...] | None = None
    catalogue: tuple[Mapping[str, Any], ...] | None = None
    catalogue_problem: str = ""

    def data(self) -> dict[str, Any]:
        """Return the report as data that JSON can hold, without the keys that are not reported."""
        data: dict[str, Any] = {
            "revision": self.revision,
            "applied": [*self.applied],
            "pending": {**self.pending},
            "failed": {**self.failed},
            "problem": self.problem,
        }
        if self.refused is not None:
            data["refused"] = [*map(asdict, self.refused)]
        if self.catalogue is not None:
            data["catalogue"] = [*self.catalogue]
        return data


@dataclass(frozen=True)
class Published:
    """The document of one relation.

    Attributes:
        relation_id: the relation, for `ProfilesRequirer.answer`.
        app: the application that published it.
        text: the document, which is not validated; None if nothing is published yet, or if the
            databag is not valid.
        revision: the revision of the document, for `ProfilesRequirer.answer`.
        problem: why the databag is not valid, in one line; empty if it is valid, or if nothing is
            published yet.
        wants_catalogue: whether the application asks for the open profiles of all sources.
    """

    relation_id: int
    app: str
    text: str | None
    revision: str
    problem: str
    wants_catalogue: bool = False


class ReportChangedEvent(ops.EventBase):
    """The report of a relation changed since the last event, or was removed with the relation."""

    def __init__(self, handle: ops.Handle, relation_id: int) -> None:
        super().__init__(handle)
        self.relation_id = relation_id

    def snapshot(self) -> dict[str, Any]:
        """Return the data of a deferred event."""
        return {"relation_id": self.relation_id}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Restore the data of a deferred event."""
        self.relation_id = snapshot["relation_id"]


class DocumentsChangedEvent(ops.EventBase):
    """A document was published, changed or withdrawn, or a unit joined without a change.

    Attributes:
        relation_id: the relation of the document.
        app: the application that published it.
        withdrawn: whether the relation was removed, so that `published` no longer has it.
    """

    def __init__(self, handle: ops.Handle, relation_id: int, app: str, *, withdrawn: bool) -> None:
        super().__init__(handle)
        self.relation_id = relation_id
        self.app = app
        self.withdrawn = withdrawn

    def snapshot(self) -> dict[str, Any]:
        """Return the data of a deferred event."""
        return {"relation_id": self.relation_id, "app": self.app, "withdrawn": self.withdrawn}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Restore the data of a deferred event."""
        self.relation_id = snapshot["relation_id"]
        self.app = snapshot["app"]
        self.withdrawn = snapshot["withdrawn"]


class ProviderEvents(ops.ObjectEvents):
    """Events of `ProfilesProvider`."""

    report_changed = ops.EventSource(ReportChangedEvent)


class RequirerEvents(ops.ObjectEvents):
    """Events of `ProfilesRequirer`."""

    documents_changed = ops.EventSource(DocumentsChangedEvent)


class ProfilesProvider(ops.Object):
    """The end of the relation that publishes profiles.

    Args:
        charm: the charm that publishes.
        relation_name: the name of the relation in its charmcraft.yaml.
        catalogue: whether to ask for the open profiles of all sources, which name people.
    """

    on = ProviderEvents()
    _stored = ops.StoredState()  # type: ignore[no-untyped-call]

    def __init__(
        self,
        charm: ops.CharmBase,
        relation_name: str = "profiles",
        *,
        catalogue: bool = False,
    ) -> None:
        super().__init__(charm, f"profiles-provider-{relation_name}")
        self._relation_name = relation_name
        self._wanted, self._most_parts = "", _MOST_PARTS
        if catalogue:
            self._wanted, self._most_parts = _WANTED, _MOST_PARTS_OF_CATALOGUE
        self._stored.set_default(answers={}, last_revision="", checked_revision="")
        self.framework.observe(charm.on[relation_name].relation_changed, self._on_changed)
        self.framework.observe(charm.on[relation_name].relation_broken, self._on_broken)

    def publish(self, pmr: str | Mapping[str, Any] | Dumpable) -> str | None:
        """Publish a document over every relation. A document equal to the last one is not written.

        Args:
            pmr: the complete document: YAML or JSON text, which is not changed; a mapping; or an
                object with pydantic's `model_dump`, without its unset fields.

        Returns:
            The revision, which is later that of the report. None on a unit that is not the leader,
            where nothing is published.

        Raises:
            PublishError: the document is not a mapping with a list `profiles` of mappings, is too
                large, is text that is not YAML or has a key twice (with line and column), or
                contains something else than text, numbers, lists and mappings.
        """
        text = _text_of(pmr)
        revision = revision_of(text)
        content = _content("document", text, revision)
        if isinstance(pmr, str) and revision != self._stored.checked_revision:
            _check_text(text)  # only once: without libyaml, a large text takes seconds
            self._stored.checked_revision = revision
        if not self.model.unit.is_leader():
            self._stored.last_revision = revision
            return None
        self._stored.last_revision = ""
        for relation in self.model.relations[self._relation_name]:
            databag = relation.data[self.model.app]
            _write(content, databag)
            if databag.get(_CATALOGUE, "") != self._wanted:
                databag[_CATALOGUE] = self._wanted  # an empty value removes the key
        return revision

    @property
    def is_ready(self) -> bool:
        """Whether every profile of the document is applied to the cluster, with everybody.

        True if there is a relation, every relation has a current report, and no report has a
        problem, a pending or failed profile, or a refused person.
        """
        relations = self.model.relations[self._relation_name]
        complete = [*filter(_is_complete, self.reports)]
        return 0 < len(relations) == len(complete)

    @property
    def reports(self) -> list[Report]:
        """The reports of all relations that have one, in the order of the relations' ids."""
        relations = _by_id(self.model.relations[self._relation_name])
        return [*filter(None, map(self._report, relations))]

    @property
    def report(self) -> Report | None:
        """The report of the relation, or of the oldest of several; None if there is none yet."""
        return next(iter(self.reports), None)

    def _report(self, relation: ops.Relation) -> Report | None:
        """Return the report of a relation, None if nothing is written yet."""
        app = relation.app.name
        read = _read(relation.data[relation.app], "report", app, self.model.app.name)
        if read.problem:
            answer = _Answer(problem=read.problem)
        elif read.text is None:
            return None
        else:
            answer = _answer_in(read.text, app, self._most_parts)
        expected = self._expected_revision(relation, read.revision)
        return Report(
            relation_id=relation.id,
            app=app,
            revision=read.revision,
            is_current=read.revision != "" and read.revision == expected,
            applied=answer.applied,
            pending=answer.pending,
            failed=answer.failed,
            problem=answer.problem,
            refused=answer.refused,
            catalogue=answer.catalogue,
            catalogue_problem=answer.catalogue_problem,
        )

    def _expected_revision(self, relation: ops.Relation, reported: str) -> str:
        """Return the revision that a current report has, as far as this unit can know it."""
        # Juju lets only the leader read the databag of its own application
        if self.model.unit.is_leader():
            return relation.data[self.model.app].get("revision", "")
        return self._stored.last_revision or reported

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        databag = event.relation.data[event.relation.app]
        keys = ("version", "revision", "encoding", "report")
        answer = "\n".join(databag.get(key, "") for key in keys).strip()
        digest = ""
        if answer:
            digest = _digest(answer)
        relation_id = str(event.relation.id)
        if self._stored.answers.get(relation_id, "") != digest:
            self._stored.answers[relation_id] = digest
            self.on.report_changed.emit(event.relation.id)

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if self._stored.answers.pop(str(event.relation.id), ""):
            self.on.report_changed.emit(event.relation.id)


class ProfilesRequirer(ops.Object):
    """The end of the relation that applies profiles.

    Args:
        charm: the charm that reads the documents.
        relation_name: the name of the relation in its charmcraft.yaml.
    """

    on = RequirerEvents()
    _stored = ops.StoredState()  # type: ignore[no-untyped-call]

    def __init__(self, charm: ops.CharmBase, relation_name: str = "profiles") -> None:
        super().__init__(charm, f"profiles-requirer-{relation_name}")
        self._relation_name = relation_name
        self._stored.set_default(leaving=False)
        self.framework.observe(charm.on[relation_name].relation_changed, self._on_changed)
        self.framework.observe(charm.on[relation_name].relation_departed, self._on_departed)
        self.framework.observe(charm.on[relation_name].relation_broken, self._on_broken)

    @property
    def leaving(self) -> bool:
        """Whether this unit is being removed.

        The relations of such a unit break one by one, although nobody removed them. A document that
        `published` then lacks was not withdrawn, so its profiles must not change.
        """
        return bool(self._stored.leaving)

    def published(self) -> list[Published]:
        """Return the documents of all relations, in the order of the relations' ids.

        In relation-broken, the document of that relation is no longer included.
        """
        relations = _by_id(self.model.relations[self._relation_name])
        return [*map(self._published_over, relations)]

    def answer(
        self,
        relation_id: int,
        revision: str,
        profiles: Mapping[str, tuple[State, str]],
        *,
        problem: str = "",
        refused: Iterable[RefusedPerson] = (),
        catalogue: Iterable[Mapping[str, Any]] | None = None,
    ) -> None:
        """Write the report for the document of a relation, unless it equals the last report.

        It does nothing on a unit that is not the leader, and for a relation that was removed.

        Args:
            relation_id: the relation.
            revision: the revision of its `Published`.
            profiles: the state and the reason of each profile in its document, and of others only
                while its people have access there.
            problem: why the whole document was refused; empty if it was not.
            refused: the people of the document who get no access. An application that does not ask
                for the catalogue may have an older library, which does not know them: it gets the
                profile of a refused person as failed too.
            catalogue: the open profiles, which are sent to an application that asks for them; None
                if they are not known. A catalogue that is too large for a databag is left out.
        """
        if not self.model.unit.is_leader():
            return
        for relation in self.model.relations[self._relation_name]:
            if relation.id == relation_id:
                answer = _answer_of(profiles, problem, refused)
                text = _answer_without_catalogue(answer)
                if _wants_catalogue(relation):
                    text = _answer_with_catalogue(answer, catalogue)
                _write(_content("report", text, revision), relation.data[self.model.app])

    def _published_over(self, relation: ops.Relation) -> Published:
        app = relation.app.name
        databag = relation.data[relation.app]
        read = _read(databag, "document", app, self.model.app.name)
        text, problem = read.text, read.problem
        if text is not None and revision_of(text) != databag.get("revision"):
            text, problem = None, f"the document of {app} does not match its revision"
        wanted = _wants_catalogue(relation)
        return Published(relation.id, app, text, read.revision, problem, wanted)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        self.on.documents_changed.emit(event.relation.id, event.relation.app.name, withdrawn=False)

    def _on_departed(self, event: ops.RelationDepartedEvent) -> None:
        # Juju names our own unit here only if it, or its application, is being removed:
        # https://github.com/juju/juju/blob/main/internal/worker/uniter/relation/resolver.go
        if event.departing_unit == self.model.unit:
            self._stored.leaving = True

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        # If the other application has no units, relation-departed is missing. The number of planned
        # units shows that our application is being removed.
        if not self.leaving and self.model.app.planned_units() == 0:
            self._stored.leaving = True
        if not self.leaving:
            self.on.documents_changed.emit(
                event.relation.id, event.relation.app.name, withdrawn=True
            )


def check_document(pmr: str | Mapping[str, Any] | Dumpable) -> None:
    """Check a document as `publish` does, for the unit tests of a charm that publishes.

    The receiver checks the content, such as roles and quotas. `profiles-management validate` checks
    the content of a file.

    Args:
        pmr: the document, as for `publish`.

    Raises:
        PublishError: `publish` would raise the same error.
    """
    text = _text_of(pmr)
    _encoded(text)
    if isinstance(pmr, str):
        _check_text(text)


def _wants_catalogue(relation: ops.Relation) -> bool:
    """Return whether the other end asks for the catalogue. Any other value does not ask."""
    return relation.data[relation.app].get(_CATALOGUE) == _WANTED


def _is_complete(report: Report) -> bool:
    faults = report.problem, report.pending, report.failed, report.refused
    return report.is_current and not any(faults)


def revision_of(text: str) -> str:
    """Return the revision of a document: 16 hexadecimal digits of the SHA-256 of its UTF-8 text."""
    return _digest(text)[:16]


# The document as text


def _text_of(pmr: str | Mapping[str, Any] | Dumpable) -> str:
    if not isinstance(pmr, str):
        pmr = _json_of(pmr)
    if not _is_unicode(pmr):
        what = "The document contains half of a surrogate pair, which is not a character."
        raise PublishError(f"{what} Remove it.")
    return pmr


def _is_unicode(text: str) -> bool:
    """Return whether a text can be encoded; half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_of(pmr: Mapping[str, Any] | Dumpable) -> str:
    try:
        document = _plain(pmr, "document")
        _check_form(_nodes_in_data(document))
        return _json(document)
    except RecursionError:
        raise PublishError("The document contains itself, or is nested too deeply.") from None


# The form of a document: a mapping with a list `profiles` of mappings


class _Node(NamedTuple):
    """A node whose kind is checked: the document, its `profiles`, or an item of these.

    Attributes:
        path: the keys that lead to it, with None for an item of a list.
        kind: the kind with its article, such as `a mapping`; empty if it has no value.
        place: its place for messages, such as `at index 3`.
    """

    path: list[str | None]
    kind: str
    place: str


def _check_form(nodes: Iterable[_Node]) -> None:
    """Refuse a document that is not one mapping with a list `profiles` of mappings.

    The receiver checks the content of profiles.
    """
    has_root = has_profiles = False
    for node in nodes:
        if not node.path:
            _check_root(node, is_second=has_root)
            has_root = True
        elif node.path == _TO_PROFILES:
            _check_profiles(node)
            has_profiles = True
        else:
            _check_profile(node)
    if not has_root:
        raise PublishError(f"The document is empty. {_NO_PROFILE}")
    if not has_profiles:
        raise PublishError(f"The document has no key `profiles`. {_NO_PROFILE}")


def _check_root(root: _Node, *, is_second: bool) -> None:
    if is_second:
        raise PublishError(f"A second YAML document begins {root.place}. Publish only one.")
    if root.kind == _EMPTY:
        raise PublishError(f"The document is empty. {_NO_PROFILE}")
    if root.kind != _MAPPING:
        raise PublishError(f"The document is {root.kind}. {_PUBLISH_MAPPING}")


def _check_profiles(profiles: _Node) -> None:
    if profiles.kind == _EMPTY:
        raise PublishError(f"`profiles` is empty. {_NO_PROFILE}")
    if profiles.kind != _LIST:
        raise PublishError(f"`profiles` is {profiles.kind}, not a list. {_WRITE_LIST}")


def _check_profile(profile: _Node) -> None:
    if profile.kind not in {_MAPPING, _ALIAS}:
        kind = profile.kind or "empty"
        raise PublishError(f"The profile {profile.place} is {kind}. {_WRITE_PROFILE}")


def _nodes_in_data(document: object) -> Iterator[_Node]:
    """Yield the nodes of a document whose kind is checked."""
    yield _Node([], _kind_of_value(document), "")
    if isinstance(document, dict) and "profiles" in document:
        profiles = document["profiles"]
        yield _Node(_TO_PROFILES, _kind_of_value(profiles), "")
        for index, profile in enumerate(profiles):
            yield _Node(_TO_PROFILE, _kind_of_value(profile), f"at index {index}")


def _kind_of_value(value: object) -> str:
    return _KINDS_OF_VALUES.get(type(value), _SCALAR)


def _check_text(text: str) -> None:
    """Refuse text that is not YAML, or whose form is wrong.

    It reads the whole text without building it in memory. Aliases are not expanded, because they
    could fill the memory.
    """
    try:
        _check_form(_nodes_in_text(text))
    except yaml.YAMLError as error:
        raise PublishError(f"The document is not YAML: {_syntax_error(error)}.") from None


def _nodes_in_text(text: str) -> Iterator[_Node]:
    """Yield the nodes of a text whose kind is checked."""
    for path, event in _values(text):
        if path in ([], _TO_PROFILES, _TO_PROFILE):
            yield _Node(path, _kind_of_event(event), _place(event.start_mark))


def _kind_of_event(event: yaml.NodeEvent) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        return _KINDS_OF_EVENTS[type(event)]
    if any((event.value, event.style)):
        return _SCALAR
    return _EMPTY


@dataclass
class _Collection:
    """A mapping or a list of a text, while it is read.

    Attributes:
        is_mapping: whether its nodes are alternately keys and values.
        keys: the scalar keys that were read.
        key: the key of the value that is read; None in a list, or if the key is not a scalar.
        is_at_key: whether the next node of a mapping is a key.
    """

    is_mapping: bool
    keys: set[str] = field(default_factory=set)
    key: str | None = None
    is_at_key: bool = True

    def takes_key(self, node: yaml.NodeEvent) -> bool:
        """Return whether a node is a key, and keep the key.

        Raises:
            PublishError: the mapping has this key already.
        """
        if not self.is_mapping:
            return False
        self.is_at_key = not self.is_at_key
        if self.is_at_key:
            return False
        self.key = None
        if isinstance(node, yaml.ScalarEvent):
            self.key = node.value
            self._add_key(node)
        return True

    def _add_key(self, node: yaml.ScalarEvent) -> None:
        if node.value in self.keys:
            what = f"The key {_line(node.value)[:40]!r} occurs twice"
            raise PublishError(f"{what}, again {_place(node.start_mark)}. Keep one of them.")
        self.keys.add(node.value)


def _values(text: str) -> Iterator[tuple[list[str | None], yaml.NodeEvent]]:
    """Yield the root, each value of a mapping and each item of a list, with its path."""
    levels: list[_Collection] = []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # some builds of PyYAML have no libyaml
    # libyaml, the receiver's parser, accepts tabs between tokens; the parser in Python does not.
    for event in yaml.parse(text.replace("\t", " "), Loader=loader):
        if isinstance(event, yaml.CollectionEndEvent):
            levels.pop()
        elif isinstance(event, yaml.NodeEvent):
            if not (levels and levels[-1].takes_key(event)):
                yield [level.key for level in levels], event
            if isinstance(event, yaml.CollectionStartEvent):
                levels.append(_Collection(isinstance(event, yaml.MappingStartEvent)))
        if len(levels) > _MOST_LEVELS:
            what = f"The document is nested deeper than {_MOST_LEVELS} levels"
            raise PublishError(f"{what} {_place(event.start_mark)}.")


def _syntax_error(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and error.problem_mark:
        return f"{error.problem} {_place(error.problem_mark)}"
    return "it has a character that YAML does not allow"


def _place(mark: Any) -> str:  # noqa: ANN401 - libyaml has another class
    return f"in line {mark.line + 1}, column {mark.column + 1}"


def _plain(value: object, where: str) -> Any:  # noqa: ANN401
    """Return a part of a document in the types of JSON.

    Args:
        where: the path to the part, for messages.

    Raises:
        PublishError: it has another type, which is not converted, because the receiver could
            understand it differently.
    """
    if isinstance(value, Mapping):
        _check_keys(value, where)
        return {key: _plain(part, f"{where}.{key}") for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, f"{where}[{index}]") for index, part in enumerate(value)]
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return _plain(value.model_dump(mode="json", by_alias=True, exclude_none=True), where)
    return _scalar(value, where)


def _check_keys(mapping: Mapping[Any, object], where: str) -> None:
    for key in mapping:
        if not isinstance(key, str):
            what = f"{where} has the key {str(key)[:40]!r}, which is not text."
            raise PublishError(f"{what} Write it as text.")


def _scalar(value: object, where: str) -> bool | float | str | None:
    if isinstance(value, Enum):
        return _scalar(value.value, where)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        raise PublishError(f"{where} is {value}. {_ALLOWED}")
    if isinstance(value, _SCALARS):
        return value
    raise PublishError(f"{where} is {type(value).__name__}. {_ALLOWED}")


def _json(data: Mapping[str, Any]) -> str:
    """Return data as JSON; equal data gives equal text."""
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except ValueError:  # Python does not write numbers of more than 4,300 digits
        raise PublishError("The document has a number with too many digits.") from None


# Writing and reading databags


class _Unusable(Exception):
    """A databag is not valid. Of its content, the message has only the version and the encoding."""


class _Content(NamedTuple):
    """The content to write into a databag.

    Attributes:
        key: `document` or `report`.
        text: the text.
        revision: the revision of the document, also for a report.
        encoding: the encoding of `encoded`.
        encoded: the encoded text.
    """

    key: str
    text: str
    revision: str
    encoding: str
    encoded: str


class _Read(NamedTuple):
    """The content of a databag: a text with its revision, or a problem, or nothing."""

    text: str | None = None
    revision: str = ""
    problem: str = ""


def _content(key: str, text: str, revision: str) -> _Content:
    """Return a text as the content of a databag.

    Raises:
        PublishError: it is too large.
    """
    encoding, encoded = _encoded(text)
    return _Content(key, text, revision, encoding, encoded)


def _write(content: _Content, databag: ops.RelationDataContent) -> None:
    """Write into a databag of our application, unless it has the content already."""
    before = _read(databag, content.key, "", "")
    if (before.text, before.revision) == (content.text, content.revision):
        return
    databag.update(
        {
            "version": str(VERSION),
            "revision": content.revision,
            "encoding": content.encoding,
            content.key: content.encoded,
        }
    )


def _by_id(relations: Iterable[ops.Relation]) -> list[ops.Relation]:
    return sorted(relations, key=lambda relation: relation.id)


def _read(databag: Mapping[str, str], key: str, writer: str, reader: str) -> _Read:
    """Return the content of a databag. Content that is not valid is returned as a problem.

    Args:
        key: `document` or `report`.
        writer: the application that wrote the databag, for messages.
        reader: our application, for messages.
    """
    if not any(map(databag.get, ("version", "encoding", key))):
        return _Read()
    revision = databag.get("revision", "")
    if not _REVISION.fullmatch(revision):
        revision = ""
    try:
        _check_version(databag.get("version", ""), writer, reader)
        return _Read(_decoded(databag.get("encoding", ""), databag.get(key, "")), revision)
    except _Unusable as reason:
        return _Read(revision=revision, problem=f"the {key} of {writer} cannot be used: {reason}")


def _check_version(version: str, writer: str, reader: str) -> None:
    if not _NUMBER.fullmatch(version):
        raise _Unusable("its databag has no version")
    if int(version) != VERSION:
        older = writer
        if int(version) > VERSION:
            older = reader
        raise _Unusable(
            f"its databag has version {int(version)}, {reader} supports {VERSION}; refresh {older}"
        )


def _encoded(text: str) -> tuple[str, str]:
    """Return the encoding of a text, and the encoded text.

    Raises:
        PublishError: it is too large.
    """
    data = text.encode()
    if len(data) <= PLAIN:
        return _TEXT, text
    value = base64.b64encode(zlib.compress(data)).decode()
    if len(data) > LARGEST_TEXT or len(value) > LARGEST:
        raise PublishError(
            f"The document has {len(data):,} bytes, and {len(value):,} compressed. "
            f"The limits are {LARGEST_TEXT:,}, and {LARGEST:,} compressed. "
            "Spread the profiles over several sources."
        )
    return _COMPRESSED, value


def _decoded(encoding: str, value: str) -> str:
    if not value:
        raise _Unusable("it is missing")
    if len(value) > LARGEST:
        raise _Unusable(f"it has {len(value):,} characters, the limit is {LARGEST:,}")
    text = value
    if encoding == _COMPRESSED:
        text = _decompressed(value)
    elif encoding != _TEXT:
        raise _Unusable(f"its encoding {encoding[:20]!a} is neither {_TEXT} nor {_COMPRESSED}")
    if not _is_unicode(text):
        raise _Unusable("it contains half of a surrogate pair")
    return text


def _decompressed(value: str) -> str:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(base64.b64decode(value, validate=True), LARGEST_TEXT + 1)
    except (ValueError, zlib.error):
        raise _Unusable(f"it is not {_COMPRESSED}") from None
    if len(data) > LARGEST_TEXT:
        raise _Unusable(f"it has more than {LARGEST_TEXT:,} bytes when decompressed")
    if not inflater.eof:
        raise _Unusable(f"its {_COMPRESSED} is cut off")
    if inflater.unused_data:
        raise _Unusable(f"its {_COMPRESSED} is followed by other data")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _Unusable("it is not UTF-8") from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


# The report


@dataclass(frozen=True)
class _Answer:
    """The content of a report; None stands for what is not reported."""

    applied: tuple[str, ...] = ()
    pending: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    refused: tuple[RefusedPerson, ...] | None = None
    catalogue: tuple[Mapping[str, Any], ...] | None = None
    catalogue_problem: str = ""

    def text(self) -> str:
        """Return the report as JSON, without the keys that are not reported."""
        data: dict[str, Any] = {
            "applied": self.applied,
            "pending": self.pending,
            "failed": self.failed,
            "problem": self.problem,
        }
        if self.refused is not None:
            data["refused"] = [*map(vars, self.refused)]
        if self.catalogue is not None:
            data["catalogue"] = self.catalogue
        if self.catalogue_problem:
            data["catalogue_problem"] = self.catalogue_problem
        return _json(data)


def _answer_of(
    profiles: Mapping[str, tuple[State, str]], problem: str, refused: Iterable[RefusedPerson]
) -> _Answer:
    reasons: dict[State, dict[str, str]] = {"applied": {}, "pending": {}, "failed": {}}
    for name, (state, reason) in sorted(profiles.items()):
        reasons[state][name] = _line(reason)
    people = (RefusedPerson(one.profile, one.name, _line(one.reason)) for one in refused)
    return _Answer(
        applied=tuple(reasons["applied"]),
        pending=reasons["pending"],
        failed=reasons["failed"],
        problem=_line(problem),
        refused=tuple(people),
    )


def _answer_with_catalogue(answer: _Answer, catalogue: Iterable[Mapping[str, Any]] | None) -> str:
    """Return a report as JSON, with the catalogue if it fits."""
    if catalogue is not None:
        text = replace(answer, catalogue=tuple(catalogue)).text()
        if _fits(text, _MOST_PARTS_OF_CATALOGUE):
            return text
        limit = f"{LARGEST:,} bytes when compressed, or {_MOST_PARTS_OF_CATALOGUE:,} values"
        answer = replace(answer, catalogue_problem=f"it has more than {limit}")
    return _first_that_fits([answer], _MOST_PARTS_OF_CATALOGUE)


def _answer_without_catalogue(answer: _Answer) -> str:
    """Return a report as JSON that an older library reads too.

    Before version 0.4, nobody read `refused`. A report that fits only without it has it left out.
    """
    failed, people = dict(answer.failed), answer.refused or ()
    for person in people:
        failed.setdefault(person.profile, _line(f"{person.name}: {person.reason}"))
    answer = replace(
        answer,
        applied=tuple(name for name in answer.applied if name not in failed),
        pending={name: why for name, why in answer.pending.items() if name not in failed},
        failed=dict(sorted(failed.items())),
    )
    return _first_that_fits([answer, replace(answer, refused=None)], _MOST_PARTS)


def _first_that_fits(answers: Sequence[_Answer], most_parts: int) -> str:
    """Return the first report that fits, as JSON; only the numbers of profiles if none does."""
    for answer in answers:
        text = answer.text()
        if _fits(text, most_parts):
            return text
    states = {"applied": answers[0].applied, "pending": answers[0].pending}
    numbers = {**states, "failed": answers[0].failed}
    counts = ", ".join(f"{len(listed):,} {state}" for state, listed in numbers.items())
    return _Answer(problem=f"too many profiles to list: {counts}").text()


def _fits(text: str, most_parts: int) -> bool:
    """Return whether the other end can read a report."""
    if _parts(text) > most_parts:
        return False
    try:
        _encoded(text)
    except PublishError:
        return False
    return True


def _parts(text: str) -> int:
    """Return the greatest number of values that JSON can have."""
    return sum(map(text.count, ",[{"))


def _answer_in(text: str, app: str, most_parts: int = _MOST_PARTS) -> _Answer:
    """Return the report in a text. A text that is not valid is returned as a problem."""
    if _parts(text) > most_parts:
        return _Answer(problem=f"the report of {app} cannot be used: it has too many parts")
    try:
        data = json.loads(text)
        return _Answer(
            _names(data["applied"]),
            _reasons(data["pending"]),
            _reasons(data["failed"]),
            _line(data["problem"]),
            _listed(data.get("refused"), _refused_person),
            _listed(data.get("catalogue"), _catalogue_profile),
            _line(data.get("catalogue_problem", "")),
        )
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        reason = f"it does not have the form of version {VERSION}"
        return _Answer(problem=f"the report of {app} cannot be used: {reason}")


_Item = TypeVar("_Item")


def _listed(value: object, item: Callable[[Any], _Item]) -> tuple[_Item, ...] | None:
    """Return the items of a list; None for a list that is not there."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError(type(value))
    return tuple(map(item, value))


def _refused_person(value: Mapping[str, Any]) -> RefusedPerson:
    return RefusedPerson(_name(value["profile"]), _name(value["name"]), _line(value["reason"]))


def _catalogue_profile(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a profile of the catalogue, with the keys that this version knows."""
    owner = value["owner"]
    return {
        "name": _name(value["name"]),
        "owner": {"kind": _name(owner["kind"]), "name": _name(owner["name"])},
        "open": _bool(value["open"]),
        "contributors": [*(_listed(value["contributors"], _catalogue_contributor) or ())],
    }


def _catalogue_contributor(value: Mapping[str, Any]) -> Mapping[str, Any]:
    until = value["until"]
    return {
        "kind": _name(value["kind"]),
        "name": _name(value["name"]),
        "role": _name(value["role"]),
        "until": None if until is None else _name(until),
        "source": _name(value["source"]),
    }


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(type(value))
    return value


def _name(value: object) -> str:
    """Return a name as it is: who somebody is must not change on the way."""
    if not isinstance(value, str):
        raise TypeError(type(value))
    if len(value) > _LONGEST_NAME or not value.isprintable():
        raise ValueError("a name is too long, or is not printable")
    return value


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(type(value))
    return tuple(map(_line, value))


def _reasons(value: dict[str, str]) -> dict[str, str]:
    return {_line(name): _line(reason) for name, reason in value.items()}


def _line(text: str) -> str:
    """Return a text in one line of printable characters, cut off after the length of a reason."""
    words = text[: 4 * LONGEST_REASON].split()
    line = "".join(character if character.isprintable() else "?" for character in " ".join(words))
    if len(line) <= LONGEST_REASON:
        return line
    return f"{line[: LONGEST_REASON - 1]}…"
