"""Faces: detect, second opinion, align, embed, quality, group."""
