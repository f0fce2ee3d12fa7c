"""Operators of a whole batch: what becomes of a record depends on the others."""
