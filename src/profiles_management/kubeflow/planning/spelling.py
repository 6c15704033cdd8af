"""Warnings about a revoked person whose name the document has in another spelling. Pure."""

from collections.abc import Iterable, Iterator

from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.user_names import same_user
from profiles_management.reconcile.plan import Person


def other_spellings(
    name: str, revoked: Iterable[Person], people: Iterable[Person]
) -> Iterator[Problem]:
    """Yield who is revoked although the document has another spelling of the name.

    Args:
        name: the profile.
        people: everybody whom the document names in it.
    """
    spellings = {(person.kind, same_user(person.name)): person for person in people}
    for person in revoked:
        other = spellings.get((person.kind, same_user(person.name)))
        if other is not None and other != person:
            yield _problem(name, person, other)


def _problem(name: str, revoked: Person, other: Person) -> Problem:
    if other.name.casefold() == revoked.name.casefold():
        code, how, lost, kept = "letter-case", "letter case", str(revoked), str(other)
    else:
        code, how, lost, kept = "unicode-form", "Unicode form", _ascii(revoked), _ascii(other)
    what = f"{lost} loses access, and {kept} in the document differs only in {how}"
    return refusal(name, code, what, "Write the name as the identity provider gives it.")


def _ascii(person: Person) -> str:
    r"""Return a name whose characters can be told apart, such as `jos\xe9@example.com`."""
    return str(person).encode("unicode_escape").decode()
