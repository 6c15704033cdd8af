"""The paths of the pages. Ids in paths are those that need no escaping."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from user_manager.web import (
    absences,
    access_pages,
    asking,
    deciding,
    module_people,
    module_reviews,
    module_settings,
    own_access,
    preferences,
)
from user_manager.web.administration import events, systems, tokens, users


class AccessId(StringConverter):
    """The id of an access."""

    regex = r"[A-Za-z0-9._-]{1,64}"


class ModuleId(StringConverter):
    """The id of a module: a DNS-1123 label."""

    regex = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"


register_converter(AccessId, "access")
register_converter(ModuleId, "module")

urlpatterns = [
    path("", own_access.my_access, name="my-access"),
    path("history", own_access.my_history, name="my-history"),
    path("ask", asking.choose, name="choose"),
    path("ask/<module:module_id>", asking.ask, name="ask"),
    path("requests", deciding.to_decide, name="to-decide"),
    path("requests/decisions", deciding.decide_many, name="decide-many"),
    path("requests/<access:access_id>/decision", deciding.decide_one, name="decide"),
    path("absence", absences.absence, name="absence"),
    path("absence/end", absences.end_absence, name="end-absence"),
    path("accesses/<access:access_id>", access_pages.access_page, name="access"),
    path("accesses/<access:access_id>/remove", access_pages.remove, name="remove"),
    path("accesses/<access:access_id>/effect", access_pages.effect, name="effect"),
    path("modules", module_people.my_modules, name="my-modules"),
    path("modules/<module:module_id>", module_people.people, name="people"),
    path("modules/<module:module_id>/add", module_people.add_person, name="add-person"),
    path(
        "modules/<module:module_id>/settings", module_settings.settings_page, name="module-settings"
    ),
    path("modules/<module:module_id>/reviews", module_reviews.reviews, name="reviews"),
    path("systems/new", module_settings.new_system, name="new-system"),
    path("administration/users", users.users, name="users"),
    path("administration/users/new", users.new_user, name="new-user"),
    path("administration/user", users.user, name="user"),
    path("administration/user/name", users.rename, name="rename-user"),
    path("administration/user/roles", users.change_roles, name="change-roles"),
    path("administration/user/deactivation", users.deactivate, name="deactivate-user"),
    path("administration/user/activation", users.activate, name="activate-user"),
    path("administration/user/administrator", users.change_administrator, name="administrator"),
    path("administration/systems", systems.systems, name="systems"),
    path("administration/tokens", tokens.tokens, name="tokens"),
    path("administration/tokens/<module:name>/revocation", tokens.revoke, name="revoke-token"),
    path("administration/events", events.events, name="events"),
    path("preferences", preferences.change, name="preferences"),
]
