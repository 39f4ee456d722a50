"""Moving the work to the other Region and back, by AWS calls alone: plan, preflight, failover, verify, reconcile, failback."""
