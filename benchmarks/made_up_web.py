"""The hosts of the benchmark's log: well-known ones first, then made-up ones that read like real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SITES = 45_000
# Of a site's page loads: popularity falls with the rank to this power.
ZIPF_EXPONENT = 0.82

# Page host, then its asset hosts; in order of popularity.
KNOWN = """
www.google.com www.gstatic.com ssl.gstatic.com
intranet.example static.intranet.example
www.bbc.co.uk static.files.bbci.co.uk ichef.bbci.co.uk
www.nhs.uk assets.nhs.uk
www.gov.uk assets.publishing.service.gov.uk
www.facebook.com static.xx.fbcdn.net scontent-lhr8-1.xx.fbcdn.net
www.youtube.com i.ytimg.com yt3.ggpht.com
example.sharepoint.com res.cdn.office.net
www.amazon.co.uk m.media-amazon.com images-eu.ssl-images-amazon.com
www.dailymail.co.uk i.dailymail.co.uk scripts.dailymail.co.uk
www.theguardian.com assets.guim.co.uk i.guim.co.uk
www.instagram.com static.cdninstagram.com scontent.cdninstagram.com
www.linkedin.com static.licdn.com media.licdn.com
x.com abs.twimg.com pbs.twimg.com
www.reddit.com www.redditstatic.com preview.redd.it
www.rightmove.co.uk media.rightmove.co.uk
www.ebay.co.uk ir.ebaystatic.com i.ebayimg.com
mail.google.com lh3.googleusercontent.com
www.nice.org.uk cdn.nice.org.uk
www.booking.com cf.bstatic.com q-xx.bstatic.com
www.skysports.com e0.365dm.com
www.bmj.com static.www.bmj.com
www.argos.co.uk media.4rgos.it
www.asos.com images.asos-media.com static.asos-media.com
www.mumsnet.com images.mumsnet.com
www.moneysavingexpert.com images6.moneysavingexpert.com
www.netflix.com assets.nflxext.com
www.bet365.com content001.bet365.com
"""
PARTNERS = """
www.googletagmanager.com www.google-analytics.com region1.google-analytics.com connect.facebook.net
securepubads.g.doubleclick.net googleads.g.doubleclick.net tpc.googlesyndication.com fonts.googleapis.com
fonts.gstatic.com ib.adnxs.com sb.scorecardresearch.com bat.bing.com cdn.taboola.com trc.taboola.com
static.criteo.net widgets.outbrain.com analytics.tiktok.com cdn.cookielaw.org consent.cookiebot.com
static.hotjar.com bam.nr-data.net js-agent.newrelic.com cdn.jsdelivr.net cdnjs.cloudflare.com
code.jquery.com ajax.googleapis.com platform.twitter.com syndication.twitter.com ads.bet365.com
ads.skybet.com
"""
SOFTWARE = """
self.events.data.microsoft.com v10.events.data.microsoft.com mobile.pipe.aria.microsoft.com
teams.microsoft.com presence.teams.microsoft.com outlook.office365.com safebrowsing.googleapis.com
update.googleapis.com nexusrules.officeapps.live.com settings-win.data.microsoft.com
login.microsoftonline.com oneclient.sfx.ms clients4.google.com edge.microsoft.com
"""
WORDS = """
north south east west high green blue silver red golden little great old new river lake hill dale moor stone
brook field wood garden house home kitchen market trade craft care health clinic travel trail coast harbour
island summit valley bridge castle tower mill forge barn meadow orchard willow maple cedar holly ivy rose
lily heather robin wren falcon otter badger hare fox wolf bear lion smart bright swift clear true prime
first digital data cloud media press print photo sound music sport cycle run swim climb yoga book story word
letter paper school college learn study science bio med pharma dental vet legal law tax bank fund loan pay
save deal shop store outlet direct
"""
SUFFIXES = (
    ".co.uk",
    ".com",
    ".org.uk",
    ".org",
    ".net",
    ".io",
    ".nhs.uk",
    ".ac.uk",
    ".gov.uk",
    ".de",
    ".eu",
    ".app",
)
SUFFIX_SHARES = (0.34, 0.36, 0.07, 0.05, 0.05, 0.03, 0.015, 0.02, 0.015, 0.02, 0.02, 0.01)
ASSET_LABELS = ("static", "cdn", "images", "assets", "media", "img")


@dataclass(frozen=True, slots=True)
class Web:
    """All hosts by number, and which of them are pages, assets, partners and software's."""

    names: list[str]
    servers: list[str]
    pages: np.ndarray  # by site
    assets: np.ndarray  # site by two
    popularity: np.ndarray  # cumulative, by site
    partners: np.ndarray
    software: np.ndarray
    edges: np.ndarray  # one-off hosts of content networks


def build_web(rng: np.random.Generator) -> Web:
    """Return well-known sites first, then made-up ones that read like real ones."""
    names: list[str] = []
    words = WORDS.split()
    pages, assets = [], []
    for line in KNOWN.split("\n"):
        hosts = line.split()
        if hosts:
            pages.append(len(names))
            assets.append((len(names) + 1, len(names) + len(hosts) - 1))
            names += hosts
    first, second = rng.integers(0, len(words), (2, SITES))
    suffix = rng.choice(len(SUFFIXES), SITES, p=SUFFIX_SHARES)
    number, label, bare = rng.integers(0, 100, SITES), rng.integers(0, 6, SITES), rng.random(SITES) < 0.15
    for place in range(SITES - len(pages)):
        end = str(number[place]) if number[place] < 30 else ""
        domain = f"{words[first[place]]}{words[second[place]]}{end}{SUFFIXES[suffix[place]]}"
        pages.append(len(names))
        assets.append((len(names) + 1, len(names) + 1))
        names += [domain if bare[place] else f"www.{domain}", f"{ASSET_LABELS[label[place]]}.{domain}"]
    groups = []
    edges = [f"d{value:013x}.cloudfront.net" for value in rng.integers(0, 16**13, 6_000)]
    edges += [f"rr{value % 8}---sn-{value:08x}.googlevideo.com" for value in rng.integers(0, 16**8, 6_000)]
    for group in (PARTNERS.split(), SOFTWARE.split(), edges):
        groups.append(np.arange(len(names), len(names) + len(group)))
        names += group
    octets = rng.integers(0, 256, (len(names), 2))
    servers = [f"HIER_DIRECT/198.19.{third}.{fourth}" for third, fourth in octets.tolist()]
    weights = 1.0 / np.arange(1, SITES + 1) ** ZIPF_EXPONENT
    popularity = np.cumsum(weights / weights.sum())
    return Web(names, servers, np.array(pages), np.array(assets), popularity, *groups)
