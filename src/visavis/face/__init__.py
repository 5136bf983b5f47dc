"""The face: drawings with named layers become `.riv` files for the browser's Rive player.

svg -> drawing -> layers -> skeleton -> behaviour -> rig -> machine, motion, scene -> riv
"""
