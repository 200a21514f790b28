"""The only file that imports prometheus_client."""
