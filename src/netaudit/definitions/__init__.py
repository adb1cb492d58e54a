"""Finds, reads and checks the files that define formats, classes, policies, registers, configuration."""
