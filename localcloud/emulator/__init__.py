"""The emulated AWS: moto in one process on 127.0.0.1, with the extensions that this program needs.

Nothing is imported here, so that reading the record of a running cloud does not load moto (about a second).
"""
