"""A target with an outdated observation, so that a plan meets another state."""


class Still:
    """A target that was observed earlier; writes and waiting use the present."""

    def __init__(self, target, settings):
        self._seen = target.observe(settings)
        self.send, self.met, self.overdue = target.send, target.met, target.overdue

    def observe(self, settings):
        return self._seen
