"""From cells to raw rows: which words stand before which values, whatever kept the cells apart."""
