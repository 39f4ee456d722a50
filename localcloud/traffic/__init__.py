"""Customers' traffic against the deployed stores, and what a disaster did to it, counted rather than assumed."""
