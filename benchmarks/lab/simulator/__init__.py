"""A simulator of people's working days behind a web proxy, with the truth of what each person was looking at.

It knows browsers, proxies and people, and nothing of the auditor it is there to test: it imports nothing from it.
"""
