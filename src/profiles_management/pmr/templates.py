"""Templates and placeholders that were not filled in."""

from __future__ import annotations

import re
from typing import Final

from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.names import value_finding

_FILLED_IN: Final = "render the template first, for example with helm template or envsubst"
# Every alternative ends at the end of its line at the latest: one pass is enough for any text.
_MARK: Final = re.compile(
    r"""\{\{.*?(?:\}\}|$)             # Helm, Jinja, Ansible, Handlebars
    |   \{[%\#].*?(?:[%\#]\}|$)       # Jinja
    |   [$\#%]\{[^}\n]*\}?            # shells, envsubst, Terraform, Ruby
    |   \$\([A-Za-z_]\w*\)            # Kustomize, make
    |   <%.*?(?:%>|$)                 # ERB, EJS
    |   \[\[[^\[\]\n]*\]\]            # Go, Nomad
    |   \(\([\w./-]+\)\)              # Concourse, BOSH
    |   \$[A-Z][A-Z0-9_]*+(?=@)      # shells
    |   <[^<>@\n]+>(?=@)|(?<=@)<[^<>@\n]+>
    """,
    re.VERBOSE | re.MULTILINE,
)
_PLACEHOLDER: Final = re.compile(r"<[^<>@]+>|[$%][A-Z][A-Z0-9_]+%?|__[A-Z][A-Z0-9_]*__")
_QUOTED_OR_COMMENT: Final = r""" "(?:[^"\\\n]|\\.)*+"? | (?<!\w)'[^'\n]*'? | (?:^|(?<=\s))\#.* """
_UNQUOTED: Final = re.compile(
    rf"(?P<mark>{_MARK.pattern}) | {_QUOTED_OR_COMMENT}", re.VERBOSE | re.MULTILINE
)
_IN_PLACE_OF_YAML: Final = ("{{", "{%", "{#", "${", "#{", "%{", "<%")


def template_mark(text: str) -> str:
    """Return the first template in a value, such as `{{ user }}`; '' where there is none.

    A value that is a placeholder as a whole, such as `<your-email>`, counts too.
    """
    mark = _MARK.search(text)
    if mark is not None:
        return mark[0]
    return text if _PLACEHOLDER.fullmatch(text.strip()) else ""


def template_finding(mark: str, path: Path = ()) -> Finding:
    """Return the finding for a template or a placeholder."""
    if _PLACEHOLDER.fullmatch(mark.strip()) and not mark.startswith("<%"):
        why = "is a placeholder that was not filled in"
        return value_finding("template", mark, why, "replace it with the value", path)
    return value_finding("template", mark, "is a template that was not filled in", _FILLED_IN, path)


def template_in_source(text: str) -> tuple[str, int] | None:
    """Return the first template outside quotes and comments, with its offset, None for none."""
    marks = (match for match in _UNQUOTED.finditer(text) if match["mark"])
    return next(
        ((match[0], match.start()) for match in marks if match[0].startswith(_IN_PLACE_OF_YAML)),
        None,
    )
