"""Each kind of error has a code of its own, whatever its class is called."""

import pytest

from profiles_management.kubeflow import cluster_errors
from profiles_management.pmr import problems
from profiles_management.reconcile import target_errors


def kinds():
    modules = (problems, target_errors, cluster_errors)
    values = (value for module in modules for value in vars(module).values())
    kinds = {value for value in values if isinstance(value, type)}
    errors = (kind for kind in kinds if issubclass(kind, problems.ProfilesError))
    return sorted(errors, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_a_kind_of_error_declares_its_code(kind):
    assert kind.__dict__.get("code")
    assert [other for other in kinds() if other.code == kind.code] == [kind]
