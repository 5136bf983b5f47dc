"""Random conversations in virtual time, and the rules that none of them may break.

A snippet is one conversation of some ten to sixty events, wholly determined by its seed:

    person --speech, keys--> page --uplink--> Session --commands--> edge (engines that take time,
                              ^                                      fail, stall, report too late)
                              +-- downlink -- messages and sound ------+

world.py holds the clock and the parts together, rules.py names the rules, checks.py and memory.py
watch for them at every step and at rest, search.py runs many snippets. Pure, but for search.py,
which may share the work between processes.
"""
