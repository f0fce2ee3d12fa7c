"""Operators of time series and tables: `time channels` and `features`."""
