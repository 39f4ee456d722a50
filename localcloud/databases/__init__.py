"""The databases of the local cloud: real PostgreSQL servers on 127.0.0.1, with replicas, snapshots and archives.

Nothing here knows RDS or moto; `localcloud.emulator.extensions.rds_databases` and its neighbours carry RDS's calls to it.
"""
