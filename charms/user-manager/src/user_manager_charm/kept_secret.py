"""A text in a Juju secret of the application, which all units read and the leader writes."""

import ops


class KeptSecret:
    """One text.

    Args:
        label: the label of the secret.
        key: the key of the text in it.
    """

    def __init__(self, charm: ops.CharmBase, label: str, key: str) -> None:
        self._model = charm.model
        self.label = label
        self._key = key

    def read(self) -> str:
        """Return the text, '' if there is none (any more)."""
        try:
            return self._secret().get_content(refresh=True).get(self._key, "")
        except ops.ModelError:  # not found, or not granted to this unit yet
            return ""

    def write(self, text: str) -> None:
        """Keep a text; only the leader may."""
        try:
            self._secret().set_content({self._key: text})
        except ops.SecretNotFoundError:
            self._model.app.add_secret({self._key: text}, label=self.label)

    def _secret(self) -> ops.Secret:
        return self._model.get_secret(label=self.label)
