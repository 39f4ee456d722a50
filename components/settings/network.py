"""Settings of a stack's private network."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from components.settings.base import Frozen

# The last part of com.amazonaws.<region>.<service> (Amazon VPC DescribeVpcEndpointServices).
InterfaceService = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=64)]


class Network(Frozen):
    """The private network of a stack."""

    cidr_block: str = Field(description="IPv4 range, /16 to /22 so that three zones of useful size fit")
    interface_services: tuple[InterfaceService, ...] = Field(
        default=(),
        description="AWS services that servers reach through interface endpoints, for example secretsmanager",
    )

    @field_validator("cidr_block")
    @classmethod
    def private_range(cls, value: str) -> str:
        network = ipaddress.ip_network(value)  # its own message says what is wrong with a malformed range
        if not network.is_private or not 16 <= network.prefixlen <= 22:
            raise ValueError(
                "must be a private IPv4 range between /16 and /22 (RFC 1918; Amazon VPC allows /16 to /28)"
            )
        return value

    @field_validator("interface_services")
    @classmethod
    def reached_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """A second endpoint of a service in one VPC cannot have private DNS, and S3 and DynamoDB have gateways."""
        repeated = sorted({service for service in value if value.count(service) > 1})
        free = sorted({"s3", "dynamodb"} & set(value))
        if repeated or free:
            raise ValueError(
                f"{', '.join(repeated or free)} {'is listed twice' if repeated else 'has a gateway endpoint already'}:"
                " remove it (Amazon VPC, CreateVpcEndpoint PrivateDnsEnabled)"
            )
        return value
