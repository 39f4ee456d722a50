"""EC2: the way to the internet."""

from __future__ import annotations

from localcloud.provider.catalog.ec2_network import ec2_arn, set_tags, specification
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, tag_map


class InternetGateway(ResourceType):
    token = "aws:ec2/internetGateway:InternetGateway"
    modelled = frozenset({"vpcId"})
    computed = ("arn", "ownerId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_internet_gateway(TagSpecifications=specification(c, "internet-gateway", p))
        return str(made["InternetGateway"]["InternetGatewayId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("vpcId"):
            c.client("ec2").attach_internet_gateway(InternetGatewayId=id_, VpcId=p["vpcId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        gateway = c.client("ec2").describe_internet_gateways(InternetGatewayIds=[id_])["InternetGateways"][0]
        attached = [attachment["VpcId"] for attachment in gateway.get("Attachments") or []]
        return {
            "arn": ec2_arn(c, "internet-gateway", id_),
            "vpcId": attached[0] if attached else None,
            "ownerId": c.account_id,
            "tagsAll": tag_map(gateway.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        ec2 = c.client("ec2")
        if "vpcId" in changed:
            if old.get("vpcId"):
                ec2.detach_internet_gateway(InternetGatewayId=id_, VpcId=old["vpcId"])
            if new.get("vpcId"):
                ec2.attach_internet_gateway(InternetGatewayId=id_, VpcId=new["vpcId"])
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        ec2 = c.client("ec2")
        gateway = ec2.describe_internet_gateways(InternetGatewayIds=[id_])["InternetGateways"][0]
        for attachment in gateway.get("Attachments") or []:
            ec2.detach_internet_gateway(InternetGatewayId=id_, VpcId=attachment["VpcId"])
        ec2.delete_internet_gateway(InternetGatewayId=id_)


class Route(ResourceType):
    """Routes to a gateway; other targets are refused by name."""

    token = "aws:ec2/route:Route"
    replace_on = frozenset({"routeTableId", "destinationCidrBlock"})
    modelled = frozenset({"routeTableId", "destinationCidrBlock", "gatewayId"})
    computed = ("origin", "state")
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("ec2").create_route(**self._said(p))
        return f"r-{p['routeTableId']}-{p['destinationCidrBlock']}"

    @staticmethod
    def _said(p: Props) -> dict[str, str]:
        return {
            "RouteTableId": p["routeTableId"],
            "DestinationCidrBlock": p["destinationCidrBlock"],
            "GatewayId": p["gatewayId"],
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        table, destination = id_.removeprefix("r-").rsplit("-", 1)
        routes = c.client("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        found = [route for route in routes if route.get("DestinationCidrBlock") == destination]
        if not found:
            return None
        return {
            "routeTableId": table,
            "destinationCidrBlock": destination,
            "gatewayId": found[0].get("GatewayId"),
            "origin": found[0].get("Origin", "CreateRoute"),
            "state": found[0].get("State", "active"),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        c.client("ec2").replace_route(**self._said(new))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        table, destination = id_.removeprefix("r-").rsplit("-", 1)
        c.client("ec2").delete_route(RouteTableId=table, DestinationCidrBlock=destination)
