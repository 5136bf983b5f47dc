"""`visavis bench gateway`: what a session through the gateway costs, beside a bare relay.

command.py   the command: runs both servers in turn under the same load, prints the figures
load.py      the load: a provider and its clients, in one process and on one clock
server.py    either server, in a process of its own
figures.py   what the load noted -> figures (pure)
"""
