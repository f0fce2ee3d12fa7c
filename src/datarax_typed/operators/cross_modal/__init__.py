"""Operators of cross_modal."""
