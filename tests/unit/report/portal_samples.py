"""What a portal may have of a customer: for the tests of the report."""

from datetime import UTC, date, datetime
from decimal import Decimal

from profiles_management.kubeflow.quota_usage import QuotaResource, QuotaUsage, QuotaUsages
from profiles_management.kubeflow.target_description import TargetDescription
from profiles_management.puhuri.client.models import (
    Allocation,
    Component,
    Customer,
    Grant,
    Project,
    Usage,
)
from profiles_management.puhuri.mapping.usage_months import Period
from profiles_management.report.usage.usage_counting import NO_CLUSTER, usage_report
from profiles_management.report.usage.usage_period import trend_until
from profiles_management.report.usage.usage_rows import ClusterFacts, PortalFacts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)
OCTOBER = date(2026, 10, 1)
HOSTILE = '=cmd|"/C calc"!A1<script>alert(1)</script>\x1b]0;owned\x07\u202e'
COMPONENTS = (
    Component(type="cpu", name="CPU time", measured_unit="k hours", limit_period="total"),
    Component(type="disk", name="Storage", measured_unit="TB", limit_period="month"),
    Component(type="gpu", name="GPU time", measured_unit="k hours", limit_period="annual"),
)


def uuid(name):
    return f"{name:0<32}"


def project(name="quantum", **fields):
    return Project(uuid=uuid(f"p{name}"), name=name, **fields)


def grant(person, of="quantum", role="PROJECT.MEMBER", until=None):
    return Grant(
        project_uuid=uuid(f"p{of}"), user_uuid=uuid(person), role=role, expiration_time=until
    )


def allocation(name="training", of="quantum", offering="LUMI", state="OK", end=None, **limits):
    return Allocation(
        uuid=uuid(f"a{name}{of}"),
        name=name,
        state=state,
        project_uuid=uuid(f"p{of}"),
        project_name=of,
        offering_uuid=uuid(f"o{offering}"),
        offering_name=offering,
        end_date=end,
        limits=limits,
    )


def usage(amount, component="cpu", month=NOVEMBER, *, by=None, number=0, **fields):
    """Return a record of an allocation; `number` tells further ones of the same month apart."""
    by = by or allocation()
    return Usage(
        uuid=f"{by.uuid}{component}{month}{number}",
        type=component,
        name=component.upper(),
        measured_unit="hours",
        usage=amount if isinstance(amount, int) else Decimal(amount),
        billing_period=month,
        allocation_uuid=by.uuid,
        **{"project_uuid": by.project_uuid} | fields,
    )


def facts(*allocations, usages=(), projects=None, grants=(), customer="Allocator"):
    return PortalFacts(
        customer=Customer(uuid=uuid(customer), name=customer),
        projects=[project()] if projects is None else projects,
        grants=grants,
        allocations=allocations,
        usages=usages,
        components={uuid("oLUMI"): COMPONENTS},
    )


def cluster(*, instance="lab", is_source=False, prefix="", unread=(), **by_namespace):
    """Return a cluster with quotas, such as `cluster(quantum=quota(pods=("10", "3")))`."""
    return ClusterFacts(
        instance=instance,
        is_source=is_source,
        prefix=prefix,
        target=TargetDescription("cluster", context="lab", server="https://lab.example.org"),
        quotas=QuotaUsages({name: [quota] for name, quota in by_namespace.items()}, tuple(unread)),
    )


def quota(name="kf-resource-quota", **resources):
    """Return a quota with `resource=(hard, used)`."""
    return QuotaUsage(name, tuple(QuotaResource(key, *both) for key, both in resources.items()))


def reported(*of_customers, first=NOVEMBER, last=NOVEMBER, cluster=NO_CLUSTER):
    return usage_report(
        of_customers, Period(first, last), trend_until(last), at=NOON, cluster=cluster
    )


def components(report):
    """Return the rows of all components by allocation and type."""
    return {
        (row.allocation.name, part.type): part
        for customer in report.customers
        for row in customer.allocations
        for part in row.components
    }


def sample_report():
    """Return a report that has everything that is shown in a way of its own."""
    training = allocation(cpu=1000, disk=5, gpu=40)
    nodes = allocation("nodes", offering="Pay per use", state="Erred", end=date(2026, 12, 31))
    old = allocation("old", of="gone", state="Terminated", cpu=200)
    somebody = allocation("theirs", of="elsewhere")
    return reported(
        facts(
            training,
            nodes,
            old,
            allocation("never used", state="Terminated", cpu=1),
            usages=[
                usage("120.25", month=OCTOBER),
                usage(640),
                usage("4.75", "disk"),
                usage(9, "disk", OCTOBER),
                usage(43, "gpu"),
                usage("100.5", "node_hours", by=nodes),
                usage(12345, month=date(2025, 12, 1), by=old),
                usage(1, by=somebody),
            ],
            projects=[
                project(backend_id="lab/quantum", end_date=date(2027, 6, 30)),
                project("empty"),
                project("unlimited", backend_id="lab/unlimited"),
            ],
            grants=[grant("ada", role="PROJECT.MANAGER"), grant("ada"), grant("bo")],
        ),
        facts(projects=[], customer="Nobody yet"),
        cluster=cluster(
            quantum=quota(
                **{
                    "pods": ("50", "12"),
                    "requests.memory": ("64Gi", "61440Mi"),
                    "secrets": ("", ""),
                }
            ),
            others=quota(pods=("4242", "4242")),
        ),
    )


def hostile_report():
    """Return a report in which every text that a portal can choose is an attack."""
    attack = allocation(HOSTILE, HOSTILE, HOSTILE, HOSTILE, **{HOSTILE: 3})
    record = usage(2, HOSTILE, by=attack)
    owned = project(HOSTILE, backend_id=f"lab/{HOSTILE}")
    return reported(
        facts(attack, usages=[record, usage(1)], projects=[owned], customer=HOSTILE),
        cluster=cluster(**{HOSTILE: quota(HOSTILE, **{HOSTILE: (HOSTILE, HOSTILE)})}),
    )
