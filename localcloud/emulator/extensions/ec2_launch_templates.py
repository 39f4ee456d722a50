"""EC2 launch templates: their own tags stay out of what they launch, and can be changed."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.responses.launch_templates import LaunchTemplates

from localcloud.emulator.extensions.calls import extend

_KIND = "launch-template"
_create_launch_template = LaunchTemplates.create_launch_template


def create_launch_template(self: LaunchTemplates) -> ActionResult:
    """CreateLaunchTemplate; moto adds the tags of the template to those that its instances get."""
    answer: ActionResult = _create_launch_template(self)
    template = self.ec2_backend.get_launch_template_by_name(self._get_param("LaunchTemplateName"))
    data = template.latest_version().data
    kept = [item for item in data.get("TagSpecifications", []) if item["ResourceType"] != _KIND]
    data.pop("TagSpecifications", None)
    if kept:
        data["TagSpecifications"] = kept
    return answer


def _tags(template: LaunchTemplate) -> list[dict[str, str]]:
    found: list[dict[str, str]] = template.get_tags()
    return found


def _forget(template: LaunchTemplate, tags: Any) -> None:
    """moto keeps a copy of the first tags; they are read from where CreateTags puts them."""


def apply() -> None:
    """Put both into moto's EC2."""
    LaunchTemplate.tags = property(_tags, _forget)
    extend(LaunchTemplates, create_launch_template)
