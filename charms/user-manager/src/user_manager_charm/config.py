"""The options of the charm, typed. Ranges are those of the settings that they set."""

import re
from ipaddress import ip_network
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

import ops
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from user_manager_charm.not_ready import blocked

_DURATION = re.compile(r"P(?=.)(\d+W|(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)")
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(word for word in map(str.strip, value.split(",")) if word)


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError(f'"{text}" is not a network. Write one such as 10.1.0.0/16') from None


def _header(text: str) -> str:
    if not _HEADER.fullmatch(text):
        raise ValueError("Write the name of a header, such as kubeflow-userid")
    return text


def _duration(text: str) -> str:
    if text and not _DURATION.fullmatch(text):
        raise ValueError("Write a duration such as P90D or PT8H")
    return text


def _https(text: str) -> str:
    if text and not _is_url(text, "https"):
        raise ValueError("Write a URL that begins with https://")
    return text


def _http(text: str) -> str:
    if text and not _is_url(text, "https", "http"):
        raise ValueError("Write a URL that begins with https:// or http://")
    return text.rstrip("/")


def _is_url(text: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname)
    except ValueError:
        return False


Word = Annotated[str, StringConstraints(strip_whitespace=True)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_split)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_split)]


class Config(BaseModel):
    """The options of charmcraft.yaml, with `_` in place of `-`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    administrators: Words = ()
    trusted_proxies: Networks = ()
    identity_header: Annotated[Word, AfterValidator(_header)] = "kubeflow-userid"
    identity_prefix: str = ""
    jwt_keys: Annotated[Word, AfterValidator(_https)] = ""
    jwt_issuer: Word = ""
    jwt_audience: Word = ""
    jwt_user_claim: Word = "email"
    public_url: Annotated[Word, AfterValidator(_http)] = ""
    allowed_hosts: Words = ()
    ingress_port: Annotated[int, Field(ge=1, le=65535)] = 8000
    pending_days: Annotated[int, Field(ge=1, le=3650)] = 14
    longest_duration: Annotated[Word, AfterValidator(_duration)] = ""
    reason_required: bool = False
    open_requests: Annotated[int, Field(ge=1, le=100_000)] = 50
    break_glass: bool = False
    four_eyes: bool = False
    webhook: ops.Secret | None = None
    webhook_format: Literal["json", "slack", "mattermost", "teams"] = "json"

    def webhook_content(self) -> dict[str, str]:
        """Return the keys `url` and `secret` of the secret `webhook`; nothing without one.

        Raises:
            NotReady: the secret cannot be read, or lacks one of them.
        """
        if self.webhook is None:
            return {}
        try:
            content = self.webhook.get_content(refresh=True)
        except ops.ModelError:
            raise blocked("option webhook: the secret cannot be read; grant it") from None
        if not _is_url(content.get("url", ""), "https", "http") or not content.get("secret"):
            keys = "url, an http(s) URL, and secret"
            raise blocked(f"option webhook: the secret needs the keys {keys}")
        return content


def load(charm: ops.CharmBase) -> Config:
    """Return the options of a charm.

    Raises:
        NotReady: an option is not valid; the status says what to write.
    """
    try:
        return charm.load_config(Config, errors="raise")
    except ValidationError as error:
        # the text of pydantic repeats every value
        raise blocked(_worded(error)) from None


def _worded(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0])
    option = field.replace("_", "-")
    if first["type"] == "literal_error":
        choices = get_args(Config.model_fields[field].annotation)
        return f"option {option}: write {' or '.join(choices)}"
    context = first.get("ctx", {})
    return f"option {option}: {context.get('error', first['msg'])}"
