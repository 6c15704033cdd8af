"""Withdrawn sources that no object records, such as a name with a typing error. Pure."""

from collections.abc import Collection, Iterator
from itertools import chain

from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Binding, MarkedObject, Observed, Policy
from profiles_management.kubeflow.state.ownership import marked_objects
from profiles_management.pmr.names import near
from profiles_management.pmr.origins import Origins
from profiles_management.pmr.problems import Problem, Where


def unrecorded(origins: Origins, observed: Observed, settings: Settings) -> Iterator[Problem]:
    """Yield a warning for each source that was withdrawn by its name and that no object records."""
    if not origins.withdrawn:
        return
    recorded = frozenset(_recorded(observed, settings))
    for name in sorted(origins.withdrawn - recorded):
        yield _no_such_source(name, recorded)


def _recorded(observed: Observed, settings: Settings) -> Iterator[str]:
    """Yield the sources that objects of this installation record."""
    bindings = chain.from_iterable(objects.values() for objects in observed.bindings.values())
    policies = chain.from_iterable(objects.values() for objects in observed.policies.values())
    items: Iterator[MarkedObject | Binding | Policy]
    items = chain(marked_objects(observed, settings).values(), bindings, policies)
    for item in items:
        if item.mark == settings.instance and item.source:
            yield item.source


def _no_such_source(name: str, recorded: Collection[str]) -> Problem:
    what = f"no object records the source {name}, so withdrawing it changes nothing"
    meant = near(name, recorded)
    remedy = "Correct the name, or leave it out."
    if meant is not None:
        remedy = f"Did you mean {meant}?"
    where = Where(file=name)
    return Problem("unrecorded-source", what, where, remedy, names_nobody=True, names_place=True)
