"""Operators of image."""
