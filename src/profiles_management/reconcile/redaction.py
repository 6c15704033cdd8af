"""Credentials in text that somebody else wrote: a server, a proxy, a program. Pure.

Our own messages never hold a credential. Before they repeat a word of others they pass it through `redacted`.
"""

import base64
import binascii
import re
from collections.abc import Iterable

MASK = "***"

_SHORTEST = 4  # a shorter secret is no secret, and its letters would be masked in ordinary words
_NAME = (
    r"(?<![\w.-])[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?key|key-data|credential|assertion|cookie|session[_-]?id|signature)[\w.-]*"
)
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_VALUE = r"[^\s,;&<>\"')]+"
_PROSE = "token|auth|authentication|authorization|credential|scheme|realm|error"  # `Bearer token expired`
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
# Each with what takes its place. They are compiled when they are first needed: most events of the charm need none.
_PATTERNS = (
    (_BARE, MASK),
    (rf"(?i)(authorization[\"']?\s*[:=]\s*)(?:{_QUOTED}|[^\r\n\"']+)", rf"\1{MASK}"),
    (rf"(?i)\b((?:bearer|basic)\s+[\"']?)(?!(?:{_PROSE})s?\b)[\w.~+/=-]{{4,}}", rf"\1{MASK}"),
    (r"(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s/@\"'<>]*:[^\s\"'<>]*|[^\s/@\"'<>]+)@", rf"\1{MASK}@"),
    (rf"(?i)([\"']?{_NAME}[\"']?\s*=\s*)(?:{_QUOTED}|{_VALUE})", rf"\1{MASK}"),
    # `token: expired at noon` is prose
    (rf"(?i)([\"']?{_NAME}[\"']?\s*:\s*)(?:{_QUOTED}|(?![a-z]+ [a-z]){_VALUE})", rf"\1{MASK}"),
    (
        rf"(?i)\b((?:token|password|passphrase|client secret)\s+)(?:{_QUOTED}|(?=\S*[\d_~+/=-])[^\s,;\"')]{{6,}})",
        rf"\1{MASK}",
    ),
)
_OPAQUE = r"(?=[\w+=~-]*\d)(?=[\w+=~-]*[A-Za-z])[\w+=~-]{20,}"


def redacted(text: str, secrets: Iterable[str] = (), *, opaque: bool = False) -> str:
    """Return text with every credential in it masked.

    Args:
        secrets: what is known to be secret, whatever it looks like.
        opaque: whether to mask long words of letters and digits too. They may be harmless, such as the id of a request.
    """
    for secret in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    for pattern, replacement in _PATTERNS:
        text = re.sub(pattern, replacement, text)
    return re.sub(_OPAQUE, MASK, text) if opaque else text


def of_header(authorization: str) -> set[str]:
    """Return the secrets in the value of an Authorization header: what follows its scheme, and a password in that."""
    scheme, _, value = authorization.partition(" ")
    found = {authorization, value}
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(value).decode(errors="replace").partition(":")
        except binascii.Error:
            return found
        found |= {f"{user}:{password}", password}
    return found


def names_secret(name: str) -> bool:
    """Whether what has this name, such as a variable or an option of a program, is likely to be secret."""
    return re.fullmatch(_NAME, name.strip("-"), re.IGNORECASE) is not None


def _forms(secrets: Iterable[str]) -> set[str]:
    """Return secrets as they stand and as a Basic header or a Secret would carry them."""
    plain = {secret for secret in secrets if len(secret) >= _SHORTEST}
    return plain | {base64.b64encode(secret.encode()).decode() for secret in plain}
