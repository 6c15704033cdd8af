"""The help of the program and of each command: plain text, which never cuts an option's name."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from typer import TyperException
from typer.core import TyperCommand, TyperGroup

from profiles_management.cli import kubectl
from profiles_management.cli.examples import EXAMPLES
from profiles_management.reconcile.folding import folded
from profiles_management.reconcile.lines import Line, cells, line, padded, plain

NAME = "profiles-management"

_NARROWEST, _WIDEST = 40, 100
_TWO_COLUMNS = 80  # the least width at which an option and its text are on one line
_LEFT = 34
_WITHOUT_EFFECT = {"plan": {"writers", "events"}, "diff": {"writers", "events"}}
"""Settings without effect, which a command accepts so that it can plan any apply."""
_NEEDED = {"files"}
"""Arguments that a command needs, although an option such as -f can take their place."""
_NO_GROUP = "Options"
_BELOW = 8  # the indentation in cells of a text below its option

Row = tuple[str, str]


class Command(TyperCommand):
    """A command that takes arguments as kubectl does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - click's
        """Parse arguments in the forms of click and of kubectl."""
        flags = [parameter for parameter in self.params if getattr(parameter, "is_flag", False)]
        names = {*chain.from_iterable(flag.opts for flag in flags)}
        try:
            return super().parse_args(ctx, list(kubectl.rewritten(args, names)))
        except TyperException as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as above
        """Return the arguments after the name of the command: `[OPTIONS] PERSON FILE...`."""
        return ["[OPTIONS]", *map(_usage, _parameters(ctx, "argument"))]

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write description, examples, and the options by their groups."""
        width = _width()
        arguments = [*map(_argument, _parameters(ctx, "argument"))]
        sections = [
            *_examples(_path(ctx)),
            *_section("Arguments", arguments, width),
            *_options(ctx, width),
        ]
        formatter.write(_text(ctx, self.help or "", sections, width))


class Program(TyperGroup):
    """The program or a group of its commands, whose help lists the commands."""

    command_class = Command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as above
        """Parse arguments; as with kubectl, the verbosity may come before the command."""
        return super().parse_args(ctx, kubectl.level_last(args))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the description, the commands, and the options."""
        width = _width()
        path = _path(ctx)
        names = sorted(self.commands, key=lambda name: _place(f"{path} {name}".strip()))
        commands = [(name, self.commands[name].get_short_help_str(_WIDEST)) for name in names]
        sections = [*_section("Commands", commands, width), *_options(ctx, width)]
        words = " ".join([NAME, "help", *path.split(), "COMMAND"])
        sections += [line(), line(f"Examples and options of a command: {words}")]
        formatter.write(_text(ctx, self.help or "", sections, width))


def _path(ctx: Any) -> str:  # noqa: ANN401 - as above
    """Return the words of a command after the name of the program."""
    return str(ctx.command_path).removeprefix(NAME).strip()


def _place(path: str) -> int:
    """Return where a command is in the help: in the order of the examples."""
    return next(
        (number for number, name in enumerate(EXAMPLES) if f"{name} ".startswith(f"{path} ")),
        len(EXAMPLES),
    )


def _width() -> int:
    return max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))


def _text(ctx: Any, description: str, sections: Iterable[Line], width: int) -> str:  # noqa: ANN401 - as above
    usage = " ".join(["Usage:", ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])
    lines = [line(usage, hang=len("Usage: "))]
    for paragraph in description.split("\n\n"):
        lines += [line(), line(" ".join(paragraph.split()))]
    lines += sections
    return plain(chain.from_iterable(folded(whole, width) for whole in lines))


def _section(heading: str, rows: Sequence[Row], width: int) -> list[Line]:
    """Return rows below a heading: the text next to its name, or below it on a narrow terminal."""
    if not rows:
        return []
    left, indent = 0, _BELOW
    if width >= _TWO_COLUMNS:
        left = min(_LEFT, max(cells(name) for name, _ in rows))
        indent = left + len("    ")
    lines = [line(), line(f"{heading}:")]
    for name, text in rows:
        if cells(name) <= left:
            lines.append(line(f"  {padded(name, left)}  {text}", hang=indent))
        else:
            lines += [line(f"  {name}"), line(f"{' ' * indent}{text}", hang=indent)]
    return lines


def _examples(command: str) -> list[Line]:
    if not EXAMPLES.get(command):
        return []
    lines = [line(), line("Examples:")]
    for purpose, arguments in EXAMPLES[command]:
        lines += [line(f"  # {purpose}"), line(f"  {NAME} {arguments}"), line()]
    return lines[:-1]


def _argument(parameter: Any) -> Row:  # noqa: ANN401 - as above
    return parameter.metavar, _sentence(parameter)


def _usage(argument: Any) -> str:  # noqa: ANN401 - as above
    name: str = argument.metavar
    if argument.nargs != 1:
        name += "..."
    if argument.required or argument.name in _NEEDED:
        return name
    return f"[{name}]"


def _parameters(ctx: Any, kind: str) -> list[Any]:  # noqa: ANN401 - as above
    """Return the arguments or the options of a command that the help shows."""
    without_effect = _WITHOUT_EFFECT.get(ctx.command.name, set())
    return [
        parameter
        for parameter in ctx.command.get_params(ctx)
        if parameter.param_type_name == kind
        and not parameter.hidden
        and parameter.name not in without_effect
    ]


def _options(ctx: Any, width: int) -> Iterator[Line]:  # noqa: ANN401 - as above
    """Yield the options by group; those without a group first."""
    rows: dict[str, list[Row]] = {_NO_GROUP: []}
    for option in _parameters(ctx, "option"):
        group = rows.setdefault(option.rich_help_panel or _NO_GROUP, [])
        group.append((_names(option, ctx), _sentence(option)))
    for heading, options in rows.items():
        yield from _section(heading, options, width)


def _names(parameter: Any, ctx: Any) -> str:  # noqa: ANN401 - as above
    names = sorted(parameter.opts, key=len)
    text = ", ".join(names)
    if len(names[0]) != len("-o"):  # below the long names of other options
        text = f"{' ' * len('-o, ')}{text}"
    if parameter.is_flag:
        return text
    return f"{text} {parameter.display_type_rich(ctx).strip('<>')}"


def _sentence(parameter: Any) -> str:  # noqa: ANN401 - as above
    """Return the text of a parameter with its default, if it has one."""
    text, default = (parameter.help or "").removesuffix("."), parameter.default
    is_shown = bool(getattr(parameter, "show_default", True)) and not callable(default)
    if not is_shown or default in (None, False, ""):
        return f"{text}."
    # quotes tell a name from a word, as in: default "default"
    shown = f'"{default}"' if parameter.type_descriptor.annotation is str else default
    return f"{text} (default {shown})."
