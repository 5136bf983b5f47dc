"""Does the character interrupt itself on a loudspeaker, and does it still notice a person?

path.py simulates the loudspeaker, the room and the microphone; scene.py plays a reply through them
to the real ears; command.py is `visavis bench echo`.
"""
