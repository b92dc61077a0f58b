"""The life of a message going out: claimed, marked, posted, settled. Killed anywhere, nothing is lost or sent twice.

`claimed` is safe to give back. `sending` is written durably before the POST starts; from there on only Meta's answer,
a status with our reference, or a person says what became of it.

claims.py  what may go out, who has it, what is given back     pump.py    one run over one number's queue
reach.py   how many customers a shop may write to first        settle.py  what each answer of Meta's means
files.py   files are uploaded before the messages that need them
"""
