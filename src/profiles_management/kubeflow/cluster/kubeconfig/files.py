"""Reading kubeconfigs: which files there are, what they hold, and how several become one, as kubectl does it.

Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry, Fields, line_in
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.pmr.redaction import shown

DEFAULT = Path("~/.kube/config")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL, _MERGE = "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"
# What libyaml says of a text without repeating any of it.
_SAYINGS = re.compile(
    "(did|could) not find expected|mapping values|(block|found) .*(not allowed|cannot start|unexpected|unknown)|control"
)
_LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}
_VERSIONS = {"", "v1"}
_KINDS = {"", "Config"}
_EXTENSION = "extension"
_REMEDIES = {
    IsADirectoryError: "Name the file in it with --kubeconfig or KUBECONFIG.",
    PermissionError: "Let the user that runs this read it, or name another one with --kubeconfig or KUBECONFIG.",
    FileNotFoundError: "Name another one with --kubeconfig or KUBECONFIG.",
}
_DEEPEST = 100


class Unparsed(ValueError):
    """A text is neither YAML nor JSON. No message repeats it, because it may hold credentials.

    Attributes:
        line: where the parser stopped, from 1; 0 where that is not known.
        said: what the parser says, '' where that could repeat the text.
    """

    def __init__(self, line: int, said: str) -> None:
        super().__init__(line, said)
        self.line = line
        self.said = said


@dataclass(slots=True, repr=False)
class Kubeconfig:
    """One or several files together.

    Attributes:
        files: what was read, as messages show it.
        current: the name of the current context, empty where there is none.
        current_file, current_line: where it is named; the line is 0 where it is not known.
        entries: by kind (`cluster`, `user`, `context`), then by name.
        doubled: the kinds and names that one file has twice.
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
        return f"{'kubeconfigs' if len(self.files) > 1 else 'kubeconfig'} {', '.join(self.files)}"


def named_by_environment(environment: Mapping[str, str]) -> list[Path]:
    """Return the files that KUBECONFIG names; none where it is empty or not set.

    Raises:
        ClusterError: it holds a kubeconfig instead of its path.
    """
    value = environment.get("KUBECONFIG", "")
    if "\n" in value or value.lstrip().startswith("{"):
        raise ClusterError(
            "KUBECONFIG holds the content of a kubeconfig. Write it to a file, and set it to the path."
        )
    return [Path(part).expanduser() for part in dict.fromkeys(value.split(os.pathsep)) if part]


def read(paths: Sequence[Path]) -> Kubeconfig:
    """Read files. Of an entry that several have, the first one counts, and so it is for the current context.

    Of several files, those that do not exist are passed over, unless none exists.

    Raises:
        ClusterError: a file cannot be read or is not a kubeconfig.
    """
    found = Kubeconfig()
    missing: ClusterError | None = None
    for path in paths:
        try:
            data = path.read_bytes()
        except (OSError, ValueError) as error:
            refusal = _unreadable(path, error)
            if not isinstance(error, FileNotFoundError):
                raise refusal from None
            missing = missing or refusal
        else:
            _add(found, path, _Content(shown(path), data))
    if missing is not None and not found.files:
        raise missing
    return found


def typed(node: Any) -> Any:  # noqa: ANN401 - whatever is in a file
    """Return the content of an extension with the types that YAML gives it; None where it has none.

    Raises:
        ValueError: it cannot be read.
    """
    if not isinstance(node, yaml.Node):
        return None
    try:
        return yaml.SafeLoader("").construct_document(node)
    except yaml.YAMLError:
        raise ValueError("not plain YAML") from None


def plain(data: bytes) -> Any:  # noqa: ANN401 - whatever is in a file
    """Return the first document of a text in YAML or JSON as mappings, lists, texts and None.

    Names and tokens that look like numbers are texts. The content of an extension stays a node; see
    `typed`.

    Raises:
        Unparsed: it is neither.
    """
    try:
        _check_depth(data)
        node = next(iter(yaml.compose_all(data, Loader=_LOADER)), None)
        return _plain(node, {})
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Unparsed(mark.line + 1 if mark is not None else 0, _saying(error)) from None


def _line(number: int) -> str:
    return f" (line {number})" if number else ""


def _saying(error: Exception) -> str:
    """Return what libyaml says is wrong, where that repeats nothing of the text: it may be a credential."""
    problem = str(getattr(error, "problem", "") or "")
    return problem if _SAYINGS.match(problem) and "'" not in problem.replace("':'", "") else ""


def _check_depth(data: bytes) -> None:
    """Refuse what is nested so deep that composing it would end the process: libyaml's Python side has no guard."""
    depth = 0
    for event in yaml.parse(data, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
            event, yaml.CollectionEndEvent
        )
        if depth > _DEEPEST:
            raise ValueError("nested too deep")


class _Content:
    """The top of one file."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        try:
            value = plain(data)
        except Unparsed as error:
            said = f" YAML says: {error.said}." if error.said else ""
            raise ClusterError(
                f"The kubeconfig {file} is not valid YAML{_line(error.line)}.{said}"
            ) from None
        if value is not None and not isinstance(value, dict):
            raise ClusterError(
                f"The kubeconfig {file} is not a kubeconfig: it is not a mapping at the top."
            )
        self.fields: Mapping[str, Any] = value or {}
        for key, known in (("kind", _KINDS), ("apiVersion", _VERSIONS)):
            if self.fields.get(key) not in {None, *known}:
                what = "it is not of kind Config in version v1"
                raise ClusterError(
                    f"The kubeconfig {file} is not a kubeconfig: {what}{_line(self.line(key))}."
                )

    def line(self, key: str) -> int:
        """Return the line of a key, 0 for one that is not there."""
        return line_in(self.fields, key)

    def items(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield names and contents of a list; items that are no mapping with a name nobody can mean."""
        value = self.fields.get(key)
        if value is not None and not isinstance(value, list):
            raise ClusterError(
                f"{key} of the kubeconfig {self.file}{_line(self.line(key))} is not a list."
            )
        for item in value or ():
            if isinstance(item, dict) and isinstance(name := item.get("name"), str):
                yield name, item.get(_LISTS[key])


def _add(found: Kubeconfig, path: Path, content: _Content) -> None:
    found.files.append(content.file)
    current = content.fields.get("current-context")
    if not found.current and isinstance(current, str):
        found.current, found.current_file = current, content.file
        found.current_line = content.line("current-context")
    for key, kind in _LISTS.items():
        own: dict[str, Entry] = {}
        for name, fields in content.items(key):
            if name in own and name not in found.entries[kind]:
                found.doubled.add((kind, name))
            # What is not a mapping is seen where somebody asks for the entry: one that nobody uses
            # may be broken.
            given = {} if fields is None else fields
            own[name] = Entry(kind, name, content.file, path.absolute().parent, given)
        found.entries[kind] = own | found.entries[kind]


def _unreadable(path: Path, error: OSError | ValueError) -> ClusterError:
    why = (getattr(error, "strerror", None) or "it is not a path").lower()
    remedy = next((remedy for kind, remedy in _REMEDIES.items() if isinstance(error, kind)), "")
    return ClusterError(f"The kubeconfig {shown(path)} cannot be used: {why}.", remedy=remedy)


def _plain(node: yaml.Node | None, known: dict[int, Any]) -> Any:  # noqa: ANN401 - whatever is in a file
    if node is None:
        return None
    if id(node) in known:
        return known[id(node)]
    if isinstance(node, yaml.MappingNode):
        value: Any = Fields(_pairs(node, known))
        value.line = node.start_mark.line + 1
        value.lines = {
            key.value: key.start_mark.line + 1
            for key, _ in node.value
            if isinstance(key, yaml.ScalarNode)
        }
    elif isinstance(node, yaml.SequenceNode):
        value = [_plain(item, known) for item in node.value]
    else:
        value = None if node.tag == _NULL else node.value
    known[id(node)] = value
    return value


def _pairs(node: yaml.MappingNode, known: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    if any(key.tag == _MERGE for key, _ in node.value):
        yaml.SafeLoader("").flatten_mapping(node)
    for key, item in node.value:
        if isinstance(key, yaml.ScalarNode):
            yield key.value, item if key.value == _EXTENSION else _plain(item, known)
