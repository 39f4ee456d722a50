"""Resilience Hub, next generation: policies, the targets that AWS judges a service against."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some

_TARGETS = ("availabilitySlo", "dataRecovery", "multiAz", "multiRegion")


class V2Policy(ResourceType):
    """The names are the API's; the id is the ARN."""

    token = "aws:resiliencehub/v2Policy:V2Policy"
    replace_on = frozenset({"name", "kmsKeyId"})
    modelled = frozenset({*replace_on, *_TARGETS, "description", "sharingEnabled"})
    defaults: ClassVar = {"sharingEnabled": False}
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("resiliencehubv2").create_policy(
            name=p["name"], tags=c.all_tags(p), **some(kmsKeyId=p.get("kmsKeyId"), **self._changeable(p))
        )
        return str(made["policy"]["policyArn"])

    @staticmethod
    def _changeable(p: Props) -> dict[str, Any]:
        return {
            **{target: some(**p[target]) for target in _TARGETS if p.get(target)},
            "description": p.get("description"),
            "sharingEnabled": p.get("sharingEnabled"),
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("resiliencehubv2").get_policy(policyArn=id_)["policy"]
        return {
            "arn": live["policyArn"],
            **{key: live.get(key) for key in self.modelled},
            "description": live.get("description") or None,
            # A policy that was never shared says nothing.
            "sharingEnabled": live.get("sharingEnabled", False),
            "tagsAll": live.get("tags") or {},
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        hub = c.client("resiliencehubv2")
        if changed & self.modelled:
            # AWS keeps what it is not told: a target that is left out is sent empty.
            removed: dict[str, Any] = {target: {} for target in _TARGETS if old.get(target) and not new.get(target)}
            wanted = {"description": "", "sharingEnabled": False, **some(**self._changeable(new))}
            hub.update_policy(policyArn=id_, **removed, **wanted)
        before, after = old.get("tagsAll") or {}, c.all_tags(new)
        if gone := [key for key in before if key not in after]:
            hub.untag_resource(resourceArn=id_, tagKeys=gone)
        if after:
            hub.tag_resource(resourceArn=id_, tags=after)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("resiliencehubv2").delete_policy(policyArn=id_)
