"""The content of a cluster or a plan in short form, for comparison in tests."""

ROLES = {"kubeflow-admin": "admin", "kubeflow-edit": "edit", "kubeflow-view": "view"}


def roles_in(api, space="ml"):
    """Return the roles of contributors and owners by RoleBinding: {'ann': 'edit'}."""
    return {
        short(subject["name"]): ROLES.get(one["roleRef"]["name"], one["roleRef"]["name"])
        for one in api.objects("RoleBinding", space)
        for subject in one.get("subjects", [])
        if one["metadata"].get("annotations", {}).get("role")
    }


def let_in(api, space="ml"):
    """Return whose header passes the mesh as a contributor, sorted."""
    return sorted(
        short(value)
        for one in api.objects("AuthorizationPolicy", space)
        if one["metadata"]["name"] != "ns-owner-access-istio"
        for rule in one["spec"].get("rules", [])
        for when in rule["when"]
        for value in when["values"]
    )


def short(name):
    """Return the first name of somebody at example.com; others whole."""
    return name.removesuffix("@example.com")


def steps(plan):
    """Return a plan's changes as text: '- ann edit→' or '~ Profile ml'."""
    return [_step(change) for change in plan.changes]


def _step(change):
    if change.person is None:
        return f"{change.action} {change.target}"
    return f"{change.action} {short(change.person.name)} {change.before}→{change.after}"


def names_of(api, kind, space="ml"):
    """Return the names of objects of a kind that the profile controller did not create."""
    made = {"namespaceAdmin", "default-editor", "default-viewer", "ns-owner-access-istio"}
    return [
        name for one in api.objects(kind, space) if (name := one["metadata"]["name"]) not in made
    ]


def codes(problems):
    """Return the codes of problems."""
    return [problem.code for problem in problems]


def sent(api):
    """Return the writes on the wire, such as 'PATCH profiles ml'."""
    return [
        f"{request.method} {request.resource} {request.name}".rstrip() for request in api.writes
    ]


def meddle_once(api, kind, name="ml"):
    """Return a hook for `api.after` that changes an object right after it was listed."""
    waiting = [f"{kind.lower()}s"]

    def meddle(request):
        if request.method == "GET" and request.resource in waiting:
            waiting.clear()
            one = api.get(kind, None, name)
            one["metadata"].setdefault("annotations", {})["meddled"] = "true"
            api.put(one)

    return meddle
