"""The cases of the front door: gateways and routes, load balancers, listeners and target groups."""

from __future__ import annotations

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, Case, Client, World

CERTIFICATE = f"arn:aws:acm:{PRIMARY}:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
OTHER_CERTIFICATE = f"arn:aws:acm:{PRIMARY}:{ACCOUNT}:certificate/66666666-2222-3333-4444-555555555555"


def gateway(world: World, vpc: str) -> str:
    ec2 = world.client("ec2")
    made = str(ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
    return made


def load_balancer(world: World) -> str:
    made = world.client("elbv2").create_load_balancer(Name=world.name(), Subnets=world.two_subnets())
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def target_group(world: World) -> str:
    made = world.client("elbv2").create_target_group(Name=world.name(), Protocol="HTTP", Port=80, VpcId=world.vpc())
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def _listener(world: World) -> Props:
    return {
        "loadBalancerArn": load_balancer(world),
        "port": 443,
        "protocol": "HTTPS",
        "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "certificateArn": CERTIFICATE,
        "defaultActions": [{"type": "forward", "targetGroupArn": target_group(world)}],
        "tags": {"a": "1"},
    }


def _listener_answers(client: Client, id_: str, _: Props) -> None:
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}
    client("elbv2").modify_listener(
        ListenerArn=id_, DefaultActions=[fixed], Certificates=[{"CertificateArn": CERTIFICATE}]
    )


def _balancer_unprotected(client: Client, id_: str, _: Props) -> None:
    client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=id_, Attributes=[{"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "false"}]
    )


CASES: dict[str, Case] = {
    "aws:ec2/internetGateway:InternetGateway": Case(
        lambda w: {"vpcId": w.vpc()},
        lambda w: {"vpcId": w.vpc(), "tags": {"a": "1"}},
        None,
        lambda client, id_, inputs: client("ec2").detach_internet_gateway(InternetGatewayId=id_, VpcId=inputs["vpcId"]),
        "vpcId",
    ),
    "aws:ec2/route:Route": Case(
        lambda w: {
            "routeTableId": w.route_table(vpc := w.vpc()),
            "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": gateway(w, vpc),
        },
        lambda w: {"gatewayId": gateway(w, w.vpc())},
        {"destinationCidrBlock": "10.9.0.0/16"},
        lambda client, _, inputs: client("ec2").replace_route(
            RouteTableId=inputs["routeTableId"],
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=client("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"],
        ),
        "gatewayId",
    ),
    "aws:lb/listener:Listener": Case(
        _listener,
        lambda _: {
            "certificateArn": OTHER_CERTIFICATE,
            "defaultActions": [
                {"type": "redirect", "redirect": {"statusCode": "HTTP_301", "host": "securecart.example"}}
            ],
            "tags": {"a": "2"},
        },
        {"loadBalancerArn": "other"},
        _listener_answers,
        "defaultActions",
    ),
    "aws:lb/loadBalancer:LoadBalancer": Case(
        lambda w: {
            "name": w.name(),
            "internal": False,
            "loadBalancerType": "application",
            "subnets": w.two_subnets(),
            "securityGroups": [w.group()],
            "dropInvalidHeaderFields": True,
            "enableDeletionProtection": False,
            "tags": {"a": "1"},
        },
        lambda w: {"securityGroups": [w.group()], "idleTimeout": 120, "tags": {"a": "2"}},
        {"internal": True},
        _balancer_unprotected,
        "dropInvalidHeaderFields",
    ),
    "aws:lb/targetGroup:TargetGroup": Case(
        lambda w: {
            "name": w.name(),
            "port": 8080,
            "protocol": "HTTP",
            "vpcId": w.vpc(),
            "targetType": "instance",
            "deregistrationDelay": 30,
            "healthCheck": {"path": "/health", "interval": 10, "timeout": 5, "matcher": "200"},
            "tags": {"a": "1"},
        },
        lambda _: {"healthCheck": {"path": "/ready", "interval": 15}, "deregistrationDelay": 60, "tags": {"a": "2"}},
        {"port": 8081},
        lambda client, id_, _: client("elbv2").modify_target_group(TargetGroupArn=id_, HealthCheckPath="/"),
        "healthCheck",
    ),
}
