"""EC2: endpoints of AWS services inside a network."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.ec2_network import ec2_arn, set_tags, specification
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_map

# Lists of an endpoint: input -> stem of the parameters that add to it and remove from it.
_LISTS = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds"}


class VpcEndpoint(ResourceType):
    """Gateway and interface endpoints; policies and address options of them are refused by name."""

    token = "aws:ec2/vpcEndpoint:VpcEndpoint"
    replace_on = frozenset({"vpcId", "serviceName", "vpcEndpointType"})
    modelled = frozenset({*replace_on, *_LISTS, "privateDnsEnabled"})
    kept = frozenset({*_LISTS, "privateDnsEnabled"})
    defaults: ClassVar = {"vpcEndpointType": "Gateway"}
    unordered = frozenset(_LISTS)
    computed = ("arn", "state", "ownerId", "prefixListId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_vpc_endpoint(
            VpcId=p["vpcId"],
            ServiceName=p["serviceName"],
            VpcEndpointType=p.get("vpcEndpointType", "Gateway"),
            **{member: p[key] for key, member in _LISTS.items() if p.get(key)},
            **some(PrivateDnsEnabled=p.get("privateDnsEnabled")),
            TagSpecifications=specification(c, "vpc-endpoint", p),
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        endpoint = c.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"][0]
        if endpoint["State"].lower() == "deleted":
            return None
        gateway = endpoint["VpcEndpointType"] == "Gateway"
        groups = [group["GroupId"] for group in endpoint.get("Groups") or []]
        return {
            "arn": ec2_arn(c, "vpc-endpoint", id_),
            "vpcId": endpoint["VpcId"],
            "serviceName": endpoint["ServiceName"],
            "vpcEndpointType": endpoint["VpcEndpointType"],
            "routeTableIds": sorted(endpoint.get("RouteTableIds") or []),
            "subnetIds": sorted(endpoint.get("SubnetIds") or []),
            "securityGroupIds": sorted(groups or endpoint.get("SecurityGroupIds") or []),
            "privateDnsEnabled": bool(endpoint.get("PrivateDnsEnabled")) and not gateway,
            "prefixListId": self._prefix_list(c, endpoint["ServiceName"]) if gateway else None,
            "state": endpoint["State"],
            "ownerId": c.account_id,
            "tagsAll": tag_map(endpoint.get("Tags")),
        }

    @staticmethod
    def _prefix_list(c: Context, service: str) -> str | None:
        """The Region's addresses of a service, which AWS keeps as a list of its own."""
        named = [{"Name": "prefix-list-name", "Values": [service]}]
        found: list[dict[str, Any]] = c.client("ec2").describe_managed_prefix_lists(Filters=named)["PrefixLists"]
        return str(found[0]["PrefixListId"]) if found else None

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        moves: dict[str, Any] = {}
        for key, member in _LISTS.items():
            before, after = set(old.get(key) or []), set(new.get(key) or [])
            moves |= some(
                **{f"Add{member}": sorted(after - before) or None, f"Remove{member}": sorted(before - after) or None}
            )
        if "privateDnsEnabled" in changed:
            moves["PrivateDnsEnabled"] = bool(new.get("privateDnsEnabled"))
        if moves:
            c.client("ec2").modify_vpc_endpoint(VpcEndpointId=id_, **moves)
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[id_])
