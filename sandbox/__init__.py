"""A local Meta: the part of the WhatsApp Cloud API that Galantis talks to, for development, demo and tests.

It knows Meta's API and nothing of Galantis: no import of ours or of Django, ever.
"""
