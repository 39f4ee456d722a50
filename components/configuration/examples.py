"""The YAML that a person writes, by setting: an error about a key quotes its entry."""

from __future__ import annotations

_PROJECT, _STACK = "   # in Pulumi.yaml", "   # in Pulumi.<stack>.yaml"

EXAMPLES: dict[str, str] = {
    "accountId": 'securecart:accountId: {value: "123456789012"}' + _PROJECT,
    "regions": "securecart:regions: {value: {primary: us-east-1, secondary: us-west-2}}" + _PROJECT,
    "objectives": "securecart:objectives: {value: {rtoMinutes: 30, rpoMinutes: 15}}" + _PROJECT,
    "strategy": "securecart:strategy: {value: warm-standby}" + _PROJECT,
    "strategyReason": "securecart:strategyReason: {value: the budget of this year allows no more}" + _PROJECT,
    "secondaryRemoval": "securecart:secondaryRemoval: {value: refuse}   # or release, then remove; in Pulumi.yaml",
    "activeRegion": "securecart:activeRegion: {value: primary}   # or secondary, after a failover; in Pulumi.yaml",
    "databaseRole": "securecart:databaseRole: {value: replica}   # or promoted, after a failover; in Pulumi.yaml",
    "databases": "securecart:databases: {value: {orders: {backupRetentionDays: 14}}}" + _PROJECT,
    "tables": "securecart:tables: {value: {order-history: {hashKey: id, attributes: {id: S}}}}" + _PROJECT,
    "buckets": "securecart:buckets: {value: {invoices: {noncurrentRetentionDays: 90}}}" + _PROJECT,
    "volumes": "securecart:volumes: {value: {backend: {sizeGib: 100}}}" + _PROJECT,
    "servers": "securecart:servers: {value: {instanceType: t4g.large, desiredCount: 6, maxCount: 9}}" + _PROJECT,
    "elasticRecovery": "securecart:elasticRecovery: {value: {enabled: true}}" + _PROJECT,
    "vaultLock": "securecart:vaultLock: {value: {minDays: 7, maxDays: 400}}" + _PROJECT,
    "keyDeletionWindowDays": "securecart:keyDeletionWindowDays: {value: 30}" + _PROJECT,
    "administratorRoles": "securecart:administratorRoles: {value: [securecart-deployer]}" + _PROJECT,
    "backup": "securecart:backup: {value: {rules: {daily: {schedule: cron(0 5 ? * * *), retentionDays: 35}}}}"
    + _PROJECT,
    "watch": "securecart:watch: {value: {subscribers: [{protocol: email, endpoint: oncall@securecart.example}]}}"
    + _PROJECT,
    "recovery": "securecart:recovery: {value: {stepTimeouts: {promotionMinutes: 15}}}" + _PROJECT,
    "role": "securecart:role: primary   # or secondary; in Pulumi.<stack>.yaml",
    "network": "securecart:network: {cidrBlock: 10.20.0.0/16}" + _STACK,
    "certificateArn": "securecart:certificateArn: arn:aws:acm:<Region>:<account>:certificate/<id>" + _STACK,
    "links": "securecart:links: enabled   # or frozen; in Pulumi.<stack>.yaml",
    "ephemeral": "securecart:ephemeral: false" + _STACK,
}
