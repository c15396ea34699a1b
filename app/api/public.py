"""The API: health, and who I am. Decides that every route names its permission.

A route without `needs(…)` does not pass the rights test. The session is the one cookie's; the gate
has found it before any route runs.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from inventory_core.errors import Forbidden
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.sessions import Session

PUBLIC = "public"


def needs(permission: Permission) -> Callable[[Request], Actor]:
    """A dependency that gives the actor, or refuses where they lack the permission."""

    def actor_of(request: Request) -> Actor:
        session: Session | None = getattr(request.state, "session", None)
        if session is None:
            raise Forbidden("session_ended")
        require(session.actor, permission)
        return session.actor

    # The rights test reads it from the route table.
    actor_of.permission = permission  # type: ignore[attr-defined]
    return actor_of


router = APIRouter()


@router.get("/health", tags=[PUBLIC])
def health() -> dict[str, str]:
    """Whether the web process answers; says nothing about the company."""
    return {"status": "ok"}


@router.get("/me")
def me(actor: Annotated[Actor, Depends(needs(Permission.VIEW))]) -> dict[str, object]:
    """Who is signed in, with which rights."""
    return {
        "name": actor.name,
        "roles": sorted(actor.roles),
        "permissions": sorted(actor.permissions),
        "warehouses": sorted(actor.warehouses),
    }
