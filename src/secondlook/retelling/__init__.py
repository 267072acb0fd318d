"""How the story is told elsewhere: claims to judge, sentences traced back, one result told five ways.

Everything here is data of ``data/`` joined with the published values; nothing is computed.
"""
