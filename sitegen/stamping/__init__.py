"""Stamping."""

from .press import Figures, Press, Program, Sheet

__all__ = ["Figures", "Press", "Program", "Sheet"]
