"""Groups of options as parameters of a command, each option declared once.

A group is a dataclass whose fields are options, or a kind of SettingOptions.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from profiles_management.cli.setting_options import SettingOptions

R = TypeVar("R")


def spread(command: Callable[..., R]) -> Callable[..., R]:
    """Return a command whose parameters that are groups of options are spread into single options.

    Every parameter can be given by name only; a group is put together again before the command is
    called.
    """
    hints = get_type_hints(command, include_extras=True)
    parameters: list[inspect.Parameter] = []
    groups: dict[str, tuple[Any, list[str]]] = {}
    for name, parameter in inspect.signature(command).parameters.items():
        options = _options_of(hints[name])
        if options:
            groups[name] = hints[name], [single.name for single in options]
            parameters += options
        else:
            keyword = inspect.Parameter.KEYWORD_ONLY
            parameters.append(parameter.replace(annotation=hints[name], kind=keyword))

    def spread_out(**given: Any) -> R:  # noqa: ANN401 - whatever the options hold
        for name, (group, names) in groups.items():
            given[name] = group(**{single: given.pop(single) for single in names})
        return command(**given)

    spread_out.__name__, spread_out.__doc__ = command.__name__, command.__doc__
    spread_out.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return spread_out


def _options_of(hint: Any) -> list[inspect.Parameter]:  # noqa: ANN401 - a type
    """Return the options of a group; nothing for a single option."""
    if isinstance(hint, type) and issubclass(hint, SettingOptions):
        return hint.parameters()
    if not is_dataclass(hint):
        return []
    types = get_type_hints(hint, include_extras=True)
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(each.name, keyword, default=each.default, annotation=types[each.name])
        for each in fields(hint)
    ]
