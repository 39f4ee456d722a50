"""Controls of public frameworks that several rules serve, "framework:control"; a rule adds those that are its own.

Where Security Hub's user guide ("Related requirements") or Prowler's compliance files map the same check, as they do. What only
this pack judges is mapped by the text of the control; what keeps a store from deletion counts for the backup controls too, since
automated backups go with the store. CIS AWS has no controls on backups. A minimum of days is no evidence for PCI DSS 3.2.1, which
asks for the shortest storage.
"""

from __future__ import annotations

from typing import Final

ENCRYPTED: Final = (
    "nist-800-53r5:SC-28(1)",
    "nist-800-53r5:CP-9(8)",
    "pci-dss-4.0:3.5.1",
    "gdpr:32(1)(a)",
    "iso-27001-2022:A.8.24",
)
OWN_KEY: Final = (
    "nist-800-53r5:SC-28(1)",
    "nist-800-53r5:SC-12",
    "pci-dss-4.0:3.5.1",
    "gdpr:32(1)(a)",
    "iso-27001-2022:A.8.24",
)
BACKED_UP: Final = (
    "nist-800-53r5:CP-9",
    "nist-800-53r5:CP-10",
    "nist-800-53r5:SI-13(5)",
    "gdpr:32(1)(c)",
    "iso-27001-2022:A.8.13",
)
KEPT: Final = ("nist-800-53r5:CP-9", "nist-800-53r5:SI-12", "gdpr:32(1)(b)", "iso-27001-2022:A.8.13")
"""What deletes nothing that a recovery needs."""
