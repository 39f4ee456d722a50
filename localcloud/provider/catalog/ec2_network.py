"""EC2: the network, security groups, volumes and the account's EBS settings."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map


def set_tags(c: Context, id_: str, old: Props, new: Props) -> None:
    """Removes what is no longer wanted and writes the rest."""
    ec2 = c.client("ec2")
    before, after = dict(old.get("tagsAll") or c.all_tags(old)), c.all_tags(new)
    if gone := [{"Key": key} for key in before if key not in after]:
        ec2.delete_tags(Resources=[id_], Tags=gone)
    if after:
        ec2.create_tags(Resources=[id_], Tags=tag_list(after))


def specification(c: Context, kind: str, p: Props) -> list[dict[str, Any]]:
    tags = c.all_tags(p)
    return [{"ResourceType": kind, "Tags": tag_list(tags)}] if tags else []


def ec2_arn(c: Context, kind: str, id_: str) -> str:
    return f"arn:aws:ec2:{c.region}:{c.account_id}:{kind}/{id_}"


class Vpc(ResourceType):
    token = "aws:ec2/vpc:Vpc"
    replace_on = frozenset({"cidrBlock", "instanceTenancy"})
    modelled = frozenset({"cidrBlock", "instanceTenancy", "enableDnsSupport", "enableDnsHostnames"})
    defaults: ClassVar = {"instanceTenancy": "default", "enableDnsSupport": True, "enableDnsHostnames": False}
    computed = ("arn", "defaultSecurityGroupId", "mainRouteTableId", "ownerId")

    def create(self, c: Context, p: Props) -> str:
        vpc = c.client("ec2").create_vpc(
            CidrBlock=p["cidrBlock"],
            InstanceTenancy=p.get("instanceTenancy", "default"),
            TagSpecifications=specification(c, "vpc", p),
        )
        return str(vpc["Vpc"]["VpcId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        self._dns(c, id_, p)

    def _dns(self, c: Context, id_: str, p: Props) -> None:
        ec2 = c.client("ec2")
        ec2.modify_vpc_attribute(VpcId=id_, EnableDnsSupport={"Value": p.get("enableDnsSupport", True)})
        ec2.modify_vpc_attribute(VpcId=id_, EnableDnsHostnames={"Value": p.get("enableDnsHostnames", False)})

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        ec2 = c.client("ec2")
        vpc = ec2.describe_vpcs(VpcIds=[id_])["Vpcs"][0]
        inside = [{"Name": "vpc-id", "Values": [id_]}]
        groups = ec2.describe_security_groups(Filters=[*inside, {"Name": "group-name", "Values": ["default"]}])
        tables = ec2.describe_route_tables(Filters=[*inside, {"Name": "association.main", "Values": ["true"]}])
        return {
            "arn": ec2_arn(c, "vpc", id_),
            "cidrBlock": vpc["CidrBlock"],
            "instanceTenancy": vpc["InstanceTenancy"],
            "enableDnsSupport": ec2.describe_vpc_attribute(VpcId=id_, Attribute="enableDnsSupport")["EnableDnsSupport"][
                "Value"
            ],
            "enableDnsHostnames": ec2.describe_vpc_attribute(VpcId=id_, Attribute="enableDnsHostnames")[
                "EnableDnsHostnames"
            ]["Value"],
            "defaultSecurityGroupId": groups["SecurityGroups"][0]["GroupId"],
            "mainRouteTableId": tables["RouteTables"][0]["RouteTableId"],
            "ownerId": c.account_id,
            "tagsAll": tag_map(vpc.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._dns(c, id_, new)
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_vpc(VpcId=id_)


class Subnet(ResourceType):
    token = "aws:ec2/subnet:Subnet"
    replace_on = frozenset({"cidrBlock", "availabilityZone", "vpcId"})
    modelled = frozenset({"cidrBlock", "availabilityZone", "vpcId", "mapPublicIpOnLaunch"})
    kept = frozenset({"availabilityZone"})
    defaults: ClassVar = {"mapPublicIpOnLaunch": False}
    computed = ("arn", "availabilityZoneId", "ownerId")

    def create(self, c: Context, p: Props) -> str:
        subnet = c.client("ec2").create_subnet(
            **some(VpcId=p["vpcId"], CidrBlock=p.get("cidrBlock"), AvailabilityZone=p.get("availabilityZone")),
            TagSpecifications=specification(c, "subnet", p),
        )
        return str(subnet["Subnet"]["SubnetId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("mapPublicIpOnLaunch"):
            c.client("ec2").modify_subnet_attribute(SubnetId=id_, MapPublicIpOnLaunch={"Value": True})

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        subnet = c.client("ec2").describe_subnets(SubnetIds=[id_])["Subnets"][0]
        return {
            "arn": ec2_arn(c, "subnet", id_),
            "cidrBlock": subnet["CidrBlock"],
            "availabilityZone": subnet["AvailabilityZone"],
            "availabilityZoneId": subnet.get("AvailabilityZoneId"),
            "vpcId": subnet["VpcId"],
            "mapPublicIpOnLaunch": subnet.get("MapPublicIpOnLaunch", False),
            "ownerId": c.account_id,
            "tagsAll": tag_map(subnet.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        wanted = {"Value": bool(new.get("mapPublicIpOnLaunch", False))}
        c.client("ec2").modify_subnet_attribute(SubnetId=id_, MapPublicIpOnLaunch=wanted)
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_subnet(SubnetId=id_)


class RouteTable(ResourceType):
    """Routes are not modelled: SecureCart's private tables have none but the local one and the endpoints'."""

    token = "aws:ec2/routeTable:RouteTable"
    replace_on = frozenset({"vpcId"})
    modelled = frozenset({"vpcId"})
    computed = ("arn", "ownerId")

    def create(self, c: Context, p: Props) -> str:
        table = c.client("ec2").create_route_table(
            VpcId=p["vpcId"], TagSpecifications=specification(c, "route-table", p)
        )
        return str(table["RouteTable"]["RouteTableId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        table = c.client("ec2").describe_route_tables(RouteTableIds=[id_])["RouteTables"][0]
        return {
            "arn": ec2_arn(c, "route-table", id_),
            "vpcId": table["VpcId"],
            "ownerId": c.account_id,
            "tagsAll": tag_map(table.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_route_table(RouteTableId=id_)


class RouteTableAssociation(ResourceType):
    token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    # The official provider moves an association in place, which gives it a new id; here that is a new resource.
    exclusive = True
    replace_on = frozenset({"subnetId", "routeTableId"})
    modelled = frozenset({"subnetId", "routeTableId"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").associate_route_table(SubnetId=p["subnetId"], RouteTableId=p["routeTableId"])
        return str(made["AssociationId"])

    @staticmethod
    def _find(c: Context, id_: str) -> Props | None:
        """By AWS's id, or by `<subnet id>/<route table id>` as an import names it."""
        for table in c.client("ec2").describe_route_tables()["RouteTables"]:
            for association in table.get("Associations", []):
                pair = f"{association.get('SubnetId')}/{table['RouteTableId']}"
                if id_ in (association["RouteTableAssociationId"], pair):
                    return dict(association)
        return None

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = self._find(c, id_)
        return found and {"subnetId": found.get("SubnetId"), "routeTableId": found["RouteTableId"]}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        if found := self._find(c, id_):
            c.client("ec2").disassociate_route_table(AssociationId=found["RouteTableAssociationId"])


class VpcEndpoint(ResourceType):
    token = "aws:ec2/vpcEndpoint:VpcEndpoint"
    replace_on = frozenset({"vpcId", "serviceName", "vpcEndpointType"})
    modelled = frozenset({"vpcId", "serviceName", "vpcEndpointType", "routeTableIds"})
    kept = frozenset({"routeTableIds"})
    defaults: ClassVar = {"vpcEndpointType": "Gateway"}
    unordered = frozenset({"routeTableIds"})
    computed = ("arn", "state", "ownerId", "prefixListId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_vpc_endpoint(
            **some(VpcId=p["vpcId"], ServiceName=p["serviceName"], VpcEndpointType=p.get("vpcEndpointType", "Gateway")),
            RouteTableIds=p.get("routeTableIds") or [],
            TagSpecifications=specification(c, "vpc-endpoint", p),
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        endpoint = c.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"][0]
        if endpoint["State"].lower() == "deleted":
            return None
        return {
            "arn": ec2_arn(c, "vpc-endpoint", id_),
            "vpcId": endpoint["VpcId"],
            "serviceName": endpoint["ServiceName"],
            "vpcEndpointType": endpoint["VpcEndpointType"],
            "routeTableIds": sorted(endpoint.get("RouteTableIds", [])),
            "state": endpoint["State"],
            "ownerId": c.account_id,
            "prefixListId": _prefix_list(c, endpoint["ServiceName"]),
            "tagsAll": tag_map(endpoint.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        before, after = set(old.get("routeTableIds") or []), set(new.get("routeTableIds") or [])
        if before != after:
            c.client("ec2").modify_vpc_endpoint(
                VpcEndpointId=id_, AddRouteTableIds=sorted(after - before), RemoveRouteTableIds=sorted(before - after)
            )
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[id_])


def _prefix_list(c: Context, service_name: str) -> str | None:
    """The list of a service's addresses, by which a security group rule names a gateway endpoint; others have none."""
    named = [{"Name": "prefix-list-name", "Values": [service_name]}]
    lists = c.client("ec2").describe_managed_prefix_lists(Filters=named)["PrefixLists"]
    return str(lists[0]["PrefixListId"]) if lists else None
