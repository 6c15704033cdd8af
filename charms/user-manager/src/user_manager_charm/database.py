"""Which database the portal uses: PostgreSQL of the relation `database`, or SQLite.

A portal with another database has other accesses. Publishing them would take away what people have
in the cluster. The application therefore records in which database the published accesses are, and
uses another one only after the action `use-database`.
"""

import logging
import re
import warnings
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode

import ops
from pydantic.warnings import UnsupportedFieldAttributeWarning

from user_manager_charm.not_ready import blocked, waiting
from user_manager_charm.settings import DATABASE_CA

with warnings.catch_warnings():
    # of the package's own aliases, at each import
    warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
    from dpcharmlibs.interfaces import (
        RequirerCommonModel,
        ResourceProviderModel,
        ResourceRequirerEventHandler,
    )

RELATION, PEERS = "database", "peers"
_NAME = "user_manager"
_RECORD = "published-from"
_ENDPOINT = re.compile(r"[A-Za-z0-9._-]+(:[0-9]+)?")

logger = logging.getLogger(__name__)


class Kind(StrEnum):
    """The kind of a database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True, repr=False)
class Connection:
    """How to reach the database. It contains a password, so its repr shows nothing.

    Attributes:
        url: the URL of PostgreSQL; '' for SQLite in the storage.
        ca: the certificate authority of PostgreSQL as PEM, for the file DATABASE_CA; '' without.
    """

    url: str
    ca: str = ""


SQLITE = Connection("")


class Requirer(ResourceRequirerEventHandler[ResourceProviderModel]):
    """The package's end of the relation. A databag that it cannot read does not end the hook."""

    def _on_relation_changed_event(self, event: ops.RelationChangedEvent) -> None:
        try:
            super()._on_relation_changed_event(event)
        except (AttributeError, KeyError, TypeError, ValueError, ops.ModelError) as error:
            logger.warning("the databag of database cannot be read: %s", type(error).__name__)


class Database(ops.Object):
    """The database of the portal."""

    def __init__(self, charm: ops.CharmBase) -> None:
        super().__init__(charm, "database-choice")
        self._charm = charm
        self.requirer = Requirer(
            charm,
            RELATION,
            [RequirerCommonModel(resource=_NAME)],
            response_model=ResourceProviderModel,
        )

    def connection(self) -> Connection:
        """Return how to reach the database.

        Raises:
            NotReady: there is no database that this unit may use.
        """
        if not self._relation:
            self._check_sqlite()
            return SQLITE
        if self.published_from is not Kind.SQLITE:
            return self._postgresql()
        if self._charm.app.planned_units() > 1:
            raise blocked(self.pending)
        return SQLITE

    def _check_sqlite(self) -> None:
        """Check that SQLite can be used where no database is related.

        Raises:
            NotReady: there are several units, or the published accesses are in PostgreSQL.
        """
        units, app = self._charm.app.planned_units(), self._charm.app.name
        if units > 1:
            remedy = f"integrate {app}:database with PostgreSQL, or juju scale-application {app} 1"
            raise blocked(f"{units} units need PostgreSQL: {remedy}")
        if self.published_from is Kind.POSTGRESQL:
            remedy = "integrate it again, or run use-database"
            raise blocked(f"relation database is gone, which has the published accesses; {remedy}")

    @property
    def pending(self) -> str:
        """Why the related database is not used; '' if it is, or if none is related."""
        if self.published_from is Kind.SQLITE and self._relation:
            return "the published accesses are in SQLite; move them, then run use-database"
        return ""

    @property
    def kind(self) -> Kind:
        """The kind of the database in use, where `connection` returns one."""
        is_sqlite = self.published_from is Kind.SQLITE or not self._relation
        return Kind.SQLITE if is_sqlite else Kind.POSTGRESQL

    @property
    def published_from(self) -> Kind | None:
        """The kind of the database that has the published accesses, None if none are published."""
        peers = self.model.get_relation(PEERS)
        record = "" if peers is None else peers.data[self._charm.app].get(_RECORD, "")
        return Kind(record) if record in set(Kind) else None

    def record(self, kind: Kind | None) -> None:
        """Record the kind of the database that has the published accesses; only the leader may."""
        peers = self.model.get_relation(PEERS)
        if peers is not None and self.published_from is not kind:
            peers.data[self._charm.app][_RECORD] = kind or ""

    @property
    def _relation(self) -> ops.Relation | None:
        return self.model.get_relation(RELATION)

    def _postgresql(self) -> Connection:
        """Return how to reach PostgreSQL.

        Raises:
            NotReady: it is not there yet, or not usable.
        """
        answer = self._answer()
        if answer is None:
            raise waiting("waiting for the relation database")
        user, password = quote(str(answer.username), safe=""), quote(str(answer.password), safe="")
        name = quote(answer.resource or _NAME, safe="")
        url = f"postgresql://{user}:{password}@{_primary(answer)}/{name}{_tls_options(answer)}"
        return Connection(url, ca=_ca(answer))

    def _answer(self) -> ResourceProviderModel | None:
        """Return what PostgreSQL published; None if it is nothing usable."""
        relation = self._relation
        if relation is None:
            return None
        try:
            data = self.requirer.interface.build_model(relation.id, component=relation.app)
        # a secret is not granted yet, or the databag is not valid
        except (AttributeError, KeyError, TypeError, ValueError, ops.ModelError):
            return None
        return next(filter(_is_complete, data.requests), None)


def _primary(answer: ResourceProviderModel) -> str:
    """Return host and port of the primary, which is the first endpoint."""
    return (answer.endpoints or "").partition(",")[0]


def _tls_options(answer: ResourceProviderModel) -> str:
    """Return the part of the URL about TLS.

    The name in the certificate is not compared: which names a charm of PostgreSQL puts there is
    not a part of the interface, and its authority is private to the model.
    """
    if not answer.tls:
        return ""
    if not _ca(answer):
        return f"?{urlencode({'sslmode': 'require'})}"
    return f"?{urlencode({'sslmode': 'verify-ca', 'sslrootcert': DATABASE_CA})}"


def _ca(answer: ResourceProviderModel) -> str:
    return str(answer.tls_ca or "") if answer.tls else ""


def _is_complete(answer: ResourceProviderModel) -> bool:
    host = _primary(answer)
    return bool(answer.username and answer.password and _ENDPOINT.fullmatch(host))
