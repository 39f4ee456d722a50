"""Rules for data protection and disaster recovery on AWS, for any Pulumi program that uses the aws provider."""
