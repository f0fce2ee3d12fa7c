"""Operators, one short file each, by modality."""
