"""The help of the program and of each command: plain text without boxes, in which no name of an option is cut."""

import shutil
from collections.abc import Iterable, Sequence
from typing import Any

from typer import TyperException
from typer.core import TyperCommand, TyperGroup

from profiles_management.cli import kubectl
from profiles_management.cli.examples import EXAMPLES
from profiles_management.reconcile.folding import folded
from profiles_management.reconcile.lines import Line, cells, line, padded, plain

NAME = "profiles-management"

_NARROWEST, _WIDEST = 40, 100
_TWO_COLUMNS = 80  # from this width on, an option and its text stand on one line
_LEFT = 34
_WITHOUT_EFFECT = {"plan": {"writers", "events"}, "diff": {"writers", "events"}}
"""Settings that a command takes, so that the command line of an apply can be planned, and that mean nothing there."""
_BELOW = 8  # cells that a text below its option is indented by

Row = tuple[str, str]


class Command(TyperCommand):
    """A command that takes arguments as kubectl does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - click's, which typer holds inside
        """Parse arguments in the forms of click and of kubectl."""
        flags = {
            name
            for parameter in self.params
            if getattr(parameter, "is_flag", False)
            for name in parameter.opts
        }
        try:
            return super().parse_args(ctx, list(kubectl.rewritten(args, flags)))
        except TyperException as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write description, examples, and the options by their groups."""
        width = _width()
        arguments = [_argument(one) for one in self.params if one.param_type_name == "argument"]
        sections = [*_examples(self.name or ""), *_section("Arguments", arguments, width)]
        for name, rows in _options(ctx).items():
            sections += _section(name, rows, width)
        formatter.write(_text(ctx, self.help or "", sections, width))


class Program(TyperGroup):
    """The program, whose help lists the commands."""

    command_class = Command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as above
        """Parse arguments; as with kubectl, the verbosity may come before the command."""
        return super().parse_args(ctx, kubectl.level_last(args))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the description, the commands, and the options."""
        width = _width()
        names = sorted(self.commands, key=[*EXAMPLES, *self.commands].index)
        commands = [(name, self.commands[name].get_short_help_str(_WIDEST)) for name in names]
        sections = _section("Commands", commands, width)
        for name, rows in _options(ctx).items():
            sections += _section(name, rows, width)
        sections += [line(), line(f"Examples and options of a command: {NAME} help COMMAND")]
        formatter.write(_text(ctx, self.help or "", sections, width))


def _width() -> int:
    return max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))


def _text(ctx: Any, description: str, sections: Iterable[Line], width: int) -> str:  # noqa: ANN401 - as above
    usage = " ".join(["Usage:", ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])
    paragraphs = [line(" ".join(paragraph.split())) for paragraph in description.split("\n\n")]
    lines = [
        line(usage, hang=len("Usage: ")),
        *(part for paragraph in paragraphs for part in (line(), paragraph)),
    ]
    return plain(part for whole in (*lines, *sections) for part in folded(whole, width))


def _section(heading: str, rows: Sequence[Row], width: int) -> list[Line]:
    """Return rows below a heading: name and text side by side, or the text below its name where it is narrow."""
    if not rows:
        return []
    left = min(_LEFT, max(cells(name) for name, _ in rows))
    lines = [line(), line(f"{heading}:")]
    for name, text in rows:
        if width >= _TWO_COLUMNS and cells(name) <= left:
            lines.append(line(f"  {padded(name, left)}  {text}", hang=left + len("    ")))
        else:
            below = left + len("    ") if width >= _TWO_COLUMNS else _BELOW
            lines += [line(f"  {name}"), line(f"{' ' * below}{text}", hang=below)]
    return lines


def _examples(command: str) -> list[Line]:
    lines = [line(), line("Examples:")]
    for purpose, arguments in EXAMPLES.get(command, ()):
        lines += [line(f"  # {purpose}"), line(f"  {NAME} {arguments}"), line()]
    return lines[:-1] if EXAMPLES.get(command) else []


def _argument(parameter: Any) -> Row:  # noqa: ANN401 - as above
    return parameter.metavar or parameter.name.upper(), _sentence(parameter)


def _options(ctx: Any) -> dict[str, list[Row]]:  # noqa: ANN401 - as above
    """Return the options by the group that each is in; those without a group first."""
    rows: dict[str, list[Row]] = {"Options": []}
    for parameter in ctx.command.get_params(ctx):
        is_shown = not parameter.hidden and parameter.name not in _WITHOUT_EFFECT.get(
            ctx.command.name, ()
        )
        if parameter.param_type_name == "option" and is_shown:
            group = rows.setdefault(parameter.rich_help_panel or "Options", [])
            group.append((_names(parameter, ctx), _sentence(parameter)))
    return rows


def _names(parameter: Any, ctx: Any) -> str:  # noqa: ANN401 - as above
    names = sorted(parameter.opts, key=len)
    indent = "" if len(names[0]) == len("-o") else " " * len("-o, ")
    value = "" if parameter.is_flag else f" {parameter.display_type_rich(ctx).strip('<>')}"
    return f"{indent}{', '.join(names)}{value}"


def _sentence(parameter: Any) -> str:  # noqa: ANN401 - as above
    """Return the text of a parameter with its default, if it has one."""
    text, default = (parameter.help or "").removesuffix("."), parameter.default
    has_default = (
        default not in (None, False, "")
        and not callable(default)
        and getattr(parameter, "show_default", True)
    )
    return f"{text} (default {default})." if has_default else f"{text}."
