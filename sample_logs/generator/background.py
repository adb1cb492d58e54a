"""What a machine does without anybody: chat, mail, telemetry, updates, certificates."""

from __future__ import annotations

from generator.proxy import Fetch, Machine

TEAMS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Teams/26050.205 Chrome/140.0 Safari/537.36"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.19628; Pro)"
CRYPTO = "Microsoft-CryptoAPI/10.0"
DELIVERY = "Microsoft-Delivery-Optimization/10.0"
JSON = "application/json"

# Host, mean minutes between calls, bytes sent, bytes got, path, type, agent.
CHATTER = (
    ("self.events.data.microsoft.com", 70, 1190, 2190, "/OneCollector/1.0/", JSON, OUTLOOK),
    ("v10.events.data.microsoft.com", 120, 1110, 2186, "/OneCollector/1.0/", JSON, "-"),
    ("mobile.pipe.aria.microsoft.com", 65, 1230, 2188, "/Collector/3.0/", JSON, TEAMS),
    ("presence.teams.microsoft.com", 60, 1230, 2185, "/v1/me/reportmyactivity", JSON, TEAMS),
    ("safebrowsing.googleapis.com", 110, 1080, 2182, "/v4/threatListUpdates", "application/x-protobuf", ""),
    ("update.googleapis.com", 190, 1300, 2170, "/service/update2/json", JSON, ""),
    ("nexusrules.officeapps.live.com", 200, 1400, 2546, "/nexus/rules", "application/xml", OUTLOOK),
    ("settings-win.data.microsoft.com", 200, 1100, 1950, "/settings/v3.0/", JSON, "-"),
)
# The same over plain HTTP: host, minutes, path, type, bytes got, agent.
TRUST_LIST = "/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab"
PLAIN = (
    ("ocsp.digicert.com", 130, "/MFEwTzBNMEswSTAJBgUrDgMCGgUABBQ", "application/ocsp-response", 1048, CRYPTO),
    ("ctldl.windowsupdate.com", 300, TRUST_LIST, "application/octet-stream", 910, CRYPTO),
    ("crl3.digicert.com", 420, "/DigiCertGlobalRootG2.crl", "application/pkix-crl", 1048, CRYPTO),
)
# What holds a connection open all day: host, seconds between polls, bytes got, path, agent.
HELD = (
    ("teams.microsoft.com", 50, 640, "/api/mt/emea/beta/users/poll", TEAMS),
    ("outlook.office365.com", 55, 820, "/mapi/emsmdb/", OUTLOOK),
)


def hum(machine: Machine, start: float, end: float) -> None:
    """Add what the machine does on its own from start to end, in seconds since the week began."""
    _chatter(machine, start, end)
    _held(machine, start, end)
    if machine.dice.chance(0.3):
        _update(machine, start + machine.dice.between(600, max(end - start - 600, 700)))


def _chatter(machine: Machine, start: float, end: float) -> None:
    dice = machine.dice
    for host, minutes, sent, size, path, mime, agent in CHATTER:
        when = start + dice.between(0, minutes * 60)
        while when < end:
            answer = size + dice.whole(-2, 2)
            machine.fetches.append(Fetch(when, host, answer, sent, "POST", path, mime, agent=agent))
            when += minutes * 60 * dice.between(0.6, 1.4)
    for host, minutes, path, mime, size, agent in PLAIN:
        when = start + dice.between(0, minutes * 60)
        while when < end:
            machine.fetches.append(Fetch(when, host, size, 260, path=path, mime=mime, agent=agent, scheme="http"))
            when += minutes * 60 * dice.between(0.6, 1.4)


def _held(machine: Machine, start: float, end: float) -> None:
    dice = machine.dice
    for host, usual, size, path, agent in HELD:
        # The pilot group's clients are told to poll less often: there each poll is a line.
        seconds = usual * 6 if machine.intercepted else usual
        when = start + dice.between(2, 30)
        while when < end:
            answer = size + dice.whole(-3, 3)
            machine.fetches.append(Fetch(when, host, answer, 560, "POST", path, JSON, agent=agent))
            when += seconds + dice.between(-2, 2)
            if dice.chance(0.004):  # the connection drops now and then
                when += dice.between(240, 700)


def _update(machine: Machine, when: float) -> None:
    for part in range(machine.dice.whole(1, 4)):
        machine.fetches.append(
            Fetch(
                when + part * 3,
                "au.download.windowsupdate.com",
                250_351,
                240,
                path=f"/d/msdownload/update/software/defu/delta_{part}.exe",
                mime="application/octet-stream",
                agent=DELIVERY,
                scheme="http",
            )
        )
