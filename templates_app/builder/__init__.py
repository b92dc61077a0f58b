"""The builder: a form and a design are the same thing here, in two shapes.

`reading.py` makes a design of what was posted, `changes.py` does what a button asks, `showing.py` makes the form of it.
A field is named like the place that a rule names, so that what a rule finds stands at its field.
"""
