"""Snapshots: a tenant's catalogue in one encrypted archive, and its restoration, all or nothing."""
