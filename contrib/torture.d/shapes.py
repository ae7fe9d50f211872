"""The shapes of numbered lines that programs.py prints."""
SHAPES = ("plain", "wrapped", "coloured", "wide", "repaint", "excursion")
