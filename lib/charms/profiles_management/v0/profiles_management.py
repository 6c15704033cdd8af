"""Hand Kubeflow profiles to the charm profiles-management, and read what became of them.

The interface is `profiles_management`. A charm that knows who should have which profile
**provides** it and uses `ProfilesProvider`; the charm profiles-management **requires** it and uses
`ProfilesRequirer`. The two databags are described field by field in the charm's documentation,
under "The relation".

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
        for event in (self.on.config_changed, self.on.leader_elected, self.on.profiles_relation_created):
            framework.observe(event, self._publish)
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

`publish` takes the document as a mapping, as YAML text, or as anything with pydantic's
`model_dump`; models may stand inside the mapping too. It raises `PublishError` for a document that
is not a mapping with a list `profiles` of mappings, for text that is not YAML or has a key twice,
and for a document that no databag can hold. `check_document(pmr)` raises the same error and needs
no relation: call it in the unit tests of your charm. The answer says whether the content is valid.

`is_ready` is True once every profile of the document is in the cluster as the document says.

- Call `publish` with the whole document in every hook that may change it, and in relation-created.
  Publishing an equal document again writes nothing and wakes nobody.
- Only the leader writes. On other units `publish` writes nothing and returns None, so observe
  leader-elected as well. Call it there all the same: those units cannot read what the leader
  published, and compare the answer with the document that they passed last.
- A profile that the next document does not name is stale: its contributors lose access, its data
  stays. `profiles: []` is a document that names none. Removing the relation withdraws all of them;
  not publishing changes nothing.
- The document is readable to everybody who may read the model. Put no secret into it.

## Reading documents

```python
requirer = ProfilesRequirer(charm, "profiles")
framework.observe(requirer.on.documents_changed, charm.reconcile)

for document in requirer.published():
    if document.problem:  # what its application published cannot be used: leave its profiles as they are
        requirer.answer(document.relation_id, document.revision, {}, problem=document.problem)
    elif document.text is not None:  # None: nothing was published yet
        requirer.answer(document.relation_id, document.revision, {"ml-engineers": ("failed", "no such user")})
```
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from math import isfinite
from typing import Any, Literal, NoReturn, Protocol

import ops
import yaml  # type: ignore[import-untyped, unused-ignore]  # a charm may be checked without types-PyYAML

LIBID = "a7b047a1f56b39f54af6a9710f41a371"
LIBAPI = 0
LIBPATCH = 2
PYDEPS = ["ops>=2.10", "PyYAML>=6"]  # ops needs PyYAML too

VERSION = 1
"""Of the databags' form. Another one is named and not read."""

PLAIN = 65_536
"""Bytes of text that stand in a databag as they are; more is compressed. It is what Juju allows one value of a charm's
own state: https://github.com/juju/juju/blob/3.6/core/quota/fixed_limits.go
"""

LARGEST = 4 * 1024 * 1024
"""Bytes that one value may have in a databag. Juju keeps the databag in one document of MongoDB, of at most 16 MiB, and
later versions check a limit of their own (https://github.com/juju/juju/pull/22664); this stays well
below.
"""

LARGEST_TEXT = 16 * 1024 * 1024
"""Bytes of a document or an answer when decompressed, so that a small value cannot fill the memory of its reader."""

LONGEST_REASON = 300
"""Characters of a reason; the rest is cut."""

State = Literal["applied", "pending", "failed"]
"""How far a profile came. `pending` waits for something and is tried again; `failed` needs somebody to act."""

_TEXT = "text"
_COMPRESSED = "zlib+base64"
_MOST_PARTS = 200_000  # of an answer: each takes up to a hundred bytes of memory
_NO_PROFILE = "To name no profile, publish `profiles: []`."
_MAPPING = "Publish a mapping with the key `profiles`, or YAML text."
_PROFILE = "Write a mapping with the keys `name` and `owner`."
_MOST_LEVELS = 100  # of collections inside each other: the receiver reads no more
_REVISION = re.compile(r"[0-9a-f]{16}")
_NUMBER = re.compile(r"[0-9]{1,9}")


class PublishError(ValueError):
    """A document cannot be published. Nothing was written; the message says why and what to do."""


class Dumpable(Protocol):
    """What pydantic's models are."""

    def model_dump(self, *, mode: str, by_alias: bool, exclude_none: bool) -> Any:  # noqa: ANN401 - as pydantic has it
        """Return the model as plain data."""


@dataclass(frozen=True)
class Report:
    """What the other end says about the document that was published.

    Attributes:
        relation_id: the relation over which it came.
        app: the application that says it.
        revision: of the document it speaks of.
        is_current: whether that is the document that is published now. A unit that is not the
            leader cannot read what is published: there, whether it is the document that the unit
            last passed to `publish`, in this hook or before; True if it passed none.
        applied: the profiles that are in the cluster as the document says.
        pending: those that wait for something and are tried again, each with what it waits for.
        failed: those that need somebody to act, each with the reason.
        problem: what concerns the document as a whole: why it was refused, or why the answer cannot
            be read. Empty where there is none.
    """

    relation_id: int
    app: str
    revision: str
    is_current: bool
    applied: tuple[str, ...]
    pending: Mapping[str, str]
    failed: Mapping[str, str]
    problem: str


@dataclass(frozen=True)
class Published:
    """What one relation brings.

    Attributes:
        relation_id: the relation, to answer it.
        app: the application at its other end.
        text: the document, not yet validated; None where nothing was published yet or it cannot be
            used.
        revision: of the document, to be given back in the answer.
        problem: why the databag cannot be used, in one line; empty where it can, and where nothing
            was published yet.
    """

    relation_id: int
    app: str
    text: str | None
    revision: str
    problem: str


class ReportChangedEvent(ops.EventBase):
    """The answer over one relation is another one than at the last such event, or went away with its relation."""

    def __init__(self, handle: ops.Handle, relation_id: int) -> None:
        super().__init__(handle)
        self.relation_id = relation_id

    def snapshot(self) -> dict[str, Any]:
        """Return what a deferred event needs."""
        return {"relation_id": self.relation_id}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take it back."""
        self.relation_id = snapshot["relation_id"]


class DocumentsChangedEvent(ops.EventBase):
    """A document came, changed or went away. One may come without a difference, such as when a unit joins.

    Attributes:
        relation_id: the relation over which it came.
        app: the application at its other end.
        withdrawn: whether the relation is gone, and `published` no longer has it.
    """

    def __init__(self, handle: ops.Handle, relation_id: int, app: str, *, withdrawn: bool) -> None:
        super().__init__(handle)
        self.relation_id = relation_id
        self.app = app
        self.withdrawn = withdrawn

    def snapshot(self) -> dict[str, Any]:
        """Return what a deferred event needs."""
        return {"relation_id": self.relation_id, "app": self.app, "withdrawn": self.withdrawn}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take it back."""
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
    """The end that says which profiles there are to be.

    Args:
        charm: the charm that publishes.
        relation_name: the name of the relation in its charmcraft.yaml.
    """

    on = ProviderEvents()
    _stored = ops.StoredState()  # type: ignore[no-untyped-call]

    def __init__(self, charm: ops.CharmBase, relation_name: str = "profiles") -> None:
        super().__init__(charm, f"profiles-provider-{relation_name}")
        self._relation_name = relation_name
        self._stored.set_default(answers={}, last_revision="", checked_revision="")
        self.framework.observe(charm.on[relation_name].relation_changed, self._on_changed)
        self.framework.observe(charm.on[relation_name].relation_broken, self._on_broken)

    def publish(self, pmr: str | Mapping[str, Any] | Dumpable) -> str | None:
        """Publish a document over every relation that is there; an equal one again writes nothing.

        Args:
            pmr: the whole document: YAML or JSON text, which goes out as it is; a mapping; or
                something with pydantic's `model_dump`, whose unset fields are left out.

        Returns:
            The revision, which `Report.revision` names once it is answered. None on a unit that is
            not the leader: nothing was published.

        Raises:
            PublishError: the document is not a mapping with a list `profiles` of mappings, is too
                large, is text that is not YAML or has a key twice (with line and column), or is not
                made of text, numbers, lists and mappings.
        """
        text = _text_of(pmr)
        encoding, document = _encoded(text)
        revision = revision_of(text)
        if isinstance(pmr, str) and revision != self._stored.checked_revision:
            _check_text(text)  # once: without libyaml, a large text takes seconds
            self._stored.checked_revision = revision
        if not self.model.unit.is_leader():
            self._stored.last_revision = revision
            return None
        self._stored.last_revision = ""
        for relation in self.model.relations[self._relation_name]:
            databag = relation.data[self.model.app]
            before = _read(databag, "document", self.model.app.name, self.model.app.name)
            if (before.text, before.revision) != (text, revision):
                _write(databag, revision, encoding, {"document": document})
        return revision

    @property
    def is_ready(self) -> bool:
        """Whether the cluster is as the document says.

        True if there is a relation, every relation has answered what is published now
        (`Report.is_current`), and no answer has a problem or a profile that is pending or failed.
        """
        relations = self.model.relations[self._relation_name]
        reports = self.reports
        return 0 < len(relations) == len(reports) and all(
            _is_complete(report) for report in reports
        )

    @property
    def reports(self) -> list[Report]:
        """What every relation that has answered says, in the order of their ids."""
        relations = sorted(
            self.model.relations[self._relation_name], key=lambda relation: relation.id
        )
        return [report for relation in relations if (report := self._report(relation))]

    @property
    def report(self) -> Report | None:
        """The answer; None where there is none yet. With several relations, that of the oldest which has answered."""
        return next(iter(self.reports), None)

    def _report(self, relation: ops.Relation) -> Report | None:
        databag = relation.data[relation.app]
        read = _read(databag, "report", relation.app.name, self.model.app.name)
        if read.text is None and not read.problem:
            return None
        answer = (
            _Answer(problem=read.problem)
            if read.text is None
            else _answer_in(read.text, relation.app.name)
        )
        return Report(
            relation_id=relation.id,
            app=relation.app.name,
            revision=read.revision,
            is_current=bool(read.revision)
            and read.revision == self._expected(relation, read.revision),
            applied=answer.applied,
            pending=answer.pending,
            failed=answer.failed,
            problem=answer.problem,
        )

    def _expected(self, relation: ops.Relation, answered: str) -> str:
        """Return the revision that a current answer names, as far as this unit can know it."""
        # Juju lets no other unit read the databag of its application
        if self.model.unit.is_leader():
            return relation.data[self.model.app].get("revision", "")
        return self._stored.last_revision or answered

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        databag = event.relation.data[event.relation.app]
        answer = "\n".join(
            databag.get(key, "") for key in ("version", "revision", "encoding", "report")
        ).strip()
        digest = _digest(answer) if answer else ""
        if self._stored.answers.get(str(event.relation.id), "") != digest:
            self._stored.answers[str(event.relation.id)] = digest
            self.on.report_changed.emit(event.relation.id)

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if self._stored.answers.pop(str(event.relation.id), ""):
            self.on.report_changed.emit(event.relation.id)


class ProfilesRequirer(ops.Object):
    """The end that makes the profiles.

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

        A unit that is removed, alone or with its application, sees its relations break one by one
        although nobody removed them. What `published` lacks from then on was not withdrawn, so
        change nothing on its account.
        """
        return bool(self._stored.leaving)

    def published(self) -> list[Published]:
        """Return what every relation brings, in the order of their ids. In its own relation-broken, one is gone."""
        relations = sorted(
            self.model.relations[self._relation_name], key=lambda relation: relation.id
        )
        return [self._from(relation) for relation in relations]

    def answer(
        self,
        relation_id: int,
        revision: str,
        profiles: Mapping[str, tuple[State, str]],
        *,
        problem: str = "",
    ) -> None:
        """Say over one relation what became of its document; the same answer again writes nothing.

        Does nothing on a unit that is not the leader, and for a relation that is gone.

        Args:
            relation_id: the relation.
            revision: that of its `Published`.
            profiles: the profiles that its document names and no others, with how far each came,
                and why.
            problem: why the document as a whole was refused.
        """
        relations = {
            relation.id: relation for relation in self.model.relations[self._relation_name]
        }
        if relation_id not in relations or not self.model.unit.is_leader():
            return
        databag = relations[relation_id].data[self.model.app]
        text = _answer_text(profiles, problem)
        encoding, report = _encoded(text)
        before = _read(databag, "report", self.model.app.name, self.model.app.name)
        if (before.text, before.revision) != (text, revision):
            _write(databag, revision, encoding, {"report": report})

    def _from(self, relation: ops.Relation) -> Published:
        app = relation.app.name
        databag = relation.data[relation.app]
        read = _read(databag, "document", app, self.model.app.name)
        if read.text is not None and revision_of(read.text) != databag.get("revision"):
            return Published(
                relation.id,
                app,
                None,
                read.revision,
                f"the document of {app} is not that of its revision",
            )
        return Published(relation.id, app, read.text, read.revision, read.problem)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        self.on.documents_changed.emit(event.relation.id, event.relation.app.name, withdrawn=False)

    def _on_departed(self, event: ops.RelationDepartedEvent) -> None:
        # Juju names our own unit here only where it, or its application, is no longer alive:
        # https://github.com/juju/juju/blob/main/internal/worker/uniter/relation/resolver.go
        if event.departing_unit == self.model.unit:
            self._stored.leaving = True

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        # Where the other application has no units, nobody departs; that ours is being removed can
        # still be seen.
        if not self.leaving and self.model.app.planned_units() == 0:
            self._stored.leaving = True
        if not self.leaving:
            self.on.documents_changed.emit(
                event.relation.id, event.relation.app.name, withdrawn=True
            )


def check_document(pmr: str | Mapping[str, Any] | Dumpable) -> None:
    """Check what `publish` checks, without a relation: for the unit tests of a charm that publishes.

    The content, such as roles and quotas, is checked by the receiver, which answers;
    `profiles-management validate` checks it in a file.

    Args:
        pmr: as `publish` takes it.

    Raises:
        PublishError: `publish` would raise the same.
    """
    text = _text_of(pmr)
    _encoded(text)
    if isinstance(pmr, str):
        _check_text(text)


def _is_complete(report: Report) -> bool:
    return report.is_current and not (report.problem or report.pending or report.failed)


def revision_of(text: str) -> str:
    """Return the revision of a document: the first 16 hexadecimal digits of the SHA-256 of its text in UTF-8."""
    return _digest(text)[:16]


# The document as text


def _text_of(pmr: str | Mapping[str, Any] | Dumpable) -> str:
    text = pmr if isinstance(pmr, str) else _json_of(pmr)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PublishError(
            "Half of a surrogate pair stands alone in the document. Remove it."
        ) from None
    return text


def _json_of(pmr: Mapping[str, Any] | Dumpable) -> str:
    try:
        data = _plain(pmr, "document")
        _check_data(data)
        return _json(data)
    except RecursionError:
        raise PublishError("The document holds itself, or is nested too deeply.") from None


def _check_data(document: object) -> None:
    if not isinstance(document, dict):
        raise PublishError(f"The document is a {type(document).__name__}. {_MAPPING}")
    if "profiles" not in document:
        raise PublishError(f"The document has no key `profiles`. {_NO_PROFILE}")
    profiles = document["profiles"]
    if not isinstance(profiles, list):
        _refuse_profiles("" if profiles is None else f"a {type(profiles).__name__}")
    for index, profile in enumerate(profiles):
        if not isinstance(profile, dict):
            raise PublishError(
                f"document.profiles[{index}] is a {type(profile).__name__}. {_PROFILE}"
            )


def _check_text(text: str) -> None:
    """Refuse text that is not one YAML mapping with a list `profiles` of mappings.

    Reads the whole text, but builds nothing of it: aliases are not expanded, so they cannot fill
    the memory. What is in a profile is checked by the receiver.
    """
    has_root = has_profiles = False
    try:
        for path, value in _values(text):
            if not path:
                _check_root(value, is_second=has_root)
                has_root = True
            elif path == ["profiles"]:
                if not isinstance(value, yaml.SequenceStartEvent):
                    _refuse_profiles(_kind(value))
                has_profiles = True
            elif path == ["profiles", None]:
                _check_profile(value)
    except yaml.YAMLError as error:
        raise PublishError(f"The document is not YAML: {_syntax_error(error)}.") from None
    if not has_profiles:
        what = "has no key `profiles`" if has_root else "is empty"
        raise PublishError(f"The document {what}. {_NO_PROFILE}")


def _check_root(root: yaml.NodeEvent, *, is_second: bool) -> None:
    if is_second:
        raise PublishError(f"Another YAML document begins {_place(root.start_mark)}. Publish one.")
    if not _kind(root):
        raise PublishError(f"The document is empty. {_NO_PROFILE}")
    if not isinstance(root, yaml.MappingStartEvent):
        raise PublishError(f"The document is {_kind(root)}. {_MAPPING}")


def _check_profile(profile: yaml.NodeEvent) -> None:
    if not isinstance(profile, (yaml.MappingStartEvent, yaml.AliasEvent)):
        raise PublishError(
            f"The profile {_place(profile.start_mark)} is {_kind(profile) or 'empty'}. {_PROFILE}"
        )


def _refuse_profiles(kind: str) -> NoReturn:
    if not kind:
        raise PublishError(f"There is nothing in `profiles`. {_NO_PROFILE}")
    raise PublishError(
        f"`profiles` is {kind}, not a list. Write a list of mappings with the key `name`."
    )


@dataclass
class _Collection:
    """A mapping or a list of a text, while it is being read.

    Attributes:
        is_mapping: whether its nodes are keys and values in turn.
        keys: the keys so far that are scalars.
        key: that of the value that is read; None in a list, or if the key is not a scalar.
        is_at_key: whether the next node of a mapping is a key.
    """

    is_mapping: bool
    keys: set[str] = field(default_factory=set)
    key: str | None = None
    is_at_key: bool = True

    def takes_key(self, node: yaml.NodeEvent) -> bool:
        """Return whether a node is a key, and remember it.

        Raises:
            PublishError: the mapping has this key already.
        """
        if not self.is_mapping:
            return False
        self.is_at_key = not self.is_at_key
        if self.is_at_key:
            return False
        self.key = node.value if isinstance(node, yaml.ScalarEvent) else None
        if self.key in self.keys:
            key = _line(self.key or "")[:40]
            raise PublishError(
                f"The key {key!r} is there twice, again {_place(node.start_mark)}. Keep one of them."
            )
        if self.key is not None:
            self.keys.add(self.key)
        return True


def _values(text: str) -> Iterator[tuple[list[str | None], yaml.NodeEvent]]:
    """Yield the root, each value of a mapping and each item of a list.

    The path to it has a key for each mapping around it, and None for each list.
    """
    levels: list[_Collection] = []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # some builds of PyYAML have no libyaml
    # PyYAML's own parser refuses tabs that libyaml, the receiver's parser, accepts between tokens.
    for event in yaml.parse(text.replace("\t", " "), Loader=loader):
        if isinstance(event, yaml.CollectionEndEvent):
            levels.pop()
        elif isinstance(event, yaml.NodeEvent):
            if not (levels and levels[-1].takes_key(event)):
                yield [level.key for level in levels], event
            if isinstance(event, yaml.CollectionStartEvent):
                levels.append(_Collection(isinstance(event, yaml.MappingStartEvent)))
        if len(levels) > _MOST_LEVELS:
            raise PublishError(
                f"The document is nested deeper than {_MOST_LEVELS} levels {_place(event.start_mark)}."
            )


def _kind(node: yaml.NodeEvent) -> str:
    """Return what a node is, with its article; empty for one without a value."""
    if isinstance(node, yaml.MappingStartEvent):
        return "a mapping"
    if isinstance(node, yaml.SequenceStartEvent):
        return "a list"
    if isinstance(node, yaml.ScalarEvent):
        return "a scalar" if node.value or node.style else ""
    return "an alias"


def _syntax_error(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and error.problem_mark:
        return f"{error.problem} {_place(error.problem_mark)}"
    return "it has a character that YAML does not allow"


def _place(mark: Any) -> str:  # noqa: ANN401 - libyaml has a class of its own
    return f"in line {mark.line + 1}, column {mark.column + 1}"


def _plain(value: object, where: str) -> Any:  # noqa: ANN401
    """Return a part of a document as JSON has it, and nothing as what it is not: a number as a key is refused."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise PublishError(
                    f"{where} has the key {str(key)[:40]!r}, which is not text. Write it as text."
                )
        return {key: _plain(part, f"{where}.{key}") for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, f"{where}[{index}]") for index, part in enumerate(value)]
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return _plain(value.model_dump(mode="json", by_alias=True, exclude_none=True), where)
    return _scalar(value, where)


def _scalar(value: object, where: str) -> bool | float | str | None:
    if isinstance(value, Enum):
        return _scalar(value.value, where)
    if isinstance(value, date):
        return value.isoformat()
    if (
        value is None
        or isinstance(value, (bool, int, str))
        or (isinstance(value, float) and isfinite(value))
    ):
        return value
    kind = value if isinstance(value, float) else type(value).__name__
    raise PublishError(f"{where} is {kind}. A document holds text, numbers, lists and mappings.")


def _json(data: Mapping[str, Any]) -> str:
    """Equal data, equal text."""
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except ValueError:  # Python writes no number of more than 4,300 digits
        raise PublishError("The document has a number with too many digits.") from None


# Into a databag and out of it


class _Unusable(Exception):
    """Why a databag cannot be used; never with anything that stands in it but a version or the name of an encoding."""


@dataclass(frozen=True)
class _Read:
    text: str | None = None
    revision: str = ""
    problem: str = ""


def _write(
    databag: ops.RelationDataContent, revision: str, encoding: str, content: Mapping[str, str]
) -> None:
    databag.update({"version": str(VERSION), "revision": revision, "encoding": encoding, **content})


def _read(databag: Mapping[str, str], key: str, writer: str, reader: str) -> _Read:
    """Return what a databag holds; whatever it holds, as a problem at worst."""
    if not any(databag.get(name) for name in ("version", "encoding", key)):
        return _Read()
    claimed = databag.get("revision", "")
    revision = claimed if _REVISION.fullmatch(claimed) else ""
    try:
        _check_version(databag.get("version", ""), writer, reader)
        return _Read(_decoded(databag.get("encoding", ""), databag.get(key, "")), revision)
    except _Unusable as reason:
        return _Read(revision=revision, problem=f"the {key} of {writer} cannot be used: {reason}")


def _check_version(version: str, writer: str, reader: str) -> None:
    if not _NUMBER.fullmatch(version):
        raise _Unusable("its databag has no version")
    if int(version) != VERSION:
        behind = reader if int(version) > VERSION else writer
        raise _Unusable(
            f"its databag has version {int(version)}, {reader} knows {VERSION}; refresh {behind}"
        )


def _encoded(text: str) -> tuple[str, str]:
    """Return the encoding of a text and the text in it.

    Raises:
        PublishError: it is too large.
    """
    data = text.encode()
    if len(data) <= PLAIN:
        return _TEXT, text
    value = base64.b64encode(zlib.compress(data)).decode()
    if len(data) > LARGEST_TEXT or len(value) > LARGEST:
        raise PublishError(
            f"The document has {len(data):,} bytes, compressed {len(value):,}; a relation carries {LARGEST_TEXT:,}, "
            f"compressed {LARGEST:,}. Spread the profiles over several sources."
        )
    return _COMPRESSED, value


def _decoded(encoding: str, value: str) -> str:
    if not value:
        raise _Unusable("it is missing")
    if len(value) > LARGEST:
        raise _Unusable(f"it has {len(value):,} characters, at most {LARGEST:,} are read")
    text = value
    if encoding == _COMPRESSED:
        text = _decompressed(value)
    elif encoding != _TEXT:
        raise _Unusable(f"its encoding {encoding[:20]!a} is neither {_TEXT} nor {_COMPRESSED}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Unusable("half of a surrogate pair stands alone in it") from None
    return text


def _decompressed(value: str) -> str:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(base64.b64decode(value, validate=True), LARGEST_TEXT + 1)
    except (ValueError, zlib.error):
        raise _Unusable(f"it is not {_COMPRESSED}") from None
    if len(data) > LARGEST_TEXT:
        raise _Unusable(f"it has more than {LARGEST_TEXT:,} bytes when decompressed")
    if not inflater.eof or inflater.unused_data:
        raise _Unusable(f"it is not {_COMPRESSED} from its beginning to its end")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _Unusable("it is not UTF-8") from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


# The answer


@dataclass(frozen=True)
class _Answer:
    applied: tuple[str, ...] = ()
    pending: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def _answer_text(profiles: Mapping[str, tuple[State, str]], problem: str) -> str:
    """Return an answer as JSON, as far as a databag carries it: beyond that, how many profiles came how far."""
    names: dict[State, list[str]] = {"applied": [], "pending": [], "failed": []}
    for name in sorted(profiles):
        names[profiles[name][0]].append(name)
    reasons = {
        state: {name: _line(profiles[name][1]) for name in names[state]}
        for state in ("pending", "failed")
    }
    text = _json({"applied": names["applied"], **reasons, "problem": _line(problem)})
    try:
        _encoded(text)
    except PublishError:
        counts = ", ".join(f"{len(some):,} {state}" for state, some in names.items())
        text = _json(
            {
                "applied": [],
                "pending": {},
                "failed": {},
                "problem": f"too many profiles to list: {counts}",
            }
        )
    return text


def _answer_in(text: str, app: str) -> _Answer:
    """Return the answer that stands in a text; whatever stands there, as a problem at worst."""
    if sum(map(text.count, ",[{")) > _MOST_PARTS:
        return _Answer(
            problem=f"the report of {app} cannot be used: it has more parts than any answer"
        )
    try:
        data = json.loads(text)
        return _Answer(
            _names(data["applied"]),
            _reasons(data["pending"]),
            _reasons(data["failed"]),
            _line(data["problem"]),
        )
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return _Answer(
            problem=f"the report of {app} cannot be used: it is not of the form of version {VERSION}"
        )


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(type(value))
    return tuple(map(_line, value))


def _reasons(value: dict[str, str]) -> dict[str, str]:
    return {_line(name): _line(reason) for name, reason in value.items()}


def _line(text: str) -> str:
    """Return a text on one line, printable and not longer than a reason may be."""
    text = text[: 4 * LONGEST_REASON]
    line = "".join(one if one.isprintable() else "?" for one in " ".join(text.split()))
    return line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 1]}…"
