"""Builds the page (web/) into src/visavis/static while the Python package is built."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface[Any]):
    """Hatch's custom build hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Nothing to build yet."""
