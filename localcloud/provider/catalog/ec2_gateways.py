"""EC2: the way out of a network: internet gateways and routes."""

from __future__ import annotations

from localcloud.provider.catalog.ec2_network import ec2_arn, set_tags, specification
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, tag_map


class InternetGateway(ResourceType):
    token = "aws:ec2/internetGateway:InternetGateway"
    modelled = frozenset({"vpcId"})
    kept = frozenset({"vpcId"})
    computed = ("arn", "ownerId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_internet_gateway(TagSpecifications=specification(c, "internet-gateway", p))
        return str(made["InternetGateway"]["InternetGatewayId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("vpcId"):
            c.client("ec2").attach_internet_gateway(InternetGatewayId=id_, VpcId=p["vpcId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("ec2").describe_internet_gateways(InternetGatewayIds=[id_])["InternetGateways"][0]
        attached = [attachment["VpcId"] for attachment in found.get("Attachments", [])]
        return {
            "arn": ec2_arn(c, "internet-gateway", id_),
            "ownerId": c.account_id,
            "vpcId": attached[0] if attached else None,
            "tagsAll": tag_map(found.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if "vpcId" in changed:
            self._detach(c, id_)
            self.finish(c, id_, new)
        set_tags(c, id_, old, new)

    @staticmethod
    def _detach(c: Context, id_: str) -> None:
        ec2 = c.client("ec2")
        (found,) = ec2.describe_internet_gateways(InternetGatewayIds=[id_])["InternetGateways"]
        for attachment in found.get("Attachments", []):
            ec2.detach_internet_gateway(InternetGatewayId=id_, VpcId=attachment["VpcId"])

    def delete(self, c: Context, id_: str, state: Props) -> None:
        self._detach(c, id_)
        c.client("ec2").delete_internet_gateway(InternetGatewayId=id_)


# Input property -> parameter of CreateRoute and member of Route. Other destinations and targets are refused by name.
_DESTINATIONS = {"destinationCidrBlock": "DestinationCidrBlock", "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock"}
_TARGETS = {"gatewayId": "GatewayId", "natGatewayId": "NatGatewayId"}


class Route(ResourceType):
    """The id is what an import names: `<route table>_<destination>`."""

    token = "aws:ec2/route:Route"
    exclusive = True
    replace_on = frozenset({"routeTableId", *_DESTINATIONS})
    modelled = frozenset({"routeTableId", *_DESTINATIONS, *_TARGETS})
    computed = ("origin", "state")
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("ec2").create_route(**self._parameters(p))
        (destination,) = [p[key] for key in _DESTINATIONS if p.get(key)]
        return f"{p['routeTableId']}_{destination}"

    @staticmethod
    def _parameters(p: Props) -> Props:
        named = {member: p[key] for key, member in {**_DESTINATIONS, **_TARGETS}.items() if p.get(key)}
        return {"RouteTableId": p["routeTableId"], **named}

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        table, _, destination = id_.partition("_")
        (found,) = c.client("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"]
        for route in found["Routes"]:
            if destination in [route.get(member) for member in _DESTINATIONS.values()]:
                return {
                    "routeTableId": table,
                    **{key: route.get(member) for key, member in {**_DESTINATIONS, **_TARGETS}.items()},
                    "origin": route.get("Origin"),
                    "state": route.get("State"),
                }
        return None

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        c.client("ec2").replace_route(**self._parameters(new))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        table, _, destination = id_.partition("_")
        member = "DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock"
        c.client("ec2").delete_route(RouteTableId=table, **{member: destination})
