"""Message templates: making, reviewing, changing and deleting them, and what a message puts into one.

parts        what a template is made of, in any case Meta is written to
store        finding them, the fields Graph tells, the example ones
problems     Meta's refusals, in the language of the token's user
designs      would Meta take it? `texts`, `buttons`, `samples`, `cards` and `authentication` look at its parts
lifecycle    create, edit, delete, unpause: what an app may do
moderation   what only Meta may do: review, pause, re-categorise, rate, archive; `clock` does it by itself, later
news         the webhooks about all that
sending      the values of a message against the gaps of its template; `filling` is what the customer then sees
"""
