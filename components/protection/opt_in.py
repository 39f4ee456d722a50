"""What AWS Backup manages in a Region: settings of the whole account there."""

from __future__ import annotations

# Every key is declared: AWS answers with all of them, and one left out is a diff for ever (terraform-provider-
# aws#22744).
OPTED_IN = {
    "Aurora": True,
    "CloudFormation": False,
    "DSQL": False,
    "DocumentDB": True,
    "DynamoDB": True,
    "EBS": True,
    "EC2": True,
    "EFS": True,
    "EKS": False,
    "FSx": True,
    "Neptune": True,
    "RDS": True,
    "Redshift": False,
    "Redshift Serverless": False,
    "S3": True,
    "SAP HANA on Amazon EC2": False,
    "Storage Gateway": True,
    "Timestream": False,
    "VirtualMachine": False,
}
# DynamoDB managed fully by AWS Backup is what allows copies to another Region and a key of the vault's own.
FULLY_MANAGED = {"DynamoDB": True, "EFS": True}
