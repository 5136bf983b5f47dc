"""Visavis gives a voice AI a face. Start reading at ARCHITECTURE.md."""

__version__ = "0.1.0"
