"""Every constant of the reconstruction, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReconstructSettings:
    """The settings of a reconstruction; the defaults hold for any organisation.

    None of them is a rule of conduct: rules live in policies. Times are milliseconds unless the name says otherwise.
    "Lab" is a day of real browsers behind a real proxy with a known truth.

    Attributes:
        machine_category_prefixes: classes of host that no person opens (adverts, trackers, updates, certificates):
            the prefix `infra_` and the class `infrastructure`.
        page_part_categories: of these, the ones that pages pull in; the others belong to software.
        content_network_categories: of these, the ones that serve a site's own pictures and films, so that their
            hosts may turn out to be part of one site.
        browsers: names that ingest gives to browsers. A named agent that is none of them is software.
        burst_ms: a page's other parts follow its document within this time. HTTP Archive's median page is loaded
            in 5–10 s; in the lab (slowed 40- to 60-fold) 95 % of embedded requests came within 20 s.
        frame_burst_ms: frames refreshed by an idle page arrive together; shorter than any two clicks.
        parallel_ms: sockets that a browser opens to one host within this time serve one purpose: Chromium opens up
            to 6 (HTTP/1.1) or speculative ones and drops all but one.
        unused_tunnel_bytes: a tunnel that carried less had no document in it: the proxy's own reply is 39 bytes, a
            resumed TLS handshake with a pixel stays under 2 kB.
        poll_bytes: an answer to "anything new?" is no bigger than this. Bigger regular ones are films or pages.
        poll_tolerance_share, poll_tolerance_ms: two gaps are equal if they differ by no more than this: timers in
            background tabs are aligned to the second (Chromium) or delayed under load.
        poll_runs: this many equal gaps one after another are a timer, not a person.
        renewal_ms: a tunnel opened so soon after the last one to the same host ended was renewed by software.
        idle_timeout_ceiling_ms: no browser keeps an idle connection longer: Chromium drops a used socket after 300 s.
        idle_timeout_share: this share of tunnels may end before the host's idle time-out (closed tabs, lost networks).
        held_tunnel_ms: a page's own tunnel that lasts longer is kept open by polling; its end says nothing.
        active_bytes_per_second: a longer one to an asset host shows activity throughout if it carried this much:
            films, endless feeds. Polling stays below.
        embedded_share: a site that is opened by other sites' pages in this share of cases without any parts of its
            own is never believed without them.
        framed_share: a document whose URL comes this often within other sites' page loads is a frame or a prefetch.
        framed_count: and at least this often.
        adopt_share: a host belongs to a site if this share of its openings follows that site's …
        adopt_back_share: … and this share of the site's openings is followed by one of the host.
        gap_low_ms: reading between two acts on one site is proved up to here. Five minutes: the tolerance for
            "tabbing" in common use.
        gap_ms: likely up to here.
        tail_ceiling_ms, tail_floor_ms: the last page of a visit is read as long as the others (the log's own
            median), within these bounds. No act follows, so none of it is in `minutes_low`.
        tail_high_ms: silent reading that the log allows after any act.
        blocked_gap_ms: attempts at one blocked site within this time are one visit.
    """

    machine_category_prefixes: tuple[str, ...] = ("infra_", "infrastructure")
    page_part_categories: frozenset[str] = frozenset({"infra_ads", "infra_tracker", "infra_analytics", "infra_cdn"})
    content_network_categories: frozenset[str] = frozenset({"infra_cdn", "uncategorised"})
    browsers: frozenset[str] = frozenset(
        {"Chrome", "Edge", "Firefox", "Safari", "Opera", "Internet Explorer", "Mozilla"}
    )
    burst_ms: int = 20_000
    frame_burst_ms: int = 5_000
    parallel_ms: int = 10_000
    unused_tunnel_bytes: int = 2_000
    poll_bytes: int = 5_000
    poll_tolerance_share: float = 0.1
    poll_tolerance_ms: int = 2_000
    poll_runs: int = 3
    renewal_ms: int = 5_000
    held_renewal_ms: int = 300_000
    idle_timeout_ceiling_ms: int = 300_000
    idle_timeout_share: float = 0.05
    idle_timeout_count: int = 5
    idle_timeout_ms: int = 75_000
    held_tunnel_ms: int = 600_000
    active_bytes_per_second: int = 1_000
    embedded_share: float = 0.25
    mostly_embedded_share: float = 0.8
    embedding_memory_ms: int = 28_800_000
    framed_share: float = 0.5
    framed_count: int = 3
    adopt_burst_ms: int = 60_000
    adopt_share: float = 0.7
    adopt_least_share: float = 0.1
    sibling_share: float = 0.9
    adopt_back_share: float = 0.25
    gap_low_ms: int = 300_000
    gap_ms: int = 300_000
    tail_floor_ms: int = 20_000
    tail_ceiling_ms: int = 180_000
    tail_high_ms: int = 900_000
    blocked_gap_ms: int = 600_000
