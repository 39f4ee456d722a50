"""Takes writes away from a Region, so that two databases never both take orders; and gives them back.

Three layers, each enough against another kind of writer: the servers go, the databases take no new writing transactions, and their
security groups admit nobody. A rule keeps its id (its port moves to one where nothing listens, its description says from where), so
that Pulumi's state still knows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from automation.recovery import databases, servers
from automation.recovery.estate import Side
from automation.recovery.steps import Settled, Step
from automation.recovery.world import World

FENCED_PORT = 1
_FENCED = re.compile(r"^fenced (?P<from>-?\d+)-(?P<to>-?\d+)\. ?")
DATABASES, SERVERS = "database administrators", "platform"
SPLIT_BRAIN = (
    "{region} does not answer and could not be fenced: its databases may take writes until it is. Whoever can reach it must keep"
    " writers out; when it answers again, run `securecart fence` before anything else"
)


def steps(world: World, side: Side, *, tolerates_silence: bool, timeout_seconds: float) -> tuple[Step, ...]:
    """Fences a side, all layers at once. `tolerates_silence`: a dead Region is a warning of split brain, not a failure."""
    made = [
        Step(
            name=f"stop servers of {side.region}",
            owner=SERVERS,
            does=f"{side.servers} runs no server",
            destroys=f"the running servers of {side.region}; their group stays",
            act=lambda: servers.resize(world, side, servers.NONE),
            settled=lambda: servers.shrunk(world, side, servers.NONE),
            timeout_seconds=timeout_seconds,
        ),
        Step(
            name=f"close the network of {side.region}",
            owner=DATABASES,
            does=f"the security groups of {side.region}'s databases admit nobody",
            act=lambda: {"rules": [_close(world, side, rule) for rule in open_rules(world, side)]},
            settled=lambda: _closed(world, side),
            timeout_seconds=timeout_seconds,
        ),
    ]
    made += [_read_only(world, side, store, timeout_seconds) for store in side.databases]
    means = SPLIT_BRAIN.format(region=side.region)
    return tuple(replace(step, tolerates_silence=tolerates_silence, silence_means=means) for step in made)


def _read_only(world: World, side: Side, store: str, timeout_seconds: float) -> Step:
    identifier, engine = side.databases[store], world.estate.settings.databases[store].engine

    def settled() -> Settled:
        read_only = databases.is_read_only(world, side.region, identifier, engine)
        # A default parameter group cannot be changed: then the network is what keeps writers out.
        return Settled(read_only is not False, f"{identifier} takes writes", {"readOnly": read_only is True})

    return Step(
        name=f"make {store} read-only in {side.region}",
        owner=DATABASES,
        does=f"{identifier} takes no new writing transaction",
        act=lambda: databases.set_read_only(world, side.region, identifier, engine, on=True),
        settled=settled,
        timeout_seconds=timeout_seconds,
    )


def open_steps(world: World, side: Side, timeout_seconds: float) -> tuple[Step, ...]:
    """Gives a side its writes back: parameters reset, network opened. Servers are another step's."""
    made = [
        Step(
            name=f"open the network of {side.region}",
            owner=DATABASES,
            timeout_seconds=timeout_seconds,
            does=f"the security groups of {side.region}'s databases admit its servers again",
            act=lambda: {"rules": [_open(world, side, rule) for rule in fenced_rules(world, side)]},
            settled=lambda: Settled(not fenced_rules(world, side), "rules are still fenced"),
        )
    ]
    for store, identifier in side.databases.items():
        made.append(_writable(world, side, store, identifier, timeout_seconds))
    return tuple(made)


def _writable(world: World, side: Side, store: str, identifier: str, timeout_seconds: float) -> Step:
    engine = world.estate.settings.databases[store].engine

    def settled() -> Settled:
        read_only = databases.is_read_only(world, side.region, identifier, engine)
        return Settled(not read_only, f"{identifier} is read-only")

    return Step(
        name=f"make {store} writable in {side.region}",
        owner=DATABASES,
        timeout_seconds=timeout_seconds,
        does=f"{identifier} takes writing transactions again",
        act=lambda: databases.set_read_only(world, side.region, identifier, engine, on=False),
        settled=settled,
    )


def fenced(world: World, side: Side) -> dict[str, Any]:
    """What of a side is fenced now, layer by layer. Raises RegionUnreachableError."""
    group = servers.group(world, side)
    stores = world.estate.settings.databases
    read_only = {
        store: databases.is_read_only(world, side.region, identifier, stores[store].engine)
        for store, identifier in side.databases.items()
        if databases.describe(world, side.region, identifier)
    }
    return {
        "serversRunning": len(group["Instances"]),
        "openRules": len(open_rules(world, side)),
        "readOnly": read_only,
    }


def open_rules(world: World, side: Side) -> list[dict[str, Any]]:
    return [rule for rule in _rules(world, side) if not _FENCED.match(str(rule.get("Description") or ""))]


def fenced_rules(world: World, side: Side) -> list[dict[str, Any]]:
    return [rule for rule in _rules(world, side) if _FENCED.match(str(rule.get("Description") or ""))]


def _closed(world: World, side: Side) -> Settled:
    left = open_rules(world, side)
    return Settled(not left, f"{len(left)} rules still admit somebody", {"fencedRules": len(fenced_rules(world, side))})


def _rules(world: World, side: Side) -> list[dict[str, Any]]:
    """The ingress rules of the databases' security groups; those of an adopted database admit its owner's others, too."""
    stores = world.estate.settings.databases
    ours = [identifier for store, identifier in side.databases.items() if not stores[store].existing]
    found = [databases.describe(world, side.region, identifier) for identifier in ours]
    groups = {one["VpcSecurityGroupId"] for instance in found for one in (instance or {}).get("VpcSecurityGroups", [])}
    if not groups:
        return []
    filters = [{"Name": "group-id", "Values": sorted(groups)}]
    rules = world.aws.pages("ec2", side.region, "describe_security_group_rules", "SecurityGroupRules", Filters=filters)
    return [rule for rule in rules if not rule["IsEgress"]]


def _close(world: World, side: Side, rule: Mapping[str, Any]) -> dict[str, Any]:
    said = f"fenced {rule['FromPort']}-{rule['ToPort']}. {rule.get('Description') or ''}".rstrip()
    return _change(world, side, rule, (FENCED_PORT, FENCED_PORT), said)


def _open(world: World, side: Side, rule: Mapping[str, Any]) -> dict[str, Any]:
    description = str(rule["Description"])
    was = _FENCED.match(description)
    if was is None:  # only fenced_rules come here
        raise ValueError(f"{rule['SecurityGroupRuleId']} is not fenced")
    return _change(world, side, rule, (int(was["from"]), int(was["to"])), description[was.end() :])


def _change(
    world: World, side: Side, rule: Mapping[str, Any], ports: tuple[int, int], description: str
) -> dict[str, Any]:
    """ModifySecurityGroupRules cannot change whom a rule admits to another kind of source; a port it can."""
    wanted: dict[str, Any] = {"IpProtocol": rule["IpProtocol"], "FromPort": ports[0], "ToPort": ports[1]}
    if description:
        wanted["Description"] = description
    for key in ("CidrIpv4", "CidrIpv6", "PrefixListId"):
        if rule.get(key):
            wanted[key] = rule[key]
    if referenced := rule.get("ReferencedGroupInfo"):
        wanted["ReferencedGroupId"] = referenced["GroupId"]
    change = [{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": wanted}]
    asked = {"GroupId": rule["GroupId"], "SecurityGroupRules": change}
    world.aws.call("ec2", side.region, "modify_security_group_rules", **asked)
    return {"rule": rule["SecurityGroupRuleId"], "ports": f"{ports[0]}-{ports[1]}"}
