"""The backend servers, their load balancer and their block-level replication: rows 9, 11 and 12."""
