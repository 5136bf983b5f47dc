"""Where this machine keeps what can be fetched again, and whether fetching is allowed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

CACHE_VARIABLE = "VISAVIS_CACHE"
OFFLINE_VARIABLE = "VISAVIS_OFFLINE"


class Network(Enum):
    """Whether the store may use the network."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


def cache_dir(
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    home: Path | None = None,
) -> Path:
    """Return the cache folder: $VISAVIS_CACHE, or the platform's usual place. It may not exist."""
    if chosen := environment.get(CACHE_VARIABLE):
        return Path(chosen).expanduser()
    home = home or Path.home()
    if platform == "darwin":
        return home / "Library" / "Caches" / "visavis"
    if platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "visavis"
    shared = environment.get("XDG_CACHE_HOME", "")
    # The XDG specification says that relative paths there are to be ignored.
    base = Path(shared) if Path(shared).is_absolute() else home / ".cache"
    return base / "visavis"


def network_policy(environment: Mapping[str, str] = os.environ) -> Network:
    """Return FORBIDDEN if VISAVIS_OFFLINE is set to anything but 0, false, no, off or nothing."""
    value = environment.get(OFFLINE_VARIABLE, "").strip().lower()
    return Network.ALLOWED if value in ("", "0", "false", "no", "off") else Network.FORBIDDEN
