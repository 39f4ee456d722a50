"""Pulumi's provider protocol (pulumirpc.ResourceProvider) over the steps of lifecycle.py."""

from __future__ import annotations

import functools
import signal
import sys
from collections.abc import Callable
from concurrent import futures
from importlib.metadata import version
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, empty_pb2
from google.rpc import status_pb2  # type: ignore[import-untyped]  # no stubs are published
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from localcloud.provider import codec, configure, lifecycle
from localcloud.provider.catalog import TYPES
from localcloud.provider.codec import Props
from localcloud.provider.invokes import FUNCTIONS, SECRET_RESULTS
from localcloud.provider.lifecycle import Before
from localcloud.provider.resource import Context, ResourceType
from localcloud.provider.validate import failures

WORKERS = 32
_UNLIMITED = -1
# Where gRPC carries the details of an error, and the engine looks for them.
_DETAILS = "grpc-status-details-bin"
Diff = provider_pb2.DiffResponse
Call = Callable[["Provider", Any, Any], Any]


def _answering(call: Call) -> Call:
    """Turns what goes wrong in a call into one line for the engine, without a traceback and without secrets."""

    @functools.wraps(call)
    def wrapped(self: Provider, request: Any, context: Any) -> Any:
        try:
            return call(self, request, context)
        except Exception as error:
            failed = error
        text = lifecycle.hidden(lifecycle.one_line(failed), _secrets_of(request))
        if isinstance(failed, lifecycle.UnfinishedError):
            text = text.removeprefix("UnfinishedError: ")
            _abort_unfinished(context, request, failed, text)
        if isinstance(failed, configure.ConfigurationError):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, text.removeprefix("ConfigurationError: "))
        return context.abort(grpc.StatusCode.UNKNOWN, text)

    return wrapped


def _secrets_of(request: Any) -> list[str]:
    """The secret texts of a request, marked by the program or secret by their type."""
    kind = TYPES.get(_token(request.urn)) if getattr(request, "urn", "") else None
    always = kind.secrets if kind is not None else frozenset()
    found: list[str] = []
    for name in ("properties", "inputs", "news", "olds", "old_inputs"):
        struct = getattr(request, name, None)
        if struct is not None:
            keys = always | codec.secret_keys(struct)
            found += [text for key, value in codec.load(struct).items() if key in keys for text in codec.texts(value)]
    return found


def _abort_unfinished(context: Any, request: Any, unfinished: lifecycle.UnfinishedError, text: str) -> NoReturn:
    """Fails a creation so that the engine records the id, and finishes the work in the next update."""
    secrets = TYPES[_token(request.urn)].secrets | codec.secret_keys(request.properties)
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=unfinished.id,
            properties=codec.dump(unfinished.outputs, secrets),
            reasons=[text],
            inputs=request.properties,
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=text, details=[detail])
    context.set_trailing_metadata(((_DETAILS, status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, text)
    raise unfinished  # a context aborts by raising; this tells the type checker


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One configured provider; the engine starts a process for each provider resource."""

    def __init__(self) -> None:
        self._configuration: configure.Configuration | None = None

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=version("pulumi_aws"))

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema="{}")

    def GetMapping(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetMappingResponse()

    @_answering
    def CheckConfig(self, request: Any, context: Any) -> Any:
        wrong = configure.check(codec.load(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=[_failure(f.property, f.reason) for f in wrong])

    @_answering
    def DiffConfig(self, request: Any, context: Any) -> Any:
        before = request.old_inputs if request.HasField("old_inputs") else request.olds
        old, new = codec.load(before), codec.load(request.news)
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        replaces = [key for key in changed if key == "region"]
        return Diff(changes=Diff.DIFF_SOME if changed else Diff.DIFF_NONE, diffs=changed, replaces=replaces)

    @_answering
    def Configure(self, request: Any, context: Any) -> Any:
        self._configuration = configure.configure(codec.load(request.args))
        # Outputs and resource references arrive as the values and ids that they stand for.
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    @_answering
    def Invoke(self, request: Any, context: Any) -> Any:
        function = FUNCTIONS.get(request.tok)
        if function is None:
            reason = f"{request.tok} is not provided by the local cloud; it provides {', '.join(FUNCTIONS)}"
            return provider_pb2.InvokeResponse(failures=[_failure("", reason)])
        args = codec.load(request.args)
        answer = provider_pb2.InvokeResponse()
        # The field's name is a word of Python.
        getattr(answer, "return").CopyFrom(codec.dump(function(self._context(args), args), SECRET_RESULTS))
        return answer

    @_answering
    def Check(self, request: Any, context: Any) -> Any:
        token, logical_name = _token(request.urn), _logical_name(request.urn)
        kind = TYPES.get(token)
        # The wire form is edited, not made anew, so that what is secret stays secret.
        inputs = type(request.news)()
        inputs.CopyFrom(request.news)
        if kind is not None:
            name = lifecycle.named(kind, codec.load(inputs), codec.load(request.olds), logical_name, request.randomSeed)
            if name is not None and kind.name_property is not None:
                inputs.fields[kind.name_property].string_value = name
        secrets = _secrets_of(request)
        wrong = failures(token, codec.load(inputs))
        return provider_pb2.CheckResponse(
            inputs=inputs, failures=[_failure(f.property, lifecycle.hidden(f.reason, secrets)) for f in wrong]
        )

    @_answering
    def Diff(self, request: Any, context: Any) -> Any:
        kind, before, new = _kind(request), _before(request), codec.load(request.news)
        found = lifecycle.difference(kind, self._context(new), before, new)
        # The engine has put the old values back below ignored paths; what it cannot reach is the provider's own part.
        ignored = found.changed if "*" in request.ignoreChanges else frozenset(request.ignoreChanges)
        changed, replaces = found.changed - ignored, found.replaces - ignored
        old = {**before.inputs, "tagsAll": before.state.get("tagsAll")}
        return Diff(
            changes=Diff.DIFF_SOME if changed else Diff.DIFF_NONE,
            diffs=sorted(changed),
            replaces=sorted(replaces),
            hasDetailedDiff=True,
            detailedDiff={key: _detail(key, old, new, key in replaces) for key in sorted(changed)},
            deleteBeforeReplace=bool(replaces)
            and lifecycle.deletes_first(kind, _logical_name(request.urn), before.inputs, new),
        )

    @_answering
    def Create(self, request: Any, context: Any) -> Any:
        kind, inputs = _kind(request), codec.load(request.properties)
        secrets = kind.secrets | codec.secret_keys(request.properties)
        if request.preview:
            outputs = lifecycle.previewed(kind, self._context(inputs), inputs)
            return provider_pb2.CreateResponse(properties=codec.dump(outputs, secrets))
        id_, outputs = lifecycle.create(kind, self._context(inputs), inputs)
        return provider_pb2.CreateResponse(id=id_, properties=codec.dump(outputs, secrets))

    @_answering
    def Read(self, request: Any, context: Any) -> Any:
        kind = _kind(request)
        inputs, state = codec.load(request.inputs), codec.load(request.properties)
        secrets = kind.secrets | codec.secret_keys(request.inputs) | codec.secret_keys(request.properties)
        found = lifecycle.read(kind, self._context({**inputs, **state}), request.id, inputs, state)
        if found is None:
            return provider_pb2.ReadResponse()
        now, outputs = found
        return provider_pb2.ReadResponse(
            id=request.id, properties=codec.dump(outputs, secrets), inputs=codec.dump(now, secrets)
        )

    @_answering
    def Update(self, request: Any, context: Any) -> Any:
        kind, before, new = _kind(request), _before(request), codec.load(request.news)
        secrets = kind.secrets | codec.secret_keys(request.news)
        if request.preview:
            outputs = lifecycle.preview_of_update(kind, self._context(new), before, new)
        else:
            outputs = lifecycle.update(kind, self._context(new), request.id, before, new)
        return provider_pb2.UpdateResponse(properties=codec.dump(outputs, secrets))

    @_answering
    def Delete(self, request: Any, context: Any) -> Any:
        state = codec.load(request.properties)
        lifecycle.delete(_kind(request), self._context(state), request.id, state)
        return empty_pb2.Empty()

    def _context(self, props: Props) -> Context:
        """The surroundings of a call; a resource may name a Region of its own."""
        if self._configuration is None:
            raise configure.ConfigurationError("the provider was called before it was configured")
        region = props.get("region")
        return self._configuration.context(region if isinstance(region, str) and region != codec.UNKNOWN else None)


def _token(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _logical_name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _kind(request: Any) -> ResourceType:
    kind = TYPES.get(_token(request.urn))
    if kind is None:
        raise ValueError(f"{_token(request.urn)} is not provided by the local cloud")
    return kind


def _before(request: Any) -> Before:
    return Before(codec.load(request.old_inputs), codec.load(request.olds))


def _failure(property_: str, reason: str) -> Any:
    return provider_pb2.CheckFailure(property=property_, reason=f"{property_} {reason}".strip())


def _detail(key: str, old: Props, new: Props, replace: bool) -> Any:
    kinds = provider_pb2.PropertyDiff
    is_input = key != "tagsAll"
    if old.get(key) is None:
        return kinds(kind=kinds.ADD_REPLACE if replace else kinds.ADD, inputDiff=is_input)
    if is_input and new.get(key) is None:
        return kinds(kind=kinds.DELETE_REPLACE if replace else kinds.DELETE, inputDiff=is_input)
    return kinds(kind=kinds.UPDATE_REPLACE if replace else kinds.UPDATE, inputDiff=is_input)


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
