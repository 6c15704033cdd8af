"""Usage by component and month. The list shows the records of everybody."""

from datetime import date
from decimal import Decimal

from puhuri_server.forms import written
from puhuri_server.http_types import Refusal, Reply, Request, forbidden
from puhuri_server.lists import by_url, by_uuid, day_of, exact, fields, found, paged, with_uuid
from puhuri_server.records import Resource, Usage
from puhuri_server.world import Version, World


def row(world: World, usage: Usage) -> dict:
    """Return a usage as answers have it."""
    resource = usage.resource
    is_first = world.version == Version.A
    return {
        "uuid": usage.uuid,
        "created": written(usage.created),
        "description": usage.description,
        "type": usage.component.type,
        "name": usage.component.name,
        "measured_unit": usage.component.measured_unit,
        "usage": int(usage.usage) if is_first else f"{usage.usage:.2f}",
        "date": written(usage.date),
        "recurring": usage.recurring,
        "resource_name": resource.name,
        "resource_uuid": resource.uuid,
        "offering_name": resource.offering.name,
        "offering_uuid": resource.offering.uuid,
        "project_name": resource.project.name,
        "project_uuid": resource.project.uuid,
        "customer_name": resource.project.customer.name,
        "customer_uuid": resource.project.customer.uuid,
        "billing_period": usage.billing_period.isoformat(),
    }


def show_all(world: World, request: Request) -> Reply:
    """Return the usages, the last report first; nobody is left out."""
    rows = world.usages
    rows = by_uuid(rows, request, "resource_uuid", lambda usage: usage.resource.uuid)
    rows = by_url(
        rows,
        request,
        "resource",
        lambda usage: f"/api/marketplace-resources/{usage.resource.uuid}/",
    )
    rows = by_uuid(rows, request, "offering_uuid", lambda usage: usage.resource.offering.uuid)
    rows = by_uuid(rows, request, "project_uuid", lambda usage: usage.resource.project.uuid)
    rows = by_uuid(
        rows, request, "customer_uuid", lambda usage: usage.resource.project.customer.uuid
    )
    rows = exact(rows, request, "type", lambda usage: usage.component.type)
    first = day_of(request, "date_after") or date.min
    last = day_of(request, "date_before") or date.max
    rows = [usage for usage in rows if first <= usage.date.date() <= last]
    month = day_of(request, "billing_period") if world.version != Version.A else None
    if month is not None:
        rows = [usage for usage in rows if usage.billing_period == month]
    rows = sorted(rows, key=lambda usage: usage.date, reverse=True)
    return paged(request, rows, lambda usage: row(world, usage))


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return a usage."""
    usage = found(world.usages, uuid, "ComponentUsage")
    return Reply(200, fields(request, row(world, usage)))


def set_usage(world: World, request: Request) -> Reply:
    """Take a report of the provider: the record of the month is replaced."""
    resource = _reported(world, request)
    reports = [_report(usage) for usage in request.json.get("usages", [])]
    components = {component.type: component for component in resource.offering.components}
    unknown = [name for name, _, _ in reports if name not in components]
    if unknown:
        text = f"These components are invalid: {', '.join(unknown)}."
        raise Refusal(400, {"non_field_errors": [text]})
    now = world.moment()
    for name, amount, report in reports:
        report_usage(world, resource, components[name], amount, moment=now, **report)
    return Reply(201)


def _reported(world: World, request: Request) -> Resource:
    """Return the allocation that a report is about."""
    uuid = request.json.get("resource", "")
    resource = with_uuid(world.resources, uuid)
    if resource is None:
        raise Refusal(400, {"resource": [f"Object with uuid={uuid} does not exist."]})
    if not world.owns(request.user, resource.offering.provider):
        raise forbidden()
    if resource.state == "Terminated":
        raise Refusal(400, {"resource": ["Resource is not in valid state."]})
    return resource


def _report(report: dict):
    if "type" not in report:
        raise Refusal(400, {"usages": [{"type": ["This field is required."]}]})
    amount = Decimal(str(report.get("amount", 0)))
    if -amount.as_tuple().exponent > 2:
        text = "Ensure that there are no more than 2 decimal places."
        raise Refusal(400, {"usages": [{"amount": [text]}]})
    further = {name: report[name] for name in ("description", "recurring") if name in report}
    return report["type"], amount, further


def report_usage(
    world: World, resource, component, amount, *, month=None, moment=None, **further
) -> Usage:
    """Keep what an allocation used in a month."""
    moment = moment or world.moment()
    month = month or date(moment.year, moment.month, 1)
    key = (resource.uuid, component.type, month)
    earlier = [usage for usage in world.usages if _key(usage) == key]
    world.usages = [usage for usage in world.usages if _key(usage) != key]
    usage = Usage(
        uuid=earlier[0].uuid if earlier else world.new_uuid(),
        resource=resource,
        component=component,
        usage=Decimal(amount),
        date=moment.replace(year=month.year, month=month.month, day=min(moment.day, 28)),
        created=earlier[0].created if earlier else moment,
        billing_period=month,
        **further,
    )
    world.usages.append(usage)
    return usage


def _key(usage: Usage) -> tuple:
    """Return of what there is one record."""
    return usage.resource.uuid, usage.component.type, usage.billing_period
