"""Actors: hours of acted English in two games that Debian ships, with what is said.

`queen.py` and `sky.py` read the games' archives, `propack.py` the compression of one of them,
`script.py` finds what was to be said, `studio.py` makes a folder for `training.people` of it all.
"""
