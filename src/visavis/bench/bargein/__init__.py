"""Somebody speaks, coughs or hums over an answer: is he silent at once, and does he judge right?

`trial.py` has the definitions, `figures.py` the names, `command.py` is `visavis bench bargein`.
"""
