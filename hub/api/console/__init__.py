"""`/console`: the operators' console, as files that were built from `dashboard/`."""
