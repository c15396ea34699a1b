"""Who acts, and whether they may. Decides the rights of each role; keeps no people (see `people`).

Every command takes an `Actor` and begins with `require`. An actor without permissions is nobody.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from inventory_core.errors import Forbidden
from inventory_core.vocabulary import PersonId, Role, WarehouseId


class Permission(StrEnum):
    """One right each; screens, routes and commands name the one they need."""

    VIEW = "view"
    COST_VIEW = "cost_view"
    CATALOG_EDIT = "catalog_edit"
    STOCK_ADJUST = "stock_adjust"
    STOCK_RECEIVE = "stock_receive"
    ORDER_EDIT = "order_edit"
    PURCHASE_EDIT = "purchase_edit"
    PURCHASE_APPROVE = "purchase_approve"
    TRANSFER_EDIT = "transfer_edit"
    DATA_IMPORT = "data_import"
    PLAN_RUN = "plan_run"
    JOB_RUN = "job_run"
    MODEL_REGISTER = "model_register"
    PEOPLE_MANAGE = "people_manage"
    SETTINGS_EDIT = "settings_edit"


_P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(Permission) - {_P.PEOPLE_MANAGE},
    Role.BUYER: frozenset(
        {_P.VIEW, _P.COST_VIEW, _P.CATALOG_EDIT, _P.PURCHASE_EDIT, _P.PURCHASE_APPROVE}
        | {_P.TRANSFER_EDIT, _P.DATA_IMPORT, _P.PLAN_RUN, _P.JOB_RUN, _P.STOCK_RECEIVE}
    ),
    Role.WAREHOUSE: frozenset({_P.VIEW, _P.STOCK_ADJUST, _P.STOCK_RECEIVE, _P.TRANSFER_EDIT}),
    Role.ANALYST: frozenset({_P.VIEW, _P.COST_VIEW, _P.PLAN_RUN, _P.JOB_RUN, _P.MODEL_REGISTER}),
    Role.READER: frozenset({_P.VIEW}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, or the system itself (`SYSTEM`), on whose behalf a command runs.

    `warehouses` empty means every warehouse; otherwise acts on stock are limited to these.
    """

    person_id: PersonId
    name: str
    roles: frozenset[Role] = frozenset()
    warehouses: frozenset[WarehouseId] = field(default_factory=frozenset)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Union of the rights of all roles."""
        return frozenset().union(*(ROLE_PERMISSIONS[role] for role in self.roles))

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds the permission."""
        return permission in self.permissions


# Person 0 exists in every database: the program itself, when nobody pressed a button.
SYSTEM = Actor(PersonId(0), "Yiben", frozenset({Role.OWNER}))


def require(actor: Actor, permission: Permission, *, warehouse_id: int | None = None) -> None:
    """Raise Forbidden unless the actor may do this (at this warehouse, where one is named)."""
    if not actor.may(permission):
        raise Forbidden("permission_missing", permission=permission.value)
    if warehouse_id is not None and actor.warehouses and warehouse_id not in actor.warehouses:
        raise Forbidden("warehouse_out_of_scope", warehouse_id=warehouse_id)
