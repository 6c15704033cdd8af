"""Why an apply holds changes back until somebody allows them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from profiles_management.reconcile.lines import Line, Tone, labelled


class StopKind(StrEnum):
    """What stops; the value is what JSON has.

    A confirmation stops where somebody can be asked and has not agreed.
    """

    REVOCATIONS = "revocations"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an apply holds back a part of a plan, or all of it.

    Attributes:
        what: what it would do, a sentence without a full stop.
        remedy: how to allow it, with the option of the command.
        rest: whether the plan has other changes, which are applied.
    """

    kind: StrEnum
    what: str
    remedy: str
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Halt:
    """A reason of the target for holding back every change but those that take access away.

    Attributes:
        what: what the changes would do, a sentence without a full stop.
        brief: the same in few words, for a status.
        remedy: how to correct or allow it, with the options of the command.
        correction: settings that agree with the target, by name; empty where the target does not
            say.
        setting: the setting that allows the changes once, '' where none does.
    """

    kind: StrEnum
    what: str
    brief: str
    remedy: str
    correction: Mapping[str, str] = field(default_factory=dict)
    setting: str = ""

    @property
    def stop(self) -> Stop:
        """Why an apply holds changes back."""
        return Stop(self.kind, self.what, self.remedy)


def stop_lines(stops: Sequence[Stop]) -> list[Line]:
    """Return for each stop what `apply` would hold back, why, and how to allow it."""
    return [_stop_line(stop) for stop in stops]


def _stop_line(stop: Stop) -> Line:
    if stop.kind is StopKind.CONFIRMATION:
        return labelled("confirm: ", f"{stop.what}.", Tone.WAIT)
    held = "change nothing of this"
    if stop.rest:
        held = "hold back a part of this and apply the rest"
    return labelled("stopped: ", f"apply would {held}: {stop.what}. {stop.remedy}", Tone.ERROR)
