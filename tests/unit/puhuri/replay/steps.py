"""What happened on the portal between the recorded exchanges."""

from collections.abc import Callable

from puhuri.replay.recorded_portal import RecordedPortal

Step = Callable[[RecordedPortal], None]


class Steps(dict[tuple[str, int], Step]):
    """What happened, by the chapter and the number of the exchange that came next."""

    def before(self, chapter: str, *numbers: int) -> Callable[[Step], Step]:
        """Register what happened before exchanges."""

        def register(step: Step) -> Step:
            self.update({(chapter, number): step for number in numbers})
            return step

        return register
