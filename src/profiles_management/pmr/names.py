"""Rules for the names of profiles, and for the keys and values of labels and annotations.

The names of people are in `user_names`.

Sources: DNS labels and qualified names by
https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from profiles_management.pmr.confusables import plain
from profiles_management.pmr.model import Finding, Path, refusal

LONGEST_LABEL: Final = 63
LONGEST_DOMAIN: Final = 253
LARGEST_ANNOTATIONS: Final = 256 * 1024
RESERVED: Final = frozenset({"kubeflow", "istio-system", "default"})
RESERVED_PREFIX: Final = "kube-"

_LONGEST_QUOTE: Final = 80
_LONGEST_WORD: Final = 100  # characters; a longer text is not a misspelled word

_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_KEY_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?")
# Printable to Python, but invisible: Default_Ignorable_Code_Point of
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, and the braille blank.
_BLANK = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def near(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known word that was probably meant, or None; `cutoff` is the least similarity."""
    return next(iter(nearest(word, known, cutoff=cutoff, most=1)), None)


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6, most: int = 3) -> list[str]:
    """Return the known words that are most similar to a word, the most similar first.

    Args:
        word: the word.
        known: the known words.
        cutoff: the least similarity, from 0 to 1.
        most: the most words to return.
    """
    if len(word) > _LONGEST_WORD:
        return []
    folded = {candidate.casefold(): candidate for candidate in known}
    similar = get_close_matches(plain(word).casefold().strip(), folded, n=most, cutoff=cutoff)
    return [folded[candidate] for candidate in similar]


def is_dns_label(name: str) -> bool:
    """Return whether this can name a namespace: an RFC 1123 label, at most 63 characters."""
    return _DNS_LABEL.fullmatch(name) is not None


def is_dns_subdomain(name: str) -> bool:
    """Return whether this can name a ServiceAccount: an RFC 1123 subdomain."""
    return len(name) <= LONGEST_DOMAIN and _DOMAIN.fullmatch(name) is not None


@lru_cache(maxsize=8192)
def is_qualified(key: str) -> bool:
    """Return whether this can be a key of a label or annotation: `name`, `domain/name`."""
    domain, slash, name = key.rpartition("/")
    if slash and not is_dns_subdomain(domain):
        return False
    return len(name) <= LONGEST_LABEL and _KEY_NAME.fullmatch(name) is not None


@lru_cache(maxsize=8192)
def is_label_value(value: str) -> bool:
    """Return whether this can be the value of a label. It may be empty."""
    return not value or (len(value) <= LONGEST_LABEL and _KEY_NAME.fullmatch(value) is not None)


def is_reserved(name: str) -> bool:
    """Return whether a namespace belongs to Kubernetes, Kubeflow or Istio."""
    return name in RESERVED or name.startswith(RESERVED_PREFIX)


def dns_label(name: str) -> str:
    """Return the name if it can name a namespace.

    Raises:
        PydanticCustomError: it is not an RFC 1123 label.
    """
    if not is_dns_label(name):
        raise refusal(_not_dns_label(name))
    return name


def profile_name(name: str) -> str:
    """Return the name if a profile may have it.

    Raises:
        PydanticCustomError: it is not an RFC 1123 label, or reserved.
    """
    dns_label(name)
    if is_reserved(name):
        what = f'"{name}" is reserved for the cluster itself'
        raise refusal(Finding("reserved-name", what, "choose another name"))
    return name


def _not_dns_label(name: str) -> Finding:
    if not name:
        return Finding("bad-name", "the name is empty", "give it a name")
    if len(name) > LONGEST_LABEL:
        what = f"the name has {len(name)} characters, a namespace has at most {LONGEST_LABEL}"
        return Finding("bad-name", what, "shorten it")
    remedy = "use only a-z, 0-9 and -, with a letter or digit at both ends"
    similar = similar_label(name)
    if similar and not is_reserved(similar):
        remedy = f"{remedy}, such as {similar}"
    return value_finding("bad-name", name, "cannot name a namespace", remedy)


def similar_label(name: str) -> str:
    """Return the most similar name that a namespace can have, '' if there is none."""
    label = re.sub(r"[^a-z0-9]+", "-", _without_accents(plain(name)).lower()).strip("-")
    return label[:LONGEST_LABEL].strip("-")


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(character for character in parts if not unicodedata.combining(character))


def quoted(text: str) -> str:
    """Return a text in double quotes on one line, shortened to a readable length."""
    shown = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 3] + "..."
    return f'"{escaped(shown)}"'


def value_finding(
    code: str, text: str, why: str, remedy: str, path: Path = (), *, at_key: bool = False
) -> Finding:
    """Return a finding that begins with a text of the document: `"ann " has a space at an end`."""
    value = quoted(text)
    return Finding(code, f"{value} {why}", remedy, path, at_key, (value,))


def same_name(name: str, place: str, path: Path) -> Finding:
    """Return the finding for the name of another profile; `place` continues its text."""
    what, remedy = f"another profile has the name {quoted(name)}{place}", "rename or remove one"
    return Finding("duplicate-profile", what, remedy, path, values=unclear_names(name))


def unclear_names(*names: str) -> tuple[str, ...]:
    """Return, quoted, the names of profiles that are not valid: each may be the name of a person.

    Valid names of profiles are public.
    """
    return tuple(quoted(name) for name in names if not is_dns_label(name))


def escaped(text: str) -> str:
    r"""Return a text with an escape such as `\u200b` for each invisible character."""
    if not has_unseen(text):
        return text
    return "".join(
        mark.encode("unicode_escape").decode() if is_unseen(mark) else mark for mark in text
    )


def is_unseen(mark: str) -> bool:
    """Return whether a character is invisible, or cannot be told from another."""
    return not mark.isprintable() or _BLANK.match(mark) is not None


def has_unseen(text: str) -> bool:
    """Return whether a text has invisible characters."""
    return not text.isprintable() or _BLANK.search(text) is not None


def shortened(text: str) -> str:
    """Return a text as `quoted` does, but without the quotes."""
    return quoted(text)[1:-1]


def key_findings(keys: Iterable[str]) -> list[Finding]:
    """Return a finding for each key that a label or annotation cannot have."""
    return [_bad_key(key) for key in keys if not is_qualified(key)]


def _bad_key(key: str) -> Finding:
    remedy = (
        "use name or domain/name, of letters, digits, -, _ and ., "
        "the name with at most 63 characters"
    )
    return value_finding(
        "bad-key", key, "is not a valid key in Kubernetes", remedy, (key,), at_key=True
    )


def label_findings(labels: Mapping[str, str | None]) -> list[Finding]:
    """Return what Kubernetes would refuse in these labels; None stands for a dropped default."""
    findings = key_findings(labels)
    for key, value in labels.items():
        if value is not None and not is_label_value(value):
            why = "is not a valid value of a label"
            findings.append(value_finding("bad-label-value", value, why, _LABEL_VALUE, (key,)))
    return findings


_LABEL_VALUE: Final = (
    "use at most 63 letters, digits, -, _ and ., with a letter or digit at both ends"
)


def annotation_findings(annotations: Mapping[str, str]) -> list[Finding]:
    """Return what Kubernetes would refuse in these annotations.

    Their values are free, up to 256 KiB together.
    """
    findings = key_findings(key.lower() for key in annotations)
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    if size > LARGEST_ANNOTATIONS:
        what = f"the annotations have {size:,} bytes, at most {LARGEST_ANNOTATIONS:,} are allowed"
        findings.append(Finding("too-large", what, "shorten them"))
    return findings
