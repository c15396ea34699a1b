"""One frozen Settings, read from the environment once at the edge and passed down.

Decides names and defaults of what the machine may choose; never what the company chooses (that
stands in the database). Every variable begins with `YIBEN_`.
"""

import os
import sys
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_folder() -> Path:
    """The per-user folder that holds database, keys and logs; `/var/lib/yiben` for root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/yiben")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "yiben"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "yiben"
    return Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))) / "yiben"


class Settings(BaseSettings):
    """What the machine decides about one running Yiben."""

    model_config = SettingsConfigDict(env_prefix="YIBEN_", frozen=True, extra="ignore")

    data_folder: Path = Field(default_factory=default_data_folder)
    database_url: SecretStr | None = None
    server_user: str = Field(default="", description="started by root: who runs the database")
    company: str = Field(default="", description="company to open; empty: the last one opened")
    served_companies: str = Field(default="", description="comma list for the web; empty: all")
    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    language: str = Field(default="", description="zh or en; empty: the browser's")
    owner_password: SecretStr | None = None
    secure_cookies: bool = Field(default=False, description="set where TLS ends before Yiben")
    forecast_engine: str = Field(
        default="", description="local, processes or tcp://host:port; empty: by size"
    )
    log_format: str = Field(default="console", pattern="^(console|json)$")
    sample_on_first_start: bool = True


def load_settings() -> Settings:
    """Settings as the environment of this process states them."""
    return Settings()
