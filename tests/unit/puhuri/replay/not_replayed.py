"""The recorded exchanges that are not replayed, by the reason, with their numbers by chapter."""

OTHER_ROUTE = "a route that the client does not use"
OTHER_METHOD = "a method that the client does not use"
OTHER_FIELD = "a field that the client does not send"

NOT_REPLAYED: dict[str, dict[str, set[int]]] = {
    # version, configuration; customers/<uuid>/list_users; users; move_project; roles; categories,
    # provider-offerings; options, plans, team, name and details of an allocation; usage by user,
    # stats; user-permissions, users, events, service-providers, offering-users, roles, hooks;
    # invoices, credits
    OTHER_ROUTE: {
        "auth": {35, 36},
        "customers": {24},
        "cuid": {42, 43, 44, 45},
        "projects": {72},
        "members": {0, 1},
        "offerings": {55, 57},
        "resources": set(range(61, 71)),
        "usage": {47, 48, 49, 52, 53},
        "bulk": {
            *range(1, 25),
            30,
            *range(34, 40),
            41,
            *range(45, 50),
            *range(51, 55),
        },
        "billing": {0, 1, 3, 4, 5, 7, 8},
    },
    OTHER_METHOD: {"projects": {117}},  # OPTIONS
    OTHER_FIELD: {"projects": {54}},  # oecd_fos_2007_code
}


def not_replayed(chapter: str) -> set[int]:
    """Return the numbers of the exchanges of a chapter that are not replayed."""
    return {number for chapters in NOT_REPLAYED.values() for number in chapters.get(chapter, set())}
