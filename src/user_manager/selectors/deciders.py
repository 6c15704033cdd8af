"""Who has to decide a request."""

from user_manager.domain.call import Call
from user_manager.models import Access, Administrator
from user_manager.selectors.deputies import current_absences
from user_manager.selectors.ownership import owner_accesses


def deciders(access: Access, call: Call) -> list[str]:
    """Return the ids of those who can decide a request, sorted.

    They are the OWNERs of the module, the owner of the profile, and deputies of those who are
    absent; where nobody is left of them, the administrators. Nobody decides their own request.
    """
    excluded = {access.user_id}
    if call.policy.four_eyes:
        excluded.add(access.requested_by)
    owners = set(owner_accesses(access.module_id, call.now).values_list("user_id", flat=True))
    module = access.module
    if module.in_catalogue and module.owner_kind == "User":
        owners.add(module.owner_name)
    owners -= excluded
    deciding = owners | (_deputies(owners, excluded, call) - excluded)
    return sorted(deciding) or sorted(_administrators(call) - excluded)


def _deputies(owners: set[str], excluded: set[str], call: Call) -> set[str]:
    """Return the deputies of OWNERs, without those of somebody who is excluded."""
    rows = current_absences(call.now).filter(person__in=owners | excluded)
    pairs = list(rows.values_list("person_id", "deputy_id"))
    deputies = {deputy for person, deputy in pairs if person in owners}
    return deputies - {deputy for person, deputy in pairs if person in excluded}


def _administrators(call: Call) -> set[str]:
    rows = Administrator.objects.filter(user__active=True)
    return set(rows.values_list("user_id", flat=True)) | call.policy.administrators
