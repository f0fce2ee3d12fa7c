"""Contracts, configs, batches, modules and operators: what every operator is built on."""
