"""The routes of the service, and a plain view with the same queries as GetUser."""

from datetime import UTC, datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from user_manager.models import Access, User, UserRole
from user_manager.urls import urlpatterns as routes


def plain(request: HttpRequest) -> HttpResponse:
    """Answer with the caller: the queries of GetUser, and nothing that makes it a service."""
    now = datetime.now(UTC)
    user_id = request.headers["kubeflow-userid"]
    User.objects.filter(id=user_id).values_list("active").first()  # the query for the caller
    user = User.objects.get(id=user_id)
    roles = UserRole.objects.filter(user_id=user_id).order_by("role")
    current = Q(state="APPROVED") & (Q(until__isnull=True) | Q(until__gt=now))
    accesses = Access.objects.filter(current, user_id=user_id).order_by("-requested_at", "id")
    return JsonResponse(
        {
            "id": user.id,
            "name": user.name,
            "active": user.active,
            "roles": [row.role for row in roles],
            "accesses": [
                {
                    "id": access.id,
                    "user": access.user_id,
                    "module": access.module_id,
                    "types": access.types,
                    "state": access.state,
                    "effect": access.effect,
                    "effect_detail": access.effect_detail,
                    "reason": access.reason,
                    "duration": access.duration,
                    "until": access.until,
                    "requested_by": access.requested_by,
                    "requested_at": access.requested_at,
                    "pending_until": access.pending_until,
                    "decided_by": access.decided_by,
                    "acting_for": access.acting_for,
                    "decided_at": access.decided_at,
                    "comment": access.comment,
                    "ended_by": access.ended_by,
                    "ended_at": access.ended_at,
                    "applied_at": access.applied_at,
                }
                for access in accesses
            ],
        }
    )


urlpatterns = [path("plain", plain), *routes]
