"""What a wheel carries beside the code: forms, code lists, mappings, pages, sample operations, trust anchors.

A checkout (an editable install) reads the same files from its own folders, see cencomm/resources.py.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RESOURCE_FOLDERS = ("templates", "operations", "keys", "locale")


class ResourceHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is a private class of hatchling
    """Puts the resource folders inside the package of a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for folder in RESOURCE_FOLDERS:
            if (Path(self.root) / folder).is_dir():
                build_data["force_include"][folder] = f"cencomm/_resources/{folder}"
