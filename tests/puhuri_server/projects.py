"""Projects."""

import nh3

from puhuri_server import customers
from puhuri_server.forms import Form, written
from puhuri_server.http_types import Refusal, Reply, Request, crash, forbidden
from puhuri_server.lists import by_uuid, contains, exact, fields, found, ordered, paged
from puhuri_server.records import Customer, Project
from puhuri_server.world import Version, World

_LINK = r"/api/customers/([0-9a-f]{32})/"
_OTHER_LINKS = (r"/api/\w[\w-]*/[0-9a-f]{32}/",)
_PAST = "Cannot be earlier than the current date."
KEYS = {
    "name": lambda project: project.name.lower(),
    "created": lambda project: project.created,
    "customer_name": lambda project: project.customer.name,
    "customer_native_name": lambda project: project.customer.native_name,
    "customer_abbreviation": lambda project: project.customer.abbreviation,
    "end_date": lambda project: (project.end_date is None, project.end_date),
}


def row(world: World, request: Request, project: Project) -> dict:
    """Return a project as answers have it."""
    customer = project.customer
    values = {
        "url": request.url(f"/api/projects/{project.uuid}/"),
        "uuid": project.uuid,
        "name": project.name,
        "customer": request.url(f"/api/customers/{customer.uuid}/"),
        "customer_uuid": customer.uuid,
        "customer_name": customer.name,
        "customer_native_name": customer.native_name,
        "customer_abbreviation": customer.abbreviation,
        "description": project.description,
        "created": written(project.created),
        "type": None,
        "backend_id": project.backend_id,
        "start_date": project.start_date and project.start_date.isoformat(),
        "end_date": project.end_date and project.end_date.isoformat(),
        "resources_count": 0,
        "billing_price_estimate": {"total": 0.0, "current": 0, "tax": 0, "tax_current": 0},
    }
    if world.version.has_items:
        del values["start_date"]
    return values


def visible(world: World, request: Request) -> list[Project]:
    """Return the projects that the caller may see."""
    return [project for project in world.projects if world.sees_project(request.user, project)]


def filtered(world: World, request: Request) -> list[Project]:
    """Return the projects that the caller may see and that the filters accept."""
    rows = visible(world, request)
    rows = contains(rows, request, "name", lambda project: project.name)
    rows = exact(rows, request, "name_exact", lambda project: project.name)
    rows = contains(rows, request, "description", lambda project: project.description)
    rows = exact(rows, request, "backend_id", lambda project: project.backend_id)
    many = world.version != Version.A
    rows = by_uuid(rows, request, "customer", lambda project: project.customer.uuid, many=many)
    rows = contains(rows, request, "customer_name", lambda project: project.customer.name)
    rows = contains(
        rows, request, "customer_abbreviation", lambda project: project.customer.abbreviation
    )
    rows = exact(rows, request, "created", lambda project: written(project.created))
    return contains(
        rows,
        request,
        "query",
        lambda project: f"{project.uuid} {project.name} {project.backend_id}",
    )


def find(world: World, request: Request, uuid: str) -> Project:
    """Return a project that the caller may see; filters of lists count here, too."""
    return found(filtered(world, request), uuid, "Project")


def show_all(world: World, request: Request) -> Reply:
    """Return the projects."""
    rows = ordered(filtered(world, request), request, KEYS, "name")
    return paged(request, rows, lambda project: row(world, request, project))


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return a project."""
    return Reply(200, fields(request, row(world, request, find(world, request, uuid))))


def create(world: World, request: Request) -> Reply:
    """Make a project, a second one of the same backend_id too."""
    form = Form(request.json)
    values = _checked(world, request, form)
    customer = values.pop("customer")
    _may_write(world, request, customer)
    if "field" in request.params:
        raise crash()
    project = Project(uuid=world.new_uuid(), customer=customer, created=world.moment(), **values)
    world.projects.append(project)
    place = {"Location": request.url(f"/api/projects/{project.uuid}/")}
    return Reply(201, row(world, request, project), place)


def update(world: World, request: Request, uuid: str) -> Reply:
    """Change a project; PUT needs its name and customer."""
    project = find(world, request, uuid)
    form = Form(request.json, partial=request.method == "PATCH")
    values = _checked(world, request, form)
    _may_write(world, request, project.customer)
    for name, value in values.items():
        setattr(project, name, value)
    _start_orders(world, project)
    return Reply(200, row(world, request, project))


def delete(world: World, request: Request, uuid: str) -> Reply:
    """Delete a project without allocations."""
    project = find(world, request, uuid)
    _may_write(world, request, project.customer)
    states = {resource.state for resource in world.resources if resource.project is project}
    if states - {"Terminated"}:
        text = "Project contains active resources. Please remove them before deleting project."
        raise Refusal(400, [text])
    world.delete(project)
    return Reply(204)


def _may_write(world: World, request: Request, customer: Customer) -> None:
    customers.check_available(customer)
    if not world.owns(request.user, customer):
        raise forbidden()


def _checked(world: World, request: Request, form: Form) -> dict:
    """Return the fields of a body that is right."""
    values = {
        "name": form.text("name", longest=500, required=True, blank=False),
        "description": form.text("description", longest=2000),
        "backend_id": form.text("backend_id", longest=255),
        "start_date": None if world.version.has_items else form.day("start_date"),
        "end_date": form.day("end_date"),
        "customer": form.link(
            "customer", _LINK, customers.visible(world, request), others=_OTHER_LINKS
        ),
    }
    form.check()
    today = world.now().date()
    for name in ("start_date", "end_date"):
        if values[name] is not None and values[name] < today:
            raise Refusal(400, {name: {name: _PAST}})
    if values["description"] is not None:
        values["description"] = nh3.clean(values["description"]).strip()
    if world.version.has_items:
        del values["start_date"]
    return {name: value for name, value in values.items() if form.has(name)}


def _start_orders(world: World, project: Project) -> None:
    """Let the orders go on that waited for the start of a project."""
    if project.start_date is not None and project.start_date > world.now().date():
        return
    for order in world.orders:
        if order.resource.project is project and order.state == "pending-project":
            order.state = "pending-provider"
