"""Elastic Disaster Recovery: replication configuration templates, kept and read back. moto has no such service.

Nothing is replicated: there are no source servers.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from localcloud.emulator.extensions.calls import Refusal, parameters

_ID_CHARACTERS = 17
# The length of the PITPolicy list in the API reference: three at least, and three at most.
_PIT_RULES = 3
_DEFAULTS = {"autoReplicateNewDisks": True, "internetProtocol": "IPV4"}

Template = dict[str, Any]


class DrsBackend(BaseBackend):
    """The templates of one account and Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.templates: dict[str, Template] = {}

    def find(self, template_id: str) -> Template:
        """The template of that id, or ResourceNotFoundException."""
        if template_id not in self.templates:
            raise Refusal("ResourceNotFoundException", f"Replication configuration template {template_id} not found")
        return self.templates[template_id]

    def find_by_arn(self, arn: str) -> Template:
        """The template of that ARN, or ResourceNotFoundException."""
        return self.find(arn.rpartition("/")[2])


class DrsResponse(BaseResponse):
    """The operations of the service; botocore's model routes and serialises them."""

    def __init__(self) -> None:
        super().__init__(service_name="drs")

    @property
    def backend(self) -> DrsBackend:
        """The backend of the request's account and Region."""
        backend: DrsBackend = drs_backends[self.current_account][self.region]
        return backend

    def initialize_service(self) -> ActionResult:
        """InitializeService. Nothing is refused before it, where AWS answers UninitializedAccountException."""
        return EmptyResult()

    def create_replication_configuration_template(self) -> ActionResult:
        """CreateReplicationConfigurationTemplate."""
        asked = parameters(self)
        _check_policy(asked)
        characters = string.ascii_lowercase + string.digits
        template_id = "rct-" + "".join(secrets.choice(characters) for _ in range(_ID_CHARACTERS))
        arn = f"arn:{self.partition}:drs:{self.region}:{self.current_account}:replication-configuration-template/{template_id}"
        template = {**_DEFAULTS, "tags": {}, **asked, "arn": arn, "replicationConfigurationTemplateID": template_id}
        self.backend.templates[template_id] = template
        return ActionResult(template)

    def update_replication_configuration_template(self) -> ActionResult:
        """UpdateReplicationConfigurationTemplate: takes over what it names."""
        asked = parameters(self)
        template = self.backend.find(asked["replicationConfigurationTemplateID"])
        _check_policy({**template, **asked})
        template.update(asked)
        return ActionResult(template)

    def describe_replication_configuration_templates(self) -> ActionResult:
        """DescribeReplicationConfigurationTemplates, all on one page."""
        wanted = parameters(self).get("replicationConfigurationTemplateIDs")
        found = [self.backend.find(one) for one in wanted] if wanted else list(self.backend.templates.values())
        return ActionResult({"items": found})

    def delete_replication_configuration_template(self) -> ActionResult:
        """DeleteReplicationConfigurationTemplate."""
        template = self.backend.find(parameters(self)["replicationConfigurationTemplateID"])
        del self.backend.templates[template["replicationConfigurationTemplateID"]]
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"tags": self.backend.find_by_arn(parameters(self)["resourceArn"])["tags"]})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        asked = parameters(self)
        self.backend.find_by_arn(asked["resourceArn"])["tags"].update(asked["tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        asked = parameters(self)
        tags = self.backend.find_by_arn(asked["resourceArn"])["tags"]
        for key in asked["tagKeys"]:
            tags.pop(key, None)
        return EmptyResult()


def _check_policy(asked: Template) -> None:
    rules = asked["pitPolicy"]
    if len(rules) != _PIT_RULES:
        raise Refusal("ValidationException", f"pitPolicy has {len(rules)} rules; it must have {_PIT_RULES}")


drs_backends = BackendDict(DrsBackend, "drs")
