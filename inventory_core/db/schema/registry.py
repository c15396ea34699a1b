"""The one MetaData of the house and the few shapes that all tables share.

Decides how constraints are named and how keys, times, money and extra fields look in a table;
knows no table itself.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Numeric,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UNIT_COST = Numeric(20, 6)
AMOUNT = Numeric(24, 6)
RATE = Numeric(20, 10)


def id_column() -> Column[int]:
    """The surrogate key of a table."""
    return Column("id", BigInteger, Identity(always=False), primary_key=True)


def key_column() -> Column[str]:
    """The caller's idempotency key, unique."""
    return Column("key", String(200), nullable=False, unique=True)


def refers_to(name: str, target: str, *, nullable: bool = False, **options: Any) -> Column[int]:
    """A foreign key `name` to `table.column`, a bigint."""
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable, **options)


def recorded_at() -> Column[Any]:
    """When the book learned of it: the database clock, or the played clock of a simulation."""
    return Column(
        "recorded_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.yiben_clock(),
    )


def time_column(name: str, *, nullable: bool = False) -> Column[Any]:
    """An aware moment; its name ends in `_at`."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def quantity_column(
    name: str, *, nullable: bool = False, default: int | None = None
) -> Column[int]:
    """Units in the SKU's base unit: whole numbers only."""
    return Column(
        name,
        BigInteger,
        nullable=nullable,
        server_default=None if default is None else text(str(default)),
    )


def currency_column(name: str = "currency", *, nullable: bool = False) -> Column[str]:
    """An ISO 4217 code."""
    return Column(name, String(3), nullable=nullable)


def code_columns(length: int = 120) -> tuple[Column[str], Column[str]]:
    """A code as given, and its casefolded key that is unique."""
    return (
        Column("code", String(length), nullable=False),
        Column("code_key", String(length * 2), nullable=False, unique=True),
    )


def extension_columns() -> tuple[Column[Any], Column[Any]]:
    """Fields that people add without code, with the form version that checked them."""
    return (
        Column("extra", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        Column("form_version", Integer, nullable=False, server_default=text("0")),
    )


def import_column() -> Column[int]:
    """The import that brought this row, where one did."""
    return refers_to("import_id", "import_run.id", nullable=True, index=True)


def version_column() -> Column[int]:
    """Raised by every change; a change names the version it saw."""
    return Column("version", Integer, nullable=False, server_default=text("1"))


def one_of(column: str, values: type, *, name: str | None = None) -> CheckConstraint:
    """A check that `column` holds a member of a closed list (a StrEnum)."""
    members = ", ".join(f"'{member.value}'" for member in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} IN ({members})", name=name or f"{column}_known")


def is_number(column: str) -> CheckConstraint:
    """A check that a numeric column is not NaN, which PostgreSQL would otherwise accept."""
    return CheckConstraint(f"{column} <> 'NaN'::numeric", name=f"{column}_is_number")


def text_column(name: str, *, nullable: bool = False, default: str | None = None) -> Column[str]:
    """Free text."""
    return Column(
        name,
        Text,
        nullable=nullable,
        server_default=None if default is None else text(f"'{default}'"),
    )
