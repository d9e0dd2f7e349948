"""Sandbox: what a worker process cannot reach, and how that is known."""

from haven.engine.runners.sandbox.layers import LAYERS, TIERS, Layer, SandboxState

__all__ = ["LAYERS", "TIERS", "Layer", "SandboxState"]
