"""The commands `puhuri ...`: a research portal as a target, and what it has."""
