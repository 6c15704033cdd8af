"""What a cluster may answer: every key with its type, and nothing else."""

import re

NAMES, REASONS = "names", "reasons"
KEYS = {
    "revision": str,
    "applied": NAMES,
    "pending": REASONS,
    "failed": REASONS,
    "refused": ({"profile": str, "name": str, "reason": str},),
    "problem": str,
    "catalogue": (
        {
            "name": str,
            "owner": {"kind": str, "name": str},
            "open": bool,
            "contributors": (
                {"kind": str, "name": str, "role": str, "until": "time", "source": str},
            ),
        },
    ),
}
REQUIRED = {"revision"}


def fault_of(answer):
    """Return what is wrong with an answer, '' for nothing."""
    if not isinstance(answer, dict):
        return "it is no mapping"
    fault = _keys_fault(answer, KEYS, optional=KEYS.keys() - REQUIRED)
    if not fault and not answer["revision"] and not answer.get("problem"):
        return "an empty revision without a problem"
    return fault


def _keys_fault(value, keys, optional=frozenset()):
    if not isinstance(value, dict) or not value.keys() <= keys.keys():
        return f"keys: {value!r}"
    missing = keys.keys() - optional - value.keys()
    if missing:
        return f"missing: {sorted(missing)}"
    return next(filter(None, (_fault(value[key], keys[key]) for key in value)), "")


def _fault(value, kind):
    if isinstance(kind, dict):
        return _keys_fault(value, kind)
    if isinstance(kind, tuple):
        if not isinstance(value, list):
            return f"no list: {value!r}"
        return next(filter(None, (_fault(item, kind[0]) for item in value)), "")
    return "" if _fits(value, kind) else f"{kind}: {value!r}"


def _fits(value, kind):
    if kind == NAMES:
        return isinstance(value, list) and all(isinstance(name, str) for name in value)
    if kind == REASONS:
        return isinstance(value, dict) and all(isinstance(why, str) for why in value.values())
    if kind == "time":
        return value is None or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value))
    return isinstance(value, kind)
