"""Experiments beside the confident joint, a module for each."""
