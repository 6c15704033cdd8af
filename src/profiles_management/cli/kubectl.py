"""Rewrites command lines in kubectl's form into click's form. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence

REQUESTS = 6
"""The lowest verbosity at which kubectl prints each request."""

DRY_RUNS = ("client", "server", "none")

NOT_HERE = {
    "-n": "A profile is not in a namespace. Each profile has its own.",
    "-R": "Folders in a folder are not read. Name each folder.",
    "-A": "All profiles are read. Omit it.",
    "-k": "Pipe the output of kustomize build to this command, and pass - as FILE.",
}
"""Options of kubectl that this command lacks, and what to do instead."""
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
    """Return the arguments with a verbosity before the command moved behind the command."""
    levels = [argument for argument in arguments[:1] if _LEVEL.fullmatch(argument)]
    rest = arguments[len(levels) :]
    return [*rest[:1], *levels, *rest[1:]]


def rewritten(arguments: Sequence[str], flags: Collection[str]) -> Iterator[str]:
    """Yield arguments in click's form.

    kubectl accepts `-o=json`, `--yes=true`, and a value for `--dry-run` after `=` only. `-v`
    without a number prints requests, as most users of `-v` want.

    Args:
        arguments: the arguments of the command.
        flags: the options of the command that have no value, such as `--yes` and `-y`.
    """
    for position, argument in enumerate(arguments):
        following = arguments[position + 1 :]
        if argument == "--":
            yield from (argument, *following)
            return
        name, _, value = argument.partition("=")
        if name not in flags or value.lower() not in _YES_NO:
            yield _option(argument, following[0] if following else "")
        elif _YES_NO[value.lower()]:
            yield name


def _option(argument: str, following: str) -> str:
    name, equals, value = argument.partition("=")
    if name == "--dry-run":
        return _dry_run(value, has_value=bool(equals) or following not in DRY_RUNS)
    if name in ("-v", "--v"):
        return _verbosity(value, has_value=bool(equals) or following.isdecimal())
    short = _SHORT.fullmatch(argument)
    return f"-{short[1]}{short[2]}" if short is not None else argument


def _verbosity(value: str, *, has_value: bool) -> str:
    if not has_value:
        return f"-v{REQUESTS}"
    return f"-v{value}"


def _dry_run(value: str, *, has_value: bool) -> str:
    """Return --dry-run with its value; releases of kubectl before 1.18 took true and false."""
    if not has_value:
        return "--dry-run"
    mode = {"": "client", "true": "client", "false": "none"}.get(value.lower(), value)
    return f"--dry-run={mode}"
