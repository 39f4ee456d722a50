"""Settings of a stack's private network."""

from __future__ import annotations

import ipaddress

from pydantic import Field, field_validator

from components.settings.base import Frozen


class Network(Frozen):
    """The private network of a stack."""

    cidr_block: str = Field(description="IPv4 range, /16 to /22 so that three zones of useful size fit")

    @field_validator("cidr_block")
    @classmethod
    def private_range(cls, value: str) -> str:
        network = ipaddress.ip_network(value)  # its own message says what is wrong with a malformed range
        if not network.is_private or not 16 <= network.prefixlen <= 22:
            raise ValueError(
                "must be a private IPv4 range between /16 and /22 (RFC 1918; Amazon VPC allows /16 to /28)"
            )
        return value
