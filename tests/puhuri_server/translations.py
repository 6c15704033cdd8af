"""Texts of errors in the language that is asked for. Most have no translation, as in the portal."""

_TEXTS = {
    "et": {"This field is required.": "Väli on kohustuslik."},
}


def translated(body: object, languages: str) -> object:
    """Return the body of an answer in the first language of `Accept-Language`."""
    texts = _TEXTS.get(languages.strip()[:2].lower())
    return body if texts is None else _replaced(body, texts)


def _replaced(body: object, texts: dict[str, str]) -> object:
    if isinstance(body, dict):
        return {name: _replaced(part, texts) for name, part in body.items()}
    if isinstance(body, list):
        return [_replaced(part, texts) for part in body]
    return texts.get(body, body) if isinstance(body, str) else body
