"""The paths of the pages. Ids in paths are those that need no escaping."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from user_manager.web import access_pages, asking, deciding, own_access, preferences


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
    path("accesses/<access:access_id>", access_pages.access_page, name="access"),
    path("accesses/<access:access_id>/remove", access_pages.remove, name="remove"),
    path("accesses/<access:access_id>/effect", access_pages.effect, name="effect"),
    path("preferences", preferences.change, name="preferences"),
]
