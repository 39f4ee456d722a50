"""The security groups of a Region's network: who may open a connection to whom, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

POSTGRES_PORT, MYSQL_PORT = 5432, 3306
DATABASE_PROTOCOLS = {POSTGRES_PORT: "PostgreSQL", MYSQL_PORT: "MySQL"}
HTTP_PORT, HTTPS_PORT = 80, 443
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Ids of the groups; `front` only in a public network, `endpoints` only where there are interface endpoints."""

    application: pulumi.Output[str]
    data: pulumi.Output[str]
    front: pulumi.Output[str] | None
    endpoints: pulumi.Output[str] | None


class GroupMaker:
    """Makes groups and rules under one component, so that each keeps the component as its parent."""

    def __init__(self, name: str, vpc_id: pulumi.Input[str], parent: pulumi.Resource) -> None:
        self._name = name
        self._vpc_id = vpc_id
        self._child = pulumi.ResourceOptions(parent=parent)

    def base(self, database_ports: Sequence[int]) -> Groups:
        """The application and the data, and between them the databases' protocols in one direction."""
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default",
            vpc_id=self._vpc_id,
            ingress=[],
            egress=[],
            tags={"Name": f"{self._name}-default-closed"},
            opts=self._child,
        )
        application = self._group("application", "Backend servers: may open connections to the databases")
        data = self._group("data", "Databases: reached from the application only, open nothing themselves")
        for port in database_ports:
            protocol = DATABASE_PROTOCOLS.get(port, f"Port {port}")
            # PostgreSQL's rules came first and keep their names: another name would be another rule.
            suffix = "" if port == POSTGRES_PORT else f"-{port}"
            self._ingress(f"data-from-application{suffix}", data, application, port, f"{protocol} from the application")
            self._egress(f"application-to-data{suffix}", application, data, port, f"{protocol} to the databases")
        return Groups(application=application, data=data, front=None, endpoints=None)

    def front(self, application: pulumi.Output[str], port: int) -> pulumi.Output[str]:
        """The load balancer: open to everyone on 80 and 443, and it reaches the application on its port only."""
        front = self._group("front", "Load balancer: open to customers, reaches the application only")
        for purpose, listener in (("http", HTTP_PORT), ("https", HTTPS_PORT)):
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-front-{purpose}",
                security_group_id=front,
                cidr_ipv4=ANYWHERE,
                ip_protocol="tcp",
                from_port=listener,
                to_port=listener,
                description=f"{purpose.upper()} from customers",
                opts=self._child,
            )
        self._egress("front-to-application", front, application, port, "Requests and health checks to the application")
        self._ingress("application-from-front", application, front, port, "Requests from the load balancer")
        return front

    def to_gateways(self, application: pulumi.Output[str], prefix_lists: Mapping[str, pulumi.Input[str]]) -> None:
        """HTTPS to S3 and DynamoDB.

        A gateway endpoint has no security group, so the rule names its prefix list. The packages of Amazon Linux come
        from S3 too: a server can be patched without a way to the internet.
        """
        for service, prefix_list_id in prefix_lists.items():
            aws.vpc.SecurityGroupEgressRule(
                f"{self._name}-application-to-{service}",
                security_group_id=application,
                prefix_list_id=prefix_list_id,
                ip_protocol="tcp",
                from_port=HTTPS_PORT,
                to_port=HTTPS_PORT,
                description=f"{service} through its gateway endpoint",
                opts=self._child,
            )

    def endpoints(self, application: pulumi.Output[str]) -> pulumi.Output[str]:
        """Interface endpoints: answer HTTPS of the application and open nothing themselves."""
        endpoints = self._group("endpoints", "Interface endpoints: reached from the application only")
        self._ingress("endpoints-from-application", endpoints, application, HTTPS_PORT, "HTTPS from the application")
        self._egress("application-to-endpoints", application, endpoints, HTTPS_PORT, "HTTPS to AWS services")
        return endpoints

    def _group(self, purpose: str, description: str) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-{purpose}",
            vpc_id=self._vpc_id,
            description=description,
            tags={"Name": f"{self._name}-{purpose}"},
            opts=self._child,
        )
        made: pulumi.Output[str] = group.id
        return made

    def _ingress(
        self, purpose: str, group: pulumi.Input[str], source: pulumi.Input[str], port: int, description: str
    ) -> None:
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{purpose}",
            security_group_id=group,
            referenced_security_group_id=source,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
            opts=self._child,
        )

    def _egress(
        self, purpose: str, group: pulumi.Input[str], target: pulumi.Input[str], port: int, description: str
    ) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{purpose}",
            security_group_id=group,
            referenced_security_group_id=target,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
            opts=self._child,
        )
