"""Drives the provider's gRPC servicer in this process, as the engine would; a `Resource` is a stack's view of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import grpc
from pulumi.runtime.proto import provider_pb2

from localcloud.provider import codec
from localcloud.provider.codec import Props
from localcloud.provider.server import Provider


class AbortedError(Exception):
    """The provider ended a call with an error; the text is what the engine shows."""


class _Call:
    """Stands for grpc.ServicerContext: an abort becomes an exception."""

    def set_trailing_metadata(self, metadata: Any) -> None:
        """The details of an abort; only a real channel shows them."""

    def abort(self, _: Any, details: str) -> NoReturn:
        raise AbortedError(details)


# The servicer calls nothing else of a ServicerContext.
CALL = cast("grpc.ServicerContext", _Call())


def configured(region: str, **settings: str) -> Provider:
    """A provider of a Region; nested settings are JSON text, as the engine sends them."""
    provider = Provider()
    arguments = codec.dump({"region": region, **settings})
    provider.Configure(provider_pb2.ConfigureRequest(args=arguments), CALL)
    return provider


@dataclass
class Resource:
    """One resource of a stack: its inputs and outputs as the engine keeps them."""

    provider: Provider
    token: str
    name: str = "it"
    id: str = ""
    inputs: Props = field(default_factory=dict)
    outputs: Props = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::securecart::{self.token}::{self.name}"

    def check(self, inputs: Props) -> tuple[Props, list[str]]:
        """(checked inputs, reasons of refusal)."""
        answer = self.provider.Check(
            provider_pb2.CheckRequest(
                urn=self.urn, news=codec.dump(inputs), olds=codec.dump(self.inputs), randomSeed=b"0123456789abcdef"
            ),
            CALL,
        )
        return codec.load(answer.inputs), [failure.reason for failure in answer.failures]

    def preview(self, inputs: Props) -> Props:
        request = provider_pb2.CreateRequest(urn=self.urn, properties=codec.dump(self._checked(inputs)), preview=True)
        return codec.load(self.provider.Create(request, CALL).properties)

    def create(self, inputs: Props) -> Resource:
        checked = self._checked(inputs)
        answer = self.provider.Create(provider_pb2.CreateRequest(urn=self.urn, properties=codec.dump(checked)), CALL)
        self.id, self.inputs, self.outputs = answer.id, checked, codec.load(answer.properties)
        return self

    def diff(self, inputs: Props) -> Any:
        """The engine's question before each deployment: pulumirpc.DiffResponse."""
        return self.provider.Diff(
            provider_pb2.DiffRequest(
                urn=self.urn,
                id=self.id,
                old_inputs=codec.dump(self.inputs),
                olds=codec.dump(self.outputs),
                news=codec.dump(self._checked(inputs)),
            ),
            CALL,
        )

    def update(self, inputs: Props) -> None:
        checked = self._checked(inputs)
        answer = self.provider.Update(
            provider_pb2.UpdateRequest(
                urn=self.urn,
                id=self.id,
                old_inputs=codec.dump(self.inputs),
                olds=codec.dump(self.outputs),
                news=codec.dump(checked),
            ),
            CALL,
        )
        self.inputs, self.outputs = checked, codec.load(answer.properties)

    def read(self) -> tuple[str, Props, Props]:
        """(id, inputs, outputs) as they are in the cloud; the id is empty when the resource is gone."""
        answer = self.provider.Read(
            provider_pb2.ReadRequest(
                urn=self.urn, id=self.id, inputs=codec.dump(self.inputs), properties=codec.dump(self.outputs)
            ),
            CALL,
        )
        return answer.id, codec.load(answer.inputs), codec.load(answer.properties)

    def imported(self) -> tuple[str, Props, Props]:
        """What `pulumi import` reads, which knows nothing but the id."""
        answer = self.provider.Read(provider_pb2.ReadRequest(urn=self.urn, id=self.id), CALL)
        return answer.id, codec.load(answer.inputs), codec.load(answer.properties)

    def delete(self) -> None:
        self.provider.Delete(
            provider_pb2.DeleteRequest(urn=self.urn, id=self.id, properties=codec.dump(self.outputs)), CALL
        )

    def _checked(self, inputs: Props) -> Props:
        checked, refusals = self.check(inputs)
        assert refusals == [], f"{self.token} was refused: {refusals}"
        return checked
