"""Removal of credentials from texts of others: a server, a proxy, a program. Pure.

Our messages never contain a credential: texts of others pass through `redacted` first.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from pathlib import Path

MASK = "***"

_LONGEST = 8_000  # characters of a text of others in a message
_LONGEST_PATH = 200
_SHORTEST = 3  # a shorter one would be masked in ordinary words
_NAME = (
    r"(?<![\w.-])[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?key|key-data|credential|assertion|cookie|session[_-]?id|signature)[\w.-]*"
)
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_VALUE = r"[^\s,;&<>\"')]+"
# `Bearer token expired`
_PROSE = "token|auth|authentication|authorization|credential|scheme|realm|error"
_BARE = "|".join(
    (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9 ]*-----|\Z)",
        r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}",  # a JSON Web Token
        r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}",  # AWS
        r"\bk8s-aws-v1\.[\w.-]+",
        r"\bya29\.[\w.-]+",  # Google
        r"\bgh[pousr]_\w+|\bgithub_pat_\w+",  # GitHub
        r"\bglpat-[\w-]+",  # GitLab
        r"\bsha256~[\w-]+",  # OpenShift
        r"\bkubeconfig-[\w-]+:\w{16,}",  # Rancher
    )
)
# The first group is what precedes a credential. The patterns are compiled on first use: most
# events of the charm need none.
_PATTERNS = (
    _BARE,
    rf"(?i)(authorization[\"']?\s*[:=]\s*)(?:{_QUOTED}|[^\r\n\"']+)",
    rf"(?i)\b((?:bearer|basic)\s+[\"']?)(?!(?:{_PROSE})s?\b)[\w.~+/=-]{{4,}}",
    r"(?i)\b([a-z][a-z0-9+.-]{0,30}+://)(?:[^\s/@\"'<>:]*+:[^\s\"'<>]*|[^\s/@\"'<>]++)(?=@)",
    rf"(?i)([\"']?{_NAME}[\"']?\s*=\s*)(?:{_QUOTED}|{_VALUE})",
    # `token: expired at noon` is prose
    rf"(?i)([\"']?{_NAME}[\"']?\s*:\s*)(?:{_QUOTED}|(?![a-z]+ [a-z]){_VALUE})",
    rf"(?i)\b((?:token|password|passphrase|client secret)\s+)(?:{_QUOTED}|(?=\S*[\d_~+/=-])[^\s,;\"')]{{6,}})",
)
_OPAQUE = r"(?=[\w+=~-]*\d)(?=[\w+=~-]*[A-Za-z])[\w+=~-]{20,}"


def redacted(text: str, secrets: Iterable[str] = (), *, opaque: bool = False) -> str:
    """Return a text with every credential in it replaced by a mask.

    Args:
        text: the text.
        secrets: known secrets of any form.
        opaque: whether to mask long words of letters and digits too. They may be harmless, such as
            the id of a request.
    """
    for secret in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _cut(text)
    for pattern in (*_PATTERNS, _OPAQUE) if opaque else _PATTERNS:
        text = re.sub(pattern, lambda found: f"{_before(found)}{MASK}", text)
    return text


def _cut(text: str) -> str:
    """Return the start of a long text, up to the end of a word; searching more takes time."""
    if len(text) <= _LONGEST:
        return text
    end = max(text.rfind(blank, 0, _LONGEST) for blank in " \n")
    return f"{text[: max(0, end)]}…"


def masked(line: str) -> str:
    """Return a line of a document with every credential masked, of the same length."""
    for pattern in _PATTERNS:
        line = re.sub(
            pattern,
            lambda found: f"{_before(found)}{'*' * (len(found[0]) - len(_before(found)))}",
            line,
        )
    return line


def shown(path: Path | str) -> str:
    """Return a path for messages; a path that looks like a credential is not shown."""
    text = str(path)
    if len(text) > _LONGEST_PATH or not text.isprintable() or redacted(text) != text:
        return "a path that is not shown, because it may hold a credential"
    return text


def _before(found: re.Match[str]) -> str:
    return found[1] or "" if found.re.groups else ""


def of_header(authorization: str) -> set[str]:
    """Return the secrets in an Authorization header: the value, and the password in it."""
    scheme, _, value = authorization.partition(" ")
    found = {authorization, value}
    if scheme.lower() == "basic":
        try:
            user, _, password = (
                base64.b64decode(value, validate=True).decode(errors="replace").partition(":")
            )
        except binascii.Error:
            return found
        found |= {f"{user}:{password}", password}
    return found


def names_secret(name: str) -> bool:
    """Return whether a variable or an option with this name is probably secret."""
    return re.fullmatch(_NAME, name.strip("-"), re.IGNORECASE) is not None


def _forms(secrets: Iterable[str]) -> set[str]:
    """Return secrets as they are and in base64, as in a Basic header or a Secret."""
    plain = {secret for secret in secrets if len(secret) >= _SHORTEST}
    return plain | {base64.b64encode(secret.encode()).decode() for secret in plain}
