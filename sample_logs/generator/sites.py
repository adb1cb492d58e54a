"""Which hosts a page view of a site touches: the site's own, its asset hosts, and other people's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

ANALYTICS = ("www.googletagmanager.com", "region1.google-analytics.com")
ADVERTS = (
    "securepubads.g.doubleclick.net",
    "tpc.googlesyndication.com",
    "ib.adnxs.com",
    "cdn.taboola.com",
    "trc.taboola.com",
)
# Betting firms serve adverts and live odds into news and sport pages from their own names.
BETTING_ADVERTS = ("ads.bet365.com", "www.bet365.com", "ads.skybet.com")
PIXELS = ("connect.facebook.net", "www.facebook.com", "bat.bing.com", "analytics.tiktok.com")
CONSENT = ("cdn.cookielaw.org",)
AUDIENCE = ("sb.scorecardresearch.com",)
PLAYER = ("www.youtube-nocookie.com", "i.ytimg.com")

# Beacons and pixels answer with next to nothing.
TINY = frozenset(
    {"www.facebook.com", "bat.bing.com", "region1.google-analytics.com", "trc.taboola.com", "ib.adnxs.com"}
)


@dataclass(frozen=True, slots=True)
class Site:
    """A web site as a proxy sees it.

    `category` is the class in netaudit's taxonomy, or "" for work. `poll` is what an open tab keeps asking:
    host, seconds between questions, bytes of an answer. `stream` is what plays: host, seconds between
    segments, bytes of a segment.
    """

    host: str
    category: str
    assets: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    poll: tuple[str, float, int] | None = None
    stream: tuple[str, float, int] | None = None
    scheme: str = "https"
    refreshes_adverts: bool = False


NEWS_PARTNERS = (
    *ANALYTICS,
    *ADVERTS,
    *BETTING_ADVERTS,
    "connect.facebook.net",
    "www.facebook.com",
    *AUDIENCE,
)

WORK: dict[str, Site] = {
    "intranet": Site("intranet.example", "", scheme="http"),
    "sharepoint": Site(
        "example.sharepoint.com", "", ("res.cdn.office.net",), poll=("example.sharepoint.com", 120, 880)
    ),
    "nhs": Site("www.nhs.uk", "", ("assets.nhs.uk",), ANALYTICS),
    "england": Site("www.england.nhs.uk", "", (), (*ANALYTICS, *PLAYER)),
    "nice": Site("www.nice.org.uk", "", ("cdn.nice.org.uk",), ANALYTICS),
    "gov": Site("www.gov.uk", "", ("assets.publishing.service.gov.uk",), ANALYTICS),
    "esr": Site("my.esr.nhs.uk", ""),
    "learning": Site("portal.e-lfh.org.uk", "", ("cs1.e-learningforhealthcare.org.uk",), ANALYTICS),
    "bmj": Site("www.bmj.com", "", ("static.www.bmj.com",), (*ANALYTICS, "securepubads.g.doubleclick.net")),
    "search": Site("www.google.com", "", ("www.gstatic.com",)),
    "office": Site("portal.office.com", "", ("res.cdn.office.net",)),
    # A supplier whose shop pages carry advertising pixels, as most do.
    "supplier": Site("www.nhssupplychain.example", "", ("static.nhssupplychain.example",), (*ANALYTICS, *PIXELS)),
}

PERSONAL: dict[str, Site] = {
    "bbc": Site(
        "www.bbc.co.uk",
        "news",
        ("static.files.bbci.co.uk", "ichef.bbci.co.uk"),
        (*AUDIENCE, *ANALYTICS[:1]),
        poll=("www.bbc.co.uk", 60, 1400),
    ),
    "guardian": Site("www.theguardian.com", "news", ("assets.guim.co.uk", "i.guim.co.uk"), (*ADVERTS, *AUDIENCE)),
    "dailymail": Site(
        "www.dailymail.co.uk",
        "news",
        ("i.dailymail.co.uk", "scripts.dailymail.co.uk"),
        NEWS_PARTNERS,
        refreshes_adverts=True,
    ),
    "mirror": Site(
        "www.mirror.co.uk",
        "news",
        ("i2-prod.mirror.co.uk", "s2-prod.mirror.co.uk"),
        NEWS_PARTNERS,
        refreshes_adverts=True,
    ),
    "skysports": Site("www.skysports.com", "sport", ("e0.365dm.com",), (*ANALYTICS, *ADVERTS[:3], "ads.skybet.com")),
    "facebook": Site(
        "www.facebook.com",
        "social_sharing",
        ("static.xx.fbcdn.net", "scontent-lhr8-1.xx.fbcdn.net"),
        poll=("edge-chat.facebook.com", 55, 520),
    ),
    "instagram": Site(
        "www.instagram.com",
        "social_sharing",
        ("static.cdninstagram.com", "scontent.cdninstagram.com"),
        poll=("www.instagram.com", 90, 900),
    ),
    "x": Site("x.com", "social_microblogging", ("abs.twimg.com", "pbs.twimg.com"), poll=("api.x.com", 60, 1900)),
    "reddit": Site("www.reddit.com", "social_bookmarking", ("www.redditstatic.com", "preview.redd.it")),
    "mumsnet": Site("www.mumsnet.com", "forums", ("images.mumsnet.com",), (*ANALYTICS, *ADVERTS[:3])),
    "rightmove": Site(
        "www.rightmove.co.uk",
        "property",
        ("media.rightmove.co.uk",),
        (*ANALYTICS, "securepubads.g.doubleclick.net"),
    ),
    "zoopla": Site("www.zoopla.co.uk", "property", ("lid.zoocdn.com", "st.zoocdn.com"), (*ANALYTICS, *CONSENT)),
    "booking": Site("www.booking.com", "travel", ("cf.bstatic.com", "q-xx.bstatic.com"), (*PIXELS[:3], *ANALYTICS)),
    "skyscanner": Site("www.skyscanner.net", "travel", ("js.skyscnr.com", "content.skyscnr.com"), ANALYTICS),
    "saving": Site(
        "www.moneysavingexpert.com",
        "banking_finance",
        ("images6.moneysavingexpert.com",),
        (*ANALYTICS, *CONSENT),
    ),
    "hsbc": Site("www.hsbc.co.uk", "banking_finance", (), ("tags.tiqcdn.com",)),
    "food": Site("www.bbcgoodfood.com", "leisure", ("images.immediate.co.uk",), (*ANALYTICS, *ADVERTS[:3])),
    "gmail": Site(
        "mail.google.com",
        "webmail",
        ("ssl.gstatic.com", "lh3.googleusercontent.com"),
        poll=("mail.google.com", 45, 1300),
    ),
    "indeed": Site("uk.indeed.com", "job_search", ("static.indeed.com",), (*ANALYTICS, "bat.bing.com")),
    "nhsjobs": Site("www.jobs.nhs.uk", "job_search", (), ANALYTICS),
    # The classes that clause 7.4 forbids.
    "bet365": Site(
        "www.bet365.com",
        "gambling",
        ("content001.bet365.com",),
        ANALYTICS[:1],
        poll=("premws-pt1.365lpodds.com", 20, 1800),
    ),
    "skybet": Site("m.skybet.com", "gambling", ("st1.skybet.com",), ANALYTICS),
    "tinder": Site("tinder.com", "dating", ("images-ssl.gotinder.com",), ("api.gotinder.com", *ANALYTICS)),
    "crazygames": Site(
        "www.crazygames.com",
        "online_games",
        ("imgs.crazygames.com", "files.crazygames.com"),
        (*ANALYTICS, *ADVERTS[:2]),
    ),
    "asos": Site(
        "www.asos.com",
        "shopping_auction",
        ("images.asos-media.com", "static.asos-media.com"),
        (*ANALYTICS, *PIXELS),
    ),
    "protonvpn": Site("protonvpn.com", "vpn_proxy", ("account.protonvpn.com",)),
    "wetransfer": Site(
        "wetransfer.com", "file_sharing", ("cdn.wetransfer.com", "backgrounds.wetransfer.net"), ANALYTICS
    ),
    "netflix": Site(
        "www.netflix.com",
        "streaming_media",
        ("assets.nflxext.com",),
        poll=("logs.netflix.com", 60, 610),
        stream=("ipv4-c001-lhr001-ix.1.oca.nflxvideo.net", 4, 1_450_000),
    ),
    "spotify": Site(
        "open.spotify.com",
        "streaming_media",
        ("open.spotifycdn.com", "i.scdn.co"),
        poll=("gew4-spclient.spotify.com", 30, 640),
        stream=("audio-fa.scdn.co", 10, 160_000),
    ),
    "filehippo": Site("filehippo.com", "software_download_warez", ("sc.filehippo.net",), (*ANALYTICS, *ADVERTS[:2])),
    "freelance": Site("www.peopleperhour.com", "freelance_commercial", ("assets.peopleperhour.com",), ANALYTICS),
    # Made-up hosts: sample_logs/overrides.csv gives their class.
    "unityfront": Site("www.unity-front.example", "extremism", ("media.unity-front.example",)),
    "explicit": Site("www.explicit-clips.example", "adult"),
}

# Sites whose mere name says something about a person that netaudit must never show.
SHIELDED: dict[str, Site] = {
    "samaritans": Site("www.samaritans.org", "special_helpline", (), ANALYTICS[:1]),
    "unison": Site("www.unison.org.uk", "special_trade_union", (), ANALYTICS[:1]),
    "church": Site("www.churchofengland.org", "special_religion", (), ANALYTICS[:1]),
    "tht": Site("www.tht.org.uk", "special_health", (), ANALYTICS[:1]),
}

SITES: dict[str, Site] = {**WORK, **PERSONAL, **SHIELDED}

# What an ordinary person looks at in a break: nothing that clause 7.4 forbids.
ORDINARY = (
    "bbc",
    "bbc",
    "bbc",
    "guardian",
    "dailymail",
    "mirror",
    "skysports",
    "facebook",
    "instagram",
    "rightmove",
    "booking",
    "saving",
    "hsbc",
    "food",
    "mumsnet",
    "reddit",
)
# What ordinary work looks like: the intranet most of all.
WORKPLACE = (
    "intranet",
    "intranet",
    "intranet",
    "sharepoint",
    "sharepoint",
    "sharepoint",
    "nhs",
    "england",
    "nice",
    "gov",
    "esr",
    "learning",
    "bmj",
    "search",
    "search",
    "office",
    "supplier",
)


@cache
def idle_seconds(host: str) -> float:
    """Return how long the host keeps an unused connection open: each origin has its own limit."""
    if host.endswith(
        (".google.com", ".google-analytics.com", ".googletagmanager.com", ".gstatic.com", ".doubleclick.net")
    ):
        return 240.0
    if host.endswith(("facebook.com", "facebook.net")):
        return 180.0
    if host in ASSET_HOSTS:
        return (35.0, 50.0, 60.0, 75.0)[sum(host.encode()) % 4]
    return (65.0, 90.0, 115.0, 120.0, 180.0)[sum(host.encode()) % 5]


ASSET_HOSTS = frozenset(asset for site in SITES.values() for asset in site.assets)
