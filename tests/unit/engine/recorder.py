"""A recorder of access at every change of a RoleBinding or AuthorizationPolicy in memory."""

from scenarios.access import KINDS, History, Moment, Register


class Recorder(History):
    """Records an api from now on; `moments` begins with the present. Register has exceptions."""

    def __init__(self, api, foreign=(), *, owners=False):
        super().__init__()
        self._api, self._register = api, Register(foreign, owners=owners)
        for kind in KINDS:
            for one in api.objects(kind):
                self._register.keep(
                    kind, one["metadata"]["namespace"], one["metadata"]["name"], one
                )
        self._note()
        api.watch(self._saw)

    def _saw(self, event):
        if event.kind.name in KINDS:
            metadata = (event.new or event.old)["metadata"]
            self._register.keep(event.kind.name, metadata["namespace"], metadata["name"], event.new)
            self._note()

    def _note(self):
        self.moments.append(Moment(len(self._api.writes), self._register.roles()))
