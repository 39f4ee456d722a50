"""Pulumi's provider protocol (pulumirpc.ResourceProvider) over the steps of lifecycle.py."""

from __future__ import annotations

import signal
import sys
from concurrent import futures
from importlib.metadata import version
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from localcloud.provider import codec, configure, lifecycle
from localcloud.provider.catalog import TYPES
from localcloud.provider.codec import Props
from localcloud.provider.invokes import FUNCTIONS, SECRET_RESULTS
from localcloud.provider.resource import Context
from localcloud.provider.validate import failures

WORKERS = 32
_UNLIMITED = -1
Diff = provider_pb2.DiffResponse


class Provider(provider_pb2_grpc.ResourceProviderServicer):  # type: ignore[misc]  # generated without types
    """One configured provider; the engine starts a process for each provider resource."""

    def __init__(self) -> None:
        self._configuration: configure.Configuration | None = None

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=version("pulumi_aws"))

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.GetSchemaResponse(schema="{}")

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.GetMappingResponse()

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        wrong = configure.check(codec.load(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=[_failure(f.property, f.reason) for f in wrong])

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        old, new = codec.load(request.old_inputs or request.olds), codec.load(request.news)
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        replaces = [key for key in changed if key == "region"]
        return Diff(changes=Diff.DIFF_SOME if changed else Diff.DIFF_NONE, diffs=changed, replaces=replaces)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            self._configuration = configure.configure(codec.load(request.args))
        except Exception as error:
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION, lifecycle.one_line(error).removeprefix("ConfigurationError: ")
            )
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        function = FUNCTIONS.get(request.tok)
        if function is None:
            reason = f"{request.tok} is not provided by the local cloud; it provides {', '.join(FUNCTIONS)}"
            return provider_pb2.InvokeResponse(failures=[_failure("", reason)])
        args = codec.load(request.args)
        try:
            result = function(self._context(args), args)
        except Exception as error:
            context.abort(grpc.StatusCode.UNKNOWN, lifecycle.one_line(error))
        return provider_pb2.InvokeResponse(**{"return": codec.dump(result, SECRET_RESULTS)})

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        token, logical_name = _token(request.urn), request.urn.rsplit("::", 1)[1]
        kind = TYPES.get(token)
        # The wire form is edited, not made anew, so that what is secret stays secret.
        inputs = type(request.news)()
        inputs.CopyFrom(request.news)
        if kind is not None:
            name = lifecycle.named(kind, codec.load(inputs), codec.load(request.olds), logical_name, request.randomSeed)
            if name is not None and kind.name_property is not None:
                inputs.fields[kind.name_property].string_value = name
        wrong = failures(token, codec.load(inputs))
        return provider_pb2.CheckResponse(inputs=inputs, failures=[_failure(f.property, f.reason) for f in wrong])

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = TYPES[_token(request.urn)]
        old, state, new = codec.load(request.old_inputs), codec.load(request.olds), codec.load(request.news)
        found = lifecycle.difference(kind, self._context(new), old, state, new)
        changed = found.changed - set(request.ignoreChanges)
        replaces = found.replaces - set(request.ignoreChanges)
        return Diff(
            changes=Diff.DIFF_SOME if changed else Diff.DIFF_NONE,
            diffs=sorted(changed),
            replaces=sorted(replaces),
            hasDetailedDiff=True,
            detailedDiff={key: _detail(key, old, new, key in replaces) for key in sorted(changed)},
            # A name is free only after its holder is gone; a generated one is new each time.
            deleteBeforeReplace=bool(replaces)
            and kind.name_property is not None
            and old.get(kind.name_property) == new.get(kind.name_property),
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind, inputs = TYPES[_token(request.urn)], codec.load(request.properties)
        secrets = kind.secrets | codec.secret_keys(request.properties)
        if request.preview:
            outputs = lifecycle.previewed(kind, self._context(inputs), inputs)
            return provider_pb2.CreateResponse(properties=codec.dump(outputs, secrets))
        try:
            id_, outputs = lifecycle.create(kind, self._context(inputs), inputs)
        except Exception as error:
            context.abort(grpc.StatusCode.UNKNOWN, lifecycle.one_line(error))
        return provider_pb2.CreateResponse(id=id_, properties=codec.dump(outputs, secrets))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = TYPES[_token(request.urn)]
        inputs, state = codec.load(request.inputs), codec.load(request.properties)
        secrets = kind.secrets | codec.secret_keys(request.inputs) | codec.secret_keys(request.properties)
        try:
            found = lifecycle.read(kind, self._context(state), request.id, inputs, state)
        except Exception as error:
            context.abort(grpc.StatusCode.UNKNOWN, lifecycle.one_line(error))
        if found is None:
            return provider_pb2.ReadResponse()
        now, outputs = found
        return provider_pb2.ReadResponse(
            id=request.id, properties=codec.dump(outputs, secrets), inputs=codec.dump(now, secrets)
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = TYPES[_token(request.urn)]
        old, state, new = codec.load(request.old_inputs), codec.load(request.olds), codec.load(request.news)
        secrets = kind.secrets | codec.secret_keys(request.news)
        if request.preview:
            kept = {key: value for key, value in state.items() if key not in old}
            tags = {"tagsAll": self._context(new).all_tags(new)} if kind.taggable else {}
            return provider_pb2.UpdateResponse(properties=codec.dump({**kept, **new, **tags}, secrets))
        try:
            outputs = lifecycle.update(kind, self._context(new), request.id, old, state, new)
        except Exception as error:
            context.abort(grpc.StatusCode.UNKNOWN, lifecycle.one_line(error))
        return provider_pb2.UpdateResponse(properties=codec.dump(outputs, secrets))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind, state = TYPES[_token(request.urn)], codec.load(request.properties)
        try:
            lifecycle.delete(kind, self._context(state), request.id, state)
        except Exception as error:
            context.abort(grpc.StatusCode.UNKNOWN, lifecycle.one_line(error))
        return empty_pb2.Empty()

    def _context(self, props: Props) -> Context:
        """The surroundings of a call; a resource may name a Region of its own."""
        if self._configuration is None:
            raise configure.ConfigurationError("the provider was called before it was configured")
        region = props.get("region")
        return self._configuration.context(region if isinstance(region, str) and region != codec.UNKNOWN else None)


def _token(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _failure(property_: str, reason: str) -> Any:
    return provider_pb2.CheckFailure(property=property_, reason=f"{property_} {reason}".strip())


def _detail(key: str, old: Props, new: Props, replace: bool) -> Any:
    kinds = provider_pb2.PropertyDiff
    if key not in old:
        return kinds(kind=kinds.ADD_REPLACE if replace else kinds.ADD, inputDiff=True)
    if key not in new:
        return kinds(kind=kinds.DELETE_REPLACE if replace else kinds.DELETE, inputDiff=True)
    return kinds(kind=kinds.UPDATE_REPLACE if replace else kinds.UPDATE, inputDiff=True)


def serve() -> None:
    """Starts the provider on loopback, tells the engine its port, and ends when the engine ends it."""
    options = [("grpc.max_receive_message_length", _UNLIMITED), ("grpc.max_send_message_length", _UNLIMITED)]
    server = grpc.server(futures.ThreadPoolExecutor(WORKERS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: server.stop(grace=None))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
