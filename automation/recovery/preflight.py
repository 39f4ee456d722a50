"""Whether a failover would work now: asked on a quiet day, and again before the real one. Reads only."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from automation.errors import SecurecartError
from automation.recovery import databases, servers, switches
from automation.recovery.arc_plan import evaluation, read_plan
from automation.recovery.checks import Check, Finding, ask_all
from automation.recovery.journal import Archive
from automation.recovery.objects import Objects
from automation.recovery.world import World
from components.naming import PROJECT
from components.settings.base import Switch
from components.strategy.parts import Part

Answer = tuple[bool | None, str]
# Service Quotas: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", in vCPUs.
STANDARD_VCPUS = ("ec2", "L-1216C47A")
# A restore test older than this proves little (AWS Well-Architected REL13-BP03: test regularly; the drill is monthly).
RESTORE_TEST_DAYS = 35
PROBE_KEY = "preflight.txt"


@dataclass(frozen=True)
class Preflight:
    """Everything that must be there when the primary Region is not."""

    world: World
    objects: Objects
    archive: Archive
    directory: Path
    """The Pulumi project."""
    variables: Mapping[str, str]

    def findings(self) -> list[Finding]:
        estate = self.world.estate
        ask: list[tuple[str, Callable[[], Answer], str, bool]] = [
            ("credentials work in the secondary Region", self._credentials, "configure credentials", False),
            ("the journal can be written", self._journal, "securecart up --stack dr", False),
            ("Pulumi's state is out of the primary Region", self._backend, "README, Deploy to AWS, 1", True),
            ("the secrets key is out of the primary Region", self._secrets_key, "README, Deploy to AWS, 5", True),
            ("the data key works", self._data_key, "aws kms enable-key", False),
            ("the vault holds recovery points and is locked", self._vault, "securecart status", True),
            ("no alarm of this estate is raised", self._alarms, "look at the alarms named here", True),
            ("a restore was tested lately", self._restore_test, "securecart test-restores", True),
        ]
        for store in estate.secondary.databases:
            ask.append((f"database {store} is what is recorded", self._role(store), "securecart reconcile", False))
            if not estate.promoted:
                ask.append(
                    (f"replica of {store} is close behind", self._lag(store), "look at the primary's load", False)
                )
        ask += [
            (f"table {store} is replicated", self._table(store), "securecart up --stack dr", False)
            for store in estate.tables
        ]
        if Part.DATABASE_REPLICAS in estate.parts and estate.settings.recovery.region_switch.state is Switch.ON:
            ask.append(("ARC can execute the declared plan", self._switch_plan, "securecart up --stack dr", True))
        if Part.SERVERS in estate.parts:
            ask += [
                ("the fleet can grow to full size", self._fleet, "securecart up --stack dr", False),
                ("the quota allows the full fleet", self._quota, "ask Service Quotas for more vCPUs", True),
                ("the instance type is offered there", self._offered, "name another servers.instanceType", False),
                ("the subnets have room", self._subnets, "widen network.cidrBlock of dr", False),
            ]
        if Part.FRONT_DOOR in estate.parts:
            ask.append(("both switches exist", self._switches, "securecart up --stack dr", False))
        return ask_all(Check(name=name, ask=question, fix=fix, advises=advises) for name, question, fix, advises in ask)

    @property
    def _region(self) -> str:
        return self.world.estate.secondary.region

    def _credentials(self) -> Answer:
        said = self.world.aws.caller(self._region)
        wanted = self.world.estate.account_id
        return said["Account"] == wanted, f"{said['Arn']}, account {said['Account']}, wanted {wanted}"

    def _journal(self) -> Answer:
        self.objects.put(PROBE_KEY, self.world.now().isoformat().encode())
        return self.objects.read(PROBE_KEY) is not None, self.objects.place

    def _backend(self) -> Answer:
        url = self.variables.get("PULUMI_BACKEND_URL") or os.environ.get("PULUMI_BACKEND_URL", "")
        if not url:
            return None, "PULUMI_BACKEND_URL is not set: this check cannot see where `pulumi login` points"
        parts = urlsplit(url)
        if parts.scheme != "s3":
            return True, f"{parts.scheme} backend"
        return self._elsewhere(parse_qs(parts.query).get("region", [""])[0], "the state bucket")

    def _secrets_key(self) -> Answer:
        settings = yaml.safe_load((self.directory / "Pulumi.dr.yaml").read_text()) or {}
        provider = str(settings.get("secretsprovider") or "passphrase")
        if not provider.startswith("awskms://"):
            return True, provider.split("://", maxsplit=1)[0]
        return self._elsewhere(parse_qs(urlsplit(provider).query).get("region", [""])[0], "the secrets key")

    def _elsewhere(self, region: str, what: str) -> Answer:
        if not region:
            return None, f"the address of {what} names no region"
        return region != self.world.estate.primary.region, f"{what} is in {region}"

    def _data_key(self) -> Answer:
        key = self.world.aws.call("kms", self._region, "describe_key", KeyId=f"alias/{PROJECT}/data")["KeyMetadata"]
        return key["KeyState"] == "Enabled", f"{key['Arn']} is {key['KeyState']}"

    def _vault(self) -> Answer:
        name = self.world.estate.secondary.vault
        found = self.world.aws.call("backup", self._region, "describe_backup_vault", BackupVaultName=name)
        points, locked = int(found.get("NumberOfRecoveryPoints", 0)), bool(found.get("Locked"))
        return points > 0 and locked, f"{name}: {points} recovery points, {'locked' if locked else 'NOT locked'}"

    def _alarms(self) -> Answer:
        asked = {"StateValue": "ALARM", "AlarmNamePrefix": f"{PROJECT}-"}
        raised = self.world.aws.pages("cloudwatch", self._region, "describe_alarms", "MetricAlarms", **asked)
        return not raised, ", ".join(str(one["AlarmName"]) for one in raised) or "none"

    def _restore_test(self) -> Answer:
        newest = self.archive.newest("test-restores")
        if newest is None:
            return None, "none is on record"
        age = (self.world.now() - newest.events[-1].at).days
        return age <= RESTORE_TEST_DAYS, f"{age} days ago ({newest.execution}), at most {RESTORE_TEST_DAYS}"

    def _role(self, store: str) -> Callable[[], Answer]:
        def ask() -> Answer:
            estate = self.world.estate
            if Part.DATABASE_REPLICAS not in estate.parts:
                return True, "this strategy keeps no replica"
            identifier = estate.secondary.databases[store]
            found = databases.describe(self.world, self._region, identifier)
            if found is None:
                return False, f"{identifier} does not exist"
            live = "replica" if databases.source_of(found) else "promoted"
            recorded = estate.settings.database_role.value
            days = int(found.get("BackupRetentionPeriod") or 0)
            good = live == recorded and found["DBInstanceStatus"] == databases.AVAILABLE and days > 0
            return good, f"live {live}, recorded {recorded}, {found['DBInstanceStatus']}, backups kept {days} days"

        return ask

    def _lag(self, store: str) -> Callable[[], Answer]:
        def ask() -> Answer:
            lag = databases.replica_lag(self.world, self._region, self.world.estate.secondary.databases[store])
            limit = self.world.estate.settings.watch.replica_lag_seconds
            return None if lag.seconds is None else lag.seconds <= limit, f"{lag.text()}, at most {limit} s"

        return ask

    def _table(self, store: str) -> Callable[[], Answer]:
        def ask() -> Answer:
            name = self.world.estate.tables[store]
            table = self.world.aws.call("dynamodb", self._region, "describe_table", TableName=name)["Table"]
            return table["TableStatus"] == "ACTIVE", f"{name} is {table['TableStatus']} in {self._region}"

        return ask

    def _switch_plan(self) -> Answer:
        """Only `failover --engine arc` needs it."""
        try:
            plan = read_plan(self.world)
        except SecurecartError as refused:
            return False, refused.message
        state, warnings = evaluation(self.world, self._region, plan.arn)
        known = {"passed": True, "actionRequired": False}
        return known.get(state), f"{plan.name}, evaluation {state}{': ' if warnings else ''}{'; '.join(warnings)}"

    def _fleet(self) -> Answer:
        group = servers.group(self.world, self.world.estate.secondary)
        full = self.world.estate.full_capacity.desired
        return int(
            group["MaxSize"]
        ) >= full, f"maximum {group['MaxSize']}, {full} needed, {servers.in_service(group)} run"

    def _quota(self) -> Answer:
        service, code = STANDARD_VCPUS
        asked = {"ServiceCode": service, "QuotaCode": code}
        quota = self.world.aws.call("service-quotas", self._region, "get_service_quota", **asked)["Quota"]["Value"]
        kind = self.world.estate.settings.servers.instance_type
        types = self.world.aws.call("ec2", self._region, "describe_instance_types", InstanceTypes=[kind])[
            "InstanceTypes"
        ]
        needed = int(types[0]["VCpuInfo"]["DefaultVCpus"]) * self.world.estate.full_capacity.desired
        return needed <= float(quota), f"{needed} vCPUs of {quota:g} for the fleet alone"

    def _offered(self) -> Answer:
        kind = self.world.estate.settings.servers.instance_type
        filters = [{"Name": "instance-type", "Values": [kind]}]
        asked = {"LocationType": "availability-zone", "Filters": filters}
        found = self.world.aws.pages(
            "ec2", self._region, "describe_instance_type_offerings", "InstanceTypeOfferings", **asked
        )
        zones = sorted(str(one["Location"]) for one in found)
        return bool(zones), f"{kind} in {', '.join(zones) or 'no zone'}"

    def _subnets(self) -> Answer:
        ids = str(servers.group(self.world, self.world.estate.secondary).get("VPCZoneIdentifier") or "").split(",")
        found: list[dict[str, Any]] = self.world.aws.call("ec2", self._region, "describe_subnets", SubnetIds=ids)[
            "Subnets"
        ]
        free = sum(int(one["AvailableIpAddressCount"]) for one in found)
        needed = self.world.estate.full_capacity.maximum
        return free >= needed, f"{free} free addresses in {len(found)} subnets, {needed} needed at most"

    def _switches(self) -> Answer:
        sides = self.world.estate.sides.values()
        states = {side.region: switches.alarm_state(self.world, side) for side in sides}
        missing = [region for region, state in states.items() if state == "MISSING"]
        return not missing, ", ".join(f"{region} {state}" for region, state in states.items())
