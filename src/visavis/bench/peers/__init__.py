"""Other voice agents, measured side by side with ours on the same corpus and the same weights.

Reading order: `messages.py` (what an agent tells the harness), `listener.py` (what its sound and
messages amount to), `environment.py` and `process.py` (its own Python, its process),
`contender.py` (the conversation), `legs.py` (are the engines really the same?), `command.py`.
The agents themselves live in `bench/peers/`, outside the package: nothing here imports them.
"""
