"""Whether a Region really serves, and whether the other one is really out of the way."""

from __future__ import annotations

from automation.recovery import databases, fence, servers, switches
from automation.recovery.checks import Check, Finding, ask_all
from automation.recovery.estate import Side
from automation.recovery.world import World
from components.naming import PROJECT
from components.settings import Role
from components.strategy.parts import Part

Answer = tuple[bool | None, str]


def serving_checks(world: World, serving: Side, left: Side, left_answers: bool | None = None) -> list[Finding]:
    """Asks everything that must hold while `serving` serves; after a failover also whether `left` is fenced, which only advises.

    `left_answers` None: ask.
    """
    answers = world.aws.answers(left.region) if left_answers is None else left_answers
    checks = [_database(world, serving, store) for store in serving.databases]
    checks += [_table(world, serving, store) for store in world.estate.tables]
    checks += [_bucket(world, serving, store) for store in serving.buckets]
    checks += [_servers(world, serving), _key(world, serving)]
    if Part.FRONT_DOOR in world.estate.parts:
        checks += [_switches(world, serving, left), _targets(world, serving)]
    if serving.role is Role.SECONDARY:
        checks.append(_fenced(world, left, answers))
    return ask_all(checks)


def _database(world: World, side: Side, store: str) -> Check:
    identifier, engine = side.databases[store], world.estate.settings.databases[store].engine

    def ask() -> Answer:
        found = databases.describe(world, side.region, identifier)
        if found is None:
            return False, f"{identifier} does not exist"
        status, source = found["DBInstanceStatus"], databases.source_of(found)
        if source:
            return False, f"{identifier} is a replica of {source}"
        if databases.is_read_only(world, side.region, identifier, engine):
            return False, f"{identifier} is read-only"
        days = int(found.get("BackupRetentionPeriod") or 0)
        return status == databases.AVAILABLE and days > 0, f"{identifier} is {status}, backups kept {days} days"

    return Check(name=f"database {store} takes writes", ask=ask)


def _table(world: World, side: Side, store: str) -> Check:
    name = world.estate.tables[store]

    def ask() -> Answer:
        table = world.aws.call("dynamodb", side.region, "describe_table", TableName=name)["Table"]
        return table["TableStatus"] == "ACTIVE", f"{name} is {table['TableStatus']}"

    return Check(name=f"table {store} takes writes", ask=ask)


def _bucket(world: World, side: Side, store: str) -> Check:
    name = side.buckets[store]

    def ask() -> Answer:
        state = world.aws.call("s3", side.region, "get_bucket_versioning", Bucket=name).get("Status", "off")
        return state == "Enabled", f"{name} answers, versioning {state}"

    return Check(name=f"bucket {store} answers", ask=ask)


def _servers(world: World, side: Side) -> Check:
    wanted = world.estate.full_capacity.desired
    percent = world.estate.settings.recovery.region_switch.ungraceful_capacity_percent
    needed = -(-wanted * percent // 100)

    def ask() -> Answer:
        serving = servers.in_service(servers.group(world, side))
        return serving >= needed, f"{serving} servers in service, {needed} needed, {wanted} wanted"

    return Check(name="servers run", ask=ask)


def _targets(world: World, side: Side) -> Check:
    """Advises: a load balancer may still be warming up while the health checks of Route 53 decide."""

    def ask() -> Answer:
        states = servers.target_health(world, side)
        if states is None:
            return None, "the group has no load balancer"
        return states.get("healthy", 0) > 0, ", ".join(
            f"{n} {state}" for state, n in sorted(states.items())
        ) or "no target"

    return Check(name="the load balancer has healthy servers", ask=ask, advises=True)


def _key(world: World, side: Side) -> Check:
    def ask() -> Answer:
        key = world.aws.call("kms", side.region, "describe_key", KeyId=f"alias/{PROJECT}/data")["KeyMetadata"]
        return key["KeyState"] == "Enabled", f"{key['Arn']} is {key['KeyState']}"

    return Check(name="the data key works", ask=ask, fix=f"aws kms enable-key --region {side.region} (docs/runbooks)")


def _switches(world: World, serving: Side, left: Side) -> Check:
    def ask() -> Answer:
        here, there = switches.position(world, serving), switches.position(world, left)
        # The standby's switch is on, too: its record answers only when the primary's is not healthy.
        sent = here != switches.OUT and (serving.role is Role.PRIMARY or there == switches.OUT)
        said = f"{serving.region} {switches.word(here)}, {left.region} {switches.word(there)}"
        return sent, f"{said}; alarms: {_alarms(world, left, serving)}"

    return Check(name="customers are sent here", ask=ask)


def _alarms(world: World, *sides: Side) -> str:
    return ", ".join(f"{side.region} {switches.alarm_state(world, side)}" for side in sides)


def _fenced(world: World, side: Side, answers: bool) -> Check:
    """Advises, and loudly: the serving Region serves whatever the other one does, but two writers are the worst case."""

    def ask() -> Answer:
        if not answers:
            return None, f"{side.region} does not answer: nobody knows whether its databases take writes"
        found = fence.fenced(world, side)
        # A store without a parameter group of its own is fenced by its network alone.
        writable = [store for store, read_only in found["readOnly"].items() if read_only is False]
        problems = [f"{found['serversRunning']} servers run"] if found["serversRunning"] else []
        problems += [f"{found['openRules']} rules of its databases admit somebody"] if found["openRules"] else []
        problems += [f"{', '.join(writable)} take writes"] if writable else []
        return not problems, "; ".join(problems) or "servers gone, network closed, databases read-only"

    return Check(name=f"{side.region} is fenced", ask=ask, fix="securecart fence", advises=True)
