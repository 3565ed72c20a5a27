"""How dates are written: one name for each use, one folder for each language (Django's letters).

A template asks by name, ``{{ day|date:"DAY_FORMAT" }}``; what a language leaves out is Django's.
"""
