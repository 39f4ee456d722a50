"""The stand-in `aws` resource provider: Pulumi's provider protocol on one side, boto3 and the local cloud on the other."""
