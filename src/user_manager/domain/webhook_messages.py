"""What a webhook is sent: the notice as JSON, or as a message for people in a chat."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from profiles_management.pmr.names import escaped

WebhookFormat = Literal["json", "slack", "mattermost", "teams"]
Payload = Mapping[str, Any]
Quote = Callable[[str], str]

_MOST_NAMES: Final = 5


def webhook_body(payload: Payload, form: WebhookFormat) -> bytes:
    """Return the body for a notice.

    Args:
        payload: the notice, as docs/reference/user-manager-webhook.md describes it.
        form: what the receiver understands.
    """
    return json.dumps(_FORMS[form](payload), ensure_ascii=False).encode()


def webhook_signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of `X-User-Manager-Signature`: the HMAC of `timestamp.body`."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _slack(payload: Payload) -> Payload:
    return {"text": _text_with_link(payload, _slack_quote)}


def _mattermost(payload: Payload) -> Payload:
    return {"text": _text_with_link(payload, _mattermost_quote)}


def _teams(payload: Payload) -> Payload:
    """Return an adaptive card. A TextRun is shown as it is, without markup."""
    text = {"type": "TextRun", "text": notice_text(payload)}
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "RichTextBlock", "inlines": [text]}],
    }
    if payload["url"]:
        content["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": payload["url"]}]
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"type": "message", "attachments": [card]}


_FORMS: Final[Mapping[WebhookFormat, Callable[[Payload], Payload]]] = {
    "json": lambda payload: payload,
    "slack": _slack,
    "mattermost": _mattermost,
    "teams": _teams,
}


def _slack_quote(text: str) -> str:
    """Return a text in which Slack sees no mention, and no link with a text of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mattermost_quote(text: str) -> str:
    """Return a text as code, in which Mattermost sees no mention and no markup."""
    return "`" + text.replace("`", "'") + "`"


def _text_with_link(payload: Payload, quote: Quote) -> str:
    text = notice_text(payload, quote)
    return f"{text} {payload['url']}" if payload["url"] else text


def notice_text(payload: Payload, quote: Quote = str) -> str:
    """Return what happened, in a sentence or two.

    Args:
        payload: the notice.
        quote: makes names harmless for the receiver. Reasons and comments are not in notices.
    """
    return _TEXTS[payload["kind"]](payload, quote)


def _access(payload: Payload, quote: Quote) -> str:
    types = ", ".join(payload["types"])
    return f"access ({types}) of {quote(payload['user'])} to {quote(payload['module'])}"


def _deciders(names: Sequence[str], quote: Quote) -> str:
    shown = ", ".join(quote(name) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown or "nobody"


def _requested(payload: Payload, quote: Quote) -> str:
    by = quote(payload["requested_by"])
    deciders = _deciders(payload["deciders"], quote)
    return f"{by} asks for {_access(payload, quote)}. To decide: {deciders}."


def _reminder(payload: Payload, quote: Quote) -> str:
    deciders = _deciders(payload["deciders"], quote)
    end = payload["pending_until"]
    return f"The request for {_access(payload, quote)} expires at {end}. To decide: {deciders}."


def _decided(payload: Payload, quote: Quote) -> str:
    verb = "approved" if payload["state"] == "APPROVED" else "denied"
    end = f" until {payload['until']}" if payload["until"] else ""
    return f"{quote(payload['decided_by'])} {verb} {_access(payload, quote)}{end}."


def _in_effect(payload: Payload, quote: Quote) -> str:
    return f"The {_access(payload, quote)} is in effect."


def _refused(payload: Payload, quote: Quote) -> str:
    detail = escaped(payload["detail"])  # a line end would end the code of Mattermost
    return f"The cluster refuses the {_access(payload, quote)}: {quote(detail)}."


def _ending(payload: Payload, quote: Quote) -> str:
    return f"The {_access(payload, quote)} ends at {payload['until']}."


def _ended(payload: Payload, quote: Quote) -> str:
    return f"The {_access(payload, quote)} has ended."


_TEXTS: Final[Mapping[str, Callable[[Payload, Quote], str]]] = {
    "requested": _requested,
    "reminder": _reminder,
    "decided": _decided,
    "in_effect": _in_effect,
    "refused": _refused,
    "ending": _ending,
    "ended": _ended,
}
