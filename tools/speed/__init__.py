"""What ``tools/bench.py`` is made of: the work, the programs, the clock, tables and pictures."""
