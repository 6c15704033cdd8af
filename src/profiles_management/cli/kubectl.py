"""Command lines as kubectl takes them, rewritten as click takes them. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence

REQUESTS = 6
"""The verbosity from which on kubectl prints each request."""

DRY_RUNS = ("client", "server", "none")

NOT_HERE = {
    "-n": "A profile is not in a namespace: it has one of its own.",
    "-R": "Folders in a folder are not read: name each folder.",
    "-A": "All profiles are meant: leave it out.",
    "-k": "Write what kustomize builds to standard output, and read it as -.",
}
"""Options of kubectl that have no place here, and what to do instead."""
NOT_HERE |= {
    "--namespace": NOT_HERE["-n"],
    "--recursive": NOT_HERE["-R"],
    "--all-namespaces": NOT_HERE["-A"],
    "--kustomize": NOT_HERE["-k"],
}

_LEVEL = re.compile(r"(?:-v=?|--v=)\d+")
_SHORT = re.compile(r"-([A-Za-z])=(.*)", re.DOTALL)
_YES_NO = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def level_last(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of the program with a verbosity that comes before the command moved behind it."""
    levels = [argument for argument in arguments[:1] if _LEVEL.fullmatch(argument)]
    rest = arguments[len(levels) :]
    return [*rest[:1], *levels, *rest[1:]]


def rewritten(arguments: Sequence[str], flags: Collection[str]) -> Iterator[str]:
    """Yield arguments in the forms that click knows.

    kubectl takes `-o=json`, `--yes=true`, and a value for `--dry-run` after `=` only. `-v` without
    a number prints requests, as most users of `-v` want.

    Args:
        flags: the options of the command that have no value, such as `--yes` and `-y`.
    """
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            yield from (argument, *rest)
            return
        yield from _option(argument, rest[0] if rest else "", flags)


def _option(argument: str, following: str, flags: Collection[str]) -> Iterator[str]:
    name, equals, value = argument.partition("=")
    name = "-v" if name == "--v" else name
    if name == "--dry-run":
        yield f"{name}={_dry_run(value)}" if equals or following not in DRY_RUNS else name
    elif name in flags and value.lower() in _YES_NO:
        yield from [name] if _YES_NO[value.lower()] else []
    elif name == "-v" and not equals and not following.isdecimal():
        yield f"-v{REQUESTS}"
    elif name == "-v":
        yield f"-v{value}"
    elif short := _SHORT.fullmatch(argument):
        yield f"-{short[1]}{short[2]}"
    else:
        yield argument


def _dry_run(value: str) -> str:
    """Return the value of --dry-run; releases of kubectl before 1.18 took true and false."""
    return {"": "client", "true": "client", "false": "none"}.get(value.lower(), value)
