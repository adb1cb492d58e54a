"""The invented organisation, its people, their browsers and the proxy in front of them.

`sites` knows which hosts a page pulls in, `people` who works where, `browser` how visits turn into
connections and log lines, `background` what machines do on their own, `script` who did what and what
netaudit must say about it, `week` plays the week, and `files` writes it down.
"""
