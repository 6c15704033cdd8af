"""Reading of kubeconfigs, and of several as one, as kubectl does it.

Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry, Fields, in_line, line_in
from profiles_management.kubeflow.cluster_errors import ClusterError, reason_of
from profiles_management.pmr.redaction import shown

DEFAULT = Path("~/.kube/config")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL, _MERGE = "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"
# messages of libyaml that do not repeat the text
_SAYINGS = re.compile(
    "(did|could) not find expected|mapping values|control|"
    "(block|found) .*(not allowed|cannot start|unexpected|unknown)"
)
_LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}
_KNOWN = {"kind": (None, "", "Config"), "apiVersion": (None, "", "v1")}
_EXTENSION = "extension"
_REMEDIES: Mapping[type[Exception], str] = {
    IsADirectoryError: "Name the file in it with --kubeconfig or KUBECONFIG.",
    PermissionError: "Let the user that runs this read it, or name another one with "
    "--kubeconfig or KUBECONFIG.",
    FileNotFoundError: "Name another one with --kubeconfig or KUBECONFIG.",
}
_DEEPEST = 100


class Unparsed(ValueError):
    """A text is neither YAML nor JSON. No message repeats it, because it may have credentials.

    Attributes:
        line: the line where the parser stopped, from 1; 0 where it is not known.
        said: the parser's message, '' where it could repeat the text.
    """

    def __init__(self, line: int, said: str) -> None:
        super().__init__(line, said)
        self.line = line
        self.said = said


@dataclass(slots=True, repr=False)
class Kubeconfig:
    """One or several kubeconfigs, merged.

    Attributes:
        files: the files that were read, as messages show them.
        current: the name of the current context, empty where there is none.
        current_file: the file that names it.
        current_line: the line that names it, 0 where it is not known.
        entries: by kind (`cluster`, `user`, `context`), then by name.
        doubled: the kinds and names that occur twice in one file.
    """

    files: list[str] = field(default_factory=list)
    current: str = ""
    current_file: str = ""
    current_line: int = 0
    entries: dict[str, dict[str, Entry]] = field(
        default_factory=lambda: {kind: {} for kind in _LISTS.values()}
    )
    doubled: set[tuple[str, str]] = field(default_factory=set)

    def __str__(self) -> str:
        noun = "kubeconfigs" if len(self.files) > 1 else "kubeconfig"
        return f"{noun} {', '.join(self.files)}"


def named_by_environment(environment: Mapping[str, str]) -> list[Path]:
    """Return the files that KUBECONFIG names; none where it is empty or not set.

    Raises:
        ClusterError: it contains a kubeconfig instead of its path.
    """
    value = environment.get("KUBECONFIG", "")
    if "\n" in value or value.lstrip().startswith("{"):
        raise ClusterError(
            "KUBECONFIG contains the content of a kubeconfig. "
            "Write it to a file, and set it to the path."
        )
    parts = dict.fromkeys(value.split(os.pathsep))
    return [Path(part).expanduser() for part in filter(None, parts)]


def read(paths: Sequence[Path]) -> Kubeconfig:
    """Return files merged into one: the first entry of a name, and the first current context, win.

    A file that does not exist is skipped, unless none exists.

    Raises:
        ClusterError: a file cannot be read or is not a kubeconfig.
    """
    merged = Kubeconfig()
    missing: list[ClusterError] = []
    for path in paths:
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            missing.append(_unreadable(path, error))
        except (OSError, ValueError) as error:
            raise _unreadable(path, error) from None
        else:
            _add(merged, path, _Content(shown(path), data))
    if missing and not merged.files:
        raise missing[0]
    return merged


def typed(node: Any) -> Any:  # noqa: ANN401 - any content of a file
    """Return the content of an extension with the types of YAML; None where it has none.

    Raises:
        ValueError: it cannot be read.
    """
    if not isinstance(node, yaml.Node):
        return None
    try:
        return yaml.SafeLoader("").construct_document(node)
    except yaml.YAMLError:
        raise ValueError("not plain YAML") from None


def plain(data: bytes) -> Any:  # noqa: ANN401 - any content of a file
    """Return the first document of a text in YAML or JSON as mappings, lists, texts and None.

    Names and tokens that look like numbers are texts. The content of an extension stays a node; see
    `typed`.

    Raises:
        Unparsed: it is neither.
    """
    try:
        _check_depth(data)
        nodes = yaml.compose_all(data, Loader=_LOADER)
        return next((_plain(node, {}) for node in nodes), None)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unparsed(_stopped_at(error), _saying(error)) from None


def _stopped_at(error: Exception) -> int:
    """Return the line where libyaml stopped, from 1; 0 where it is not known."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return 0
    return int(mark.line) + 1


def _saying(error: Exception) -> str:
    """Return libyaml's message, unless it could repeat the text, which may be a credential."""
    problem = str(getattr(error, "problem", "") or "")
    has_quotation = "'" in problem.replace("':'", "")
    if has_quotation or not _SAYINGS.match(problem):
        return ""
    return problem


def _check_depth(data: bytes) -> None:
    """Refuse a text that is nested so deep that composing it would crash the process.

    The Python side of libyaml has no limit.
    """
    depth = 0
    for event in yaml.parse(data, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError("nested too deep")


class _Content:
    """The top level of one file."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        value = self._parsed(data)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._refusal("it is not a mapping at the top")
        self.fields: Mapping[str, Any] = value
        for key, known in _KNOWN.items():
            if self.fields.get(key) not in known:
                what = f"it is not of kind Config in version v1{in_line(self.line(key))}"
                raise self._refusal(what)

    def _parsed(self, data: bytes) -> Any:  # noqa: ANN401 - any content of a file
        try:
            return plain(data)
        except Unparsed as error:
            message = f"The kubeconfig {self.file} is not valid YAML{in_line(error.line)}."
            if error.said:
                message += f" YAML says: {error.said}."
            raise ClusterError(message) from None

    def _refusal(self, what: str) -> ClusterError:
        return ClusterError(f"The kubeconfig {self.file} is not a kubeconfig: {what}.")

    def line(self, key: str) -> int:
        """Return the line of a key, 0 for one that is not there."""
        return line_in(self.fields, key)

    def items(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield names and contents of a list, without items that are not mappings with a name."""
        items = self.fields.get(key)
        if items is None:
            return
        if not isinstance(items, list):
            raise ClusterError(
                f"{key} of the kubeconfig {self.file}{in_line(self.line(key))} is not a list."
            )
        for item in items:
            match item:
                case {"name": str(name)}:
                    yield name, _content_of(item, _LISTS[key])


def _content_of(item: Mapping[str, Any], kind: str) -> Any:  # noqa: ANN401 - any content of a file
    content = item.get(kind)
    if content is None:
        return {}
    return content


def _add(merged: Kubeconfig, path: Path, content: _Content) -> None:
    merged.files.append(content.file)
    current = content.fields.get("current-context")
    if isinstance(current, str) and not merged.current:
        merged.current, merged.current_file = current, content.file
        merged.current_line = content.line("current-context")
    for key in _LISTS:
        _add_entries(merged, key, path, content)


def _add_entries(merged: Kubeconfig, key: str, path: Path, content: _Content) -> None:
    kind = _LISTS[key]
    before = merged.entries[kind]
    own: dict[str, Entry] = {}
    for name, fields in content.items(key):
        if name in own and name not in before:
            merged.doubled.add((kind, name))
        # An entry that is not a mapping is refused where it is used; an unused one may be invalid.
        own[name] = Entry(kind, name, content.file, path.absolute().parent, fields)
    merged.entries[kind] = own | before


def _unreadable(path: Path, error: OSError | ValueError) -> ClusterError:
    why = reason_of(error, "it is not a path")
    remedy = _REMEDIES.get(type(error), "")
    return ClusterError(f"The kubeconfig {shown(path)} cannot be used: {why}.", remedy=remedy)


def _plain(node: yaml.Node, known: dict[int, Any]) -> Any:  # noqa: ANN401 - any content
    """Return a node as data; each anchor is converted once, however often aliases repeat it."""
    if id(node) not in known:
        known[id(node)] = _converted(node, known)
    return known[id(node)]


def _converted(node: yaml.Node, known: dict[int, Any]) -> Any:  # noqa: ANN401 - any content
    if isinstance(node, yaml.MappingNode):
        return _fields(node, known)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, known) for item in node.value]
    if node.tag == _NULL:
        return None
    return node.value


def _fields(node: yaml.MappingNode, known: dict[int, Any]) -> Fields:
    if any(key.tag == _MERGE for key, _ in node.value):
        yaml.SafeLoader("").flatten_mapping(node)
    named = [(key, item) for key, item in node.value if isinstance(key, yaml.ScalarNode)]
    fields = Fields((key.value, _field(key.value, item, known)) for key, item in named)
    fields.line = node.start_mark.line + 1
    fields.lines = {key.value: key.start_mark.line + 1 for key, _ in named}
    return fields


def _field(key: str, item: yaml.Node, known: dict[int, Any]) -> Any:  # noqa: ANN401 - any content
    if key == _EXTENSION:
        return item
    return _plain(item, known)
