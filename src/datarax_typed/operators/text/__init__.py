"""Operators of text."""
