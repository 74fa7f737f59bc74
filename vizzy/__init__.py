"""Vizzy: confident learning one can see. The same package runs natively and in the browser."""
