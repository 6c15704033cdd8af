"""A stand-in for the cluster: it lists profiles, and applies every document a little later."""

import threading
from datetime import datetime
from typing import Final

from django.db import connection

from profiles_management.pmr import ContributorRole, UserKind
from user_manager.demo.sample import OLGA, OMAR
from user_manager.domain.call import Call
from user_manager.domain.caller import Caller
from user_manager.domain.cluster_answer import (
    CatalogueContributor,
    CatalogueProfile,
    ClusterAnswer,
    Person,
)
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import Scope
from user_manager.identity import clock
from user_manager.selectors.exported import exported_accesses
from user_manager.services.answering import take_answer
from user_manager.services.publishing import publish_document

_EVERY: Final = 8.0
"""Seconds between two answers: long enough to see an access being applied."""

_CALLER: Final = Caller(token="demo-cluster", scopes=frozenset({Scope.CLUSTER}))  # noqa: S106


def _viewer(kind: UserKind, name: str) -> CatalogueContributor:
    return CatalogueContributor(kind, name, ContributorRole.VIEW, None, "config")


CATALOGUE: Final = (
    CatalogueProfile("ml-engineers", Person(UserKind.USER, OLGA), open=True, contributors=()),
    CatalogueProfile(
        "vision",
        Person(UserKind.USER, OLGA),
        open=True,
        contributors=(
            _viewer(UserKind.USER, OMAR),
            _viewer(UserKind.GROUP, "auditors"),
        ),
    ),
    CatalogueProfile("speech", Person(UserKind.GROUP, "speech-leads"), open=True, contributors=()),
)


def answer_once(now: datetime, policy: Policy) -> None:
    """Apply what is approved at a time."""
    call = Call(_CALLER, now, policy)
    document = publish_document(call)
    applied = exported_accesses(now).values_list("module_id", flat=True).distinct()
    answer = ClusterAnswer(document.revision, applied=frozenset(applied), catalogue=CATALOGUE)
    take_answer(call, answer)


def answer_until(stopped: threading.Event, policy: Policy) -> None:
    """Apply what is approved again and again."""
    while not stopped.wait(_EVERY):
        answer_once(clock.now(), policy)
    connection.close()
