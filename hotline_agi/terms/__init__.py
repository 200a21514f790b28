"""The vocabulary that every other package shares: ids, numbers that redact themselves, causes, outcomes, problems."""
