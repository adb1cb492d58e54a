"""Every constant of the reconstruction, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReconstructSettings:
    """The settings of a reconstruction; the defaults hold for any organisation.

    None of them is a rule of conduct: rules live in policies. Times are milliseconds unless a name says
    otherwise. "Measured" means: on a working day of real browsers behind a real proxy, with its truth recorded.

    Attributes:
        machine_category_prefixes: classes of host that no person opens: adverts, trackers, updates,
            certificates.
        page_part_categories: of these, the ones that pages pull in; the others belong to the machine's
            software.
        content_network_categories: classes whose hosts may turn out to serve the parts of one site.
        result_list_categories: classes whose pages are lists from which people click on within seconds.
        start_marked_datasets: formats whose times are those at which requests began. Where others give no duration,
            only ends are known.
        names_only_datasets: formats that tell which names were looked up (DNS). A look-up is no reading: browsers look
            up every link of a page in advance.
        served_datasets: formats of logs that servers of one's own keep: who came to them, and not where anybody went.
        browsers: names that ingest gives to browsers. A named agent that is none of them is software.
        referrer_share: where a log keeps referrers, so many of the parts that a person's browser fetches name their
            page: browsers send at least its site (the default of the Referrer-Policy since 2020).
        burst_ms: a page's other parts follow its document within this time. The median page loads in 5 to
            10 s (HTTP Archive); measured, with loads slowed 40- to 60-fold, 95 % of embedded requests came
            within 20 s.
        frame_burst_ms: frames that an idle page refreshes arrive together, closer than any two clicks.
        parallel_ms: sockets that a browser opens to one host within this time serve one purpose: Chromium
            opens up to six (HTTP/1.1), or speculative ones, and drops the unused.
        unused_tunnel_bytes: a tunnel that carried less had no page in it: the proxy's own reply is 39
            bytes, a TLS handshake with a resumed session and a pixel stay under 2 kB. Measured.
        empty_tunnel_bytes: a tunnel that carried less had no handshake in it: the proxy's own reply is 39 bytes, the
            shortest handshake of TLS 1.3 some hundred. A socket opened in advance and never spoken through.
        handshake_bytes: a connection to a host of parts that carried no more fetched nothing: a TLS handshake with
            all its certificates takes 4 to 6 kB.
        advert_bytes: a lone connection that carried less may have fetched an advert: the heaviest may weigh 250 kB
            at first (IAB New Standard Ad Unit Portfolio).
        glance_ms: a page after which another is opened this soon was not looked at: a session that lasts less than
            ten seconds counts as none in web statistics (Google Analytics 4, "engaged session").
        poll_bytes: an answer to "anything new?" is no bigger. Measured: 0.7 to 2.2 kB with headers and
            handshake.
        poll_tolerance_ms, poll_tolerance_share: two gaps are equal if they differ by no more: browsers
            align timers of background tabs to the second, and networks delay them.
        page_refresh_ms: a whole page that comes again after longer was opened by somebody: pages that refresh
            themselves do so within minutes.
        poll_runs: so many equal gaps in a row are a timer, not a person.
        reload_runs: the same between connections that carry whole pages, or songs, and may by chance be a person's.
        song_bytes: a connection that an open page makes by itself and that carries more fetched sound or film, which
            play by themselves: a minute of music of the best quality (320 kbit/s).
        renewal_ms: a tunnel opened so soon after a long one to the same host ended was renewed by software.
        held_renewal_ms: after one that polling held open, the next poll may take this long.
        idle_timeout_share: so few tunnels end before their host's idle time-out: closed tabs, lost networks.
        idle_timeout_people: of each person's tunnels to a host nearly the shortest counts, and of people the middle
            one: a script that hangs up early must not prove anybody's time.
        alike_share: where so many of a host's tunnels last alike, to a hundredth, a timer ended them, however long
            that is. Timers end what nobody uses; people do not.
        idle_timeout_count: with fewer tunnels than this a host's own figure is not trusted alone.
        idle_timeout_ms: what is assumed where a log has no host with enough tunnels: the default of nginx,
            75 s.
        idle_timeout_ceiling_ms: Chromium drops a used idle socket after 300 s, whatever the host would allow.
        held_tunnel_ms: a page's own tunnel that lasts longer is held open by polling; its end says nothing.
        polling_bytes_per_second: a held tunnel that carried no more did nothing but poll. Measured: mail and chat
            programs 6 to 15 bytes a second, pages left open from 35.
        standing_share: a host most of whose tunnels do nothing but poll is mail, chat or the like.
        active_bytes_per_second: a longer tunnel to a host of parts shows activity throughout if it carried
            this
            much: films, endless feeds. Measured: polling up to 400 bytes a second, feeds from 1 kB.
        streaming_bytes_per_second: 96 kbit/s, music of normal quality. From there on a stream that
            goes on while the person is elsewhere plays by itself; below, it is a page's pictures.
        sound_bytes_per_second: 320 kbit/s, the highest rate at which music is sold; a stream that carries no more may
            be sound, which needs nobody to watch, and proves nothing.
        unattended_ms: a stream that nobody touched for longer may play to an empty chair: players ask whether
            anybody is still watching after 90 minutes.
        embedded_share: a site that came with other sites' pages in this share of the openings that bring no
            parts of its own is believed only with parts. A quarter: rather miss a visit than invent one.
        embedding_memory_ms: a page that embedded a site may stay open for a working day.
        framed_share, framed_count: a document whose URL comes within other sites' page loads this often,
            and at least so many times, is a frame or a prefetch.
        adopt_share: a host belongs to a site if this share of its openings speaks for it …
        adopt_back_share: … and so many of the site's own openings are followed by one of the host, unless
            the host bears the site's name. Adverts speak for every site, but follow only some of each one's
            pages.
        adopt_least_share: sites with a smaller share are not considered.
        adopt_burst_ms: a page may fetch from a host for the first time when it is scrolled.
        sibling_share: as adopt_share, for a host among others of its own site.
        gap_low_ms: reading between two signs on one site is proved up to here. Five minutes, the tolerance
            for
            "tabbing" in common use; a longer silence may be an absence.
        gap_ms: likely up to here. The same: of the silences of 5 to 10 minutes measured, most were absences.
        tail_floor_ms, tail_ceiling_ms: the last page of a visit is read as long as the others were (the log's own
            median), within these bounds. Nothing follows it, so none of it is in `minutes_low`.
        tail_ms, tail_count: a minute, where a log has too few pages to tell: web pages are left after less than a
            minute on average (Nielsen Norman Group, 2011).
        tail_high_ms: silent reading that a log allows after any sign: one long article (250 words a minute).
        teaching_count: of what the log teaches about a host, an address or a site, no person's requests weigh more than
            so many: a script that asks a million times must not decide what is true of everybody's.
        teaching_total: the same of what it teaches about all hosts or pages together.
        blocked_gap_ms: attempts at one blocked site within this time are one visit.
    """

    machine_category_prefixes: tuple[str, ...] = ("infra_", "infrastructure")
    page_part_categories: frozenset[str] = frozenset({"infra_ads", "infra_tracker", "infra_analytics", "infra_cdn"})
    content_network_categories: frozenset[str] = frozenset({"infra_cdn", "uncategorised"})
    result_list_categories: frozenset[str] = frozenset({"search"})
    start_marked_datasets: frozenset[str] = frozenset()
    names_only_datasets: frozenset[str] = frozenset()
    served_datasets: frozenset[str] = frozenset()
    browsers: frozenset[str] = frozenset(
        {"Chrome", "Edge", "Firefox", "Safari", "Opera", "Internet Explorer", "Mozilla"}
    )
    referrer_share: float = 0.9
    burst_ms: int = 20_000
    frame_burst_ms: int = 5_000
    parallel_ms: int = 10_000
    unused_tunnel_bytes: int = 2_000
    empty_tunnel_bytes: int = 100
    handshake_bytes: int = 8_000
    advert_bytes: int = 250_000
    glance_ms: int = 10_000
    poll_bytes: int = 5_000
    poll_tolerance_ms: int = 2_000
    poll_tolerance_share: float = 0.1
    page_refresh_ms: int = 600_000
    poll_runs: int = 3
    reload_runs: int = 10
    song_bytes: int = 2_400_000
    renewal_ms: int = 5_000
    held_renewal_ms: int = 300_000
    idle_timeout_share: float = 0.05
    idle_timeout_people: float = 0.5
    alike_share: float = 0.15
    idle_timeout_count: int = 5
    idle_timeout_ms: int = 75_000
    idle_timeout_ceiling_ms: int = 300_000
    held_tunnel_ms: int = 600_000
    polling_bytes_per_second: int = 25
    standing_share: float = 0.5
    active_bytes_per_second: int = 1_000
    streaming_bytes_per_second: int = 12_000
    sound_bytes_per_second: int = 40_000
    unattended_ms: int = 5_400_000
    embedded_share: float = 0.25
    embedding_memory_ms: int = 28_800_000
    framed_share: float = 0.5
    framed_count: int = 3
    adopt_share: float = 0.7
    adopt_back_share: float = 0.25
    adopt_least_share: float = 0.1
    adopt_burst_ms: int = 60_000
    sibling_share: float = 0.9
    gap_low_ms: int = 300_000
    gap_ms: int = 300_000
    tail_ms: int = 60_000
    tail_count: int = 10
    tail_floor_ms: int = 20_000
    tail_ceiling_ms: int = 180_000
    tail_high_ms: int = 900_000
    teaching_count: int = 3
    teaching_total: int = 20
    blocked_gap_ms: int = 600_000
