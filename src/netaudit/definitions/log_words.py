"""What the words of a log record may say: the vocabularies outside of which nothing is kept.

A field for a method or a content type is text that whoever asks, or answers, can write as they like: a name or a part
of an address may stand there. So what is kept of each is a word of a list that is known before any log is read.
"""

from __future__ import annotations

from collections.abc import Iterator

OTHER = "other"  # stands for every word that is in no list


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _types(text: str) -> Iterator[str]:
    """Yield content types from lines that each begin with what their words have before the slash."""
    for line in text.strip().split("\n\n"):
        top, *kinds = line.split()
        yield from (f"{top.removesuffix(':')}/{kind}" for kind in kinds)


# IANA's registry of HTTP methods, with those of WebDAV (RFC 4918 and its extensions), of Squid's caches, and of
# Microsoft's Exchange, RPC over HTTP, BITS and Configuration Manager.
METHODS = _words("""
    GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PRI ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL
    LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE ORDERPATCH PROPFIND PROPPATCH REBIND
    REPORT SEARCH UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL QUERY PURGE ICP_QUERY
    HTCP_QUERY HTCP_CLR NONE BCOPY BDELETE BMOVE BPROPFIND BPROPPATCH NOTIFY POLL SUBSCRIBE UNSUBSCRIBE
    X-MS-ENUMATTS RPC_IN_DATA RPC_OUT_DATA RPC_CONNECT RDG_IN_DATA RDG_OUT_DATA BITS_POST CCM_POST M-SEARCH DESCRIBE
    ANNOUNCE
""")

# Of which the result words of proxies and filters are made. Squid: LogTags.cc; ProxySG: the access log's s-action; and
# the actions of Fortinet, Palo Alto, Zscaler and e2guardian.
ACTIONS = _words("""
    tcp udp none http https icp htcp hit miss denied mem negative refresh redirect tunnel tunneled swapfail client
    ims async cf reply shared fail err old modified unmodified stale offline inm ignored aborted abort timeout
    swapin reload invalid obj wait connect warning expired nofetch nc auth partial rescan splashed accelerated
    bypassed form loop websocket local proxied observed unavailable accessed ssl intercept intercepted forward
    forwarded handoff cached custom error internal exception spoof allow allowed block blocked deny drop dropped
    pass passed passthrough passthru monitor monitored exempt exempted authenticate warn quota override lockout
    continue alert url ip reset server both sinkhole random all packets syncookie sent caution cautioned coached
    isolate isolated isolation inspect inspected decrypt decrypted permitted permit reject rejected accept accepted
    close start end success failure failed log logged scan scanned trusted infected grey gray greylisted content mod
    urlmod contentmod searchmod headermod sslmod semi cert mitm virus malware phishing spam filter filtered policy
    rule default user category not no by to and or of the is was verweigert infiziert negado infectado acceso
    interdit refuse prompt quarantine quick rbi warned detected bypass noisolate off on proxy event
    useralert allowedonnorulematch blockedonnorulematch donotscan clickallowed clickblocked clickblockedbytenantpolicy
    connectionsuccess connectionfailed connectionattempt connectionrequest connectionfound httpconnectioninspected
    sslconnectioninspected inboundconnectionaccepted urlerrorpage urlscaninprogress other
""")

# Software that shows itself by name. Anything else is software, too, and that is all that is kept of it.
SOFTWARE = _words("""
    Adobe AdobeUpdateManager AIM Android Apache-HttpClient AppleCoreMedia AppleWebKit Axios BITS Box CCleaner
    CFNetwork Citrix CiscoWebex Code CoreMedia CoreSync CryptoAPI curl Dalvik Discord Docker Dropbox Electron Git
    Go-http-client GoogleUpdate Googlebot HttpClient iTunes Jakarta Java JavaScript Lavf libcurl Lync Microsoft
    Microsoft-CryptoAPI Microsoft-Delivery-Optimization Microsoft-WNS MICROSOFT_DEVICE_METADATA_RETRIEVAL_CLIENT
    Microsoft-Symbol-Server Microsoft-WebDAV-MiniRedir MSDW MSOffice NSPlayer NuGet Office okhttp OneDrive
    OneDriveSync Outlook PackageKit perl PHP pip Postman PowerShell Python Python-urllib python-requests RHSM Roku
    Ruby SignalR Skype SkypeSpaces Slack SMS Sophos Spotify Steam Symantec Teams Thunderbird trustd urlgrabber Valve
    VLC Webex WebDAVFS Wget WhatsApp Windows Windows-Update-Agent WindowsPowerShell WinHttp
    WinHttp-Autoproxy-Service WinHTTP WinInet Zoom ocspd
""") | {"Microsoft Office"}

# Schemes of addresses that proxies carry, and that they write for what they tunnel.
SCHEMES = _words("""
    http https ftp ftps ws wss tcp udp ssl tls rtsp rtmp mms icap dns quic socks socks5
""")

# Endings of file names: what pages are made of, what is shown, played or kept, and what programs ask for.
EXTENSIONS = _words("""
    html htm xhtml shtml php php3 php5 phtml asp aspx jsp jspx do cfm cgi pl py rb action gif png jpg jpeg webp avif
    svg ico bmp tif tiff heic apng cur css js mjs cjs map woff woff2 ttf otf eot mp4 m4s m4v ts webm m3u8 mpd m4a
    mp3 aac ogg oga ogv opus wav flac mkv avi mov wmv wma flv f4v mpg mpeg mpga mp2 m3u pls vtt srt mid midi swf swz
    3gp exe msi msix msu msp appx apk deb rpm pkg jar bat cmd ps1 scr com dll sys vbs sh so dmp xpi crx nupkg vsix
    ipa cat zip rar 7z tar tgz gz bz2 xz zst br cab iso img dmg vhd vhdx vmdk ova bin dat pdf doc docx docm dot dotx
    xls xlsx xlsm xlsb csv tsv ppt pptx pptm pps ppsx odt ods odp rtf epub mobi txt md log json jsonp json5 xml xsl
    xslt xsd rss atom yaml yml toml ini cfg conf proto pb wasm ashx asmx axd svc webmanifest manifest appcache htc
    crl crt cer der pem p7b p7c p7s p12 pfx ocsp sig asc pac wpad eml msg ics vcf one pst pub vsd vsdx mpp accdb mdb
    dwg dxf psd ai eps sql db sqlite parquet idx lst flg ver upd def vdb delta diff patch torrent rdp ica lnk url
    tmp bak old dcm hl7 stl obj gltf glb usdz kml kmz gpx geojson pbf mvt
""")

TOP_LEVEL_TYPES = _words("""
    application audio binary chemical example font haptics image message model multipart text video
""")

# Content types in use, from the IANA registry and as servers write them without having registered them.
MIME_TYPES = frozenset(
    _types("""
    application: atom+xml cbor csp-report dash+xml dicom dicom+json dns-json dns-message download ecmascript edifact
    epub+zip expect-ct-report+json f4m+xml fhir+json fhir+xml font font-sfnt font-ttf font-woff font-woff2
    force-download geo+json grpc grpc-web grpc-web+proto grpc-web-text gzip hal+json hessian hl7-v2 hl7-v2+er7 http
    java-archive javascript jose jpeg json json+protobuf json-seq jwt ld+json manifest+json mapi-http mp4 msgpack
    msword oblivious-dns-message ocsp ocsp-request ocsp-response octet-stream ogg pdf pkcs10 pkcs12 pkcs7-mime
    pkcs7-signature pkcs8 pkix-cert pkix-crl postscript problem+json protobuf rdf+xml reports+json rpc rss+xml rtf
    samlassertion+xml scim+json signed-exchange smil+xml soap+xml thrift timestamp-query timestamp-reply ttml+xml
    unknown vnd.adobe.air-application-installer-package+zip vnd.android.package-archive vnd.api+json
    vnd.apple.mpegurl vnd.debian.binary-package vnd.google-earth.kml+xml vnd.google-earth.kmz vnd.google.protobuf
    vnd.mapbox-vector-tile vnd.microsoft.portable-executable vnd.ms-cab-compressed vnd.ms-excel vnd.ms-fontobject
    vnd.ms-htmlhelp vnd.ms-outlook vnd.ms-powerpoint vnd.ms-project vnd.ms-sstr+xml vnd.ms-sync vnd.ms-sync.wbxml
    vnd.ms-tnef vnd.ms-word vnd.ms-wpl vnd.oasis.opendocument vnd.oasis.opendocument.presentation
    vnd.oasis.opendocument.spreadsheet vnd.oasis.opendocument.text vnd.openxmlformats-officedocument
    vnd.openxmlformats-officedocument.presentationml.presentation
    vnd.openxmlformats-officedocument.spreadsheetml.sheet
    vnd.openxmlformats-officedocument.wordprocessingml.document vnd.rar vnd.visio vnd.yt-ump wasm wspolicy+xml
    x-7z-compressed x-amf x-apple-diskimage x-appweb x-bits x-bittorrent x-bluecoat x-bzip2 x-chrome-extension
    x-compress x-compressed x-debian-package x-dosexec x-download x-ecmascript x-executable x-fcs x-font
    x-font-opentype x-font-otf x-font-truetype x-font-ttf x-font-woff x-font-woff2 x-gtar x-gzip x-gzip-compressed
    x-ica x-iso9660-image x-java-applet x-java-archive x-java-serialized-object x-javascript x-json x-mpegts
    x-mpegurl x-ms-application x-ms-installer x-msdos-program x-msdownload x-msgpack x-msi x-msn-messenger x-ndjson
    x-ns-proxy-autoconfig x-nzb x-octet-stream x-pem-file x-pkcs7-certificates x-pkcs7-crl x-protobuf x-protobuffer
    x-rar x-rar-compressed x-redhat-package-manager x-rpm x-rtsp-tunnelled x-sh x-shockwave-flash x-silverlight-app
    x-tar x-thrift x-unknown x-www-form-urlencoded x-x509-ca-cert x-xpinstall x-xz x-zip x-zip-compressed xhtml
    xhtml+xml xml xml-dtd xslt+xml zip zstd

    audio: 3gpp aac aacp basic flac m4a midi mp3 mp4 mpeg mpegurl ogg opus wav wave webm x-aac x-flac x-m4a
    x-mpegurl x-ms-wma x-scpls x-wav

    binary: octet-stream

    chemical: x-pdb

    font: collection opentype otf sfnt ttf woff woff2 x-woff

    image: apng avif bmp gif heic heif ico jp2 jpeg jpg jxl pjpeg png svg svg+xml tiff vnd.adobe.photoshop vnd.dwg
    vnd.microsoft.icon webp x-icon x-ms-bmp x-png

    message: http ohttp-req ohttp-res rfc822

    model: gltf+json gltf-binary obj stl vnd.usdz+zip

    multipart: alternative byteranges form-data mixed related x-mixed-replace

    text: babel cache-manifest calendar css csv dns ecmascript event-stream html javascript json jsx markdown ping
    plain richtext rtf tab-separated-values template uri-list vcard vnd.wap.wml vtt x-component
    x-cross-domain-policy x-gwt-rpc x-javascript x-json x-server-parsed-html x-vcard xml xsl

    video: 3gpp h264 iso.segment mp2t mp4 mpd mpeg ogg quicktime vnd.dlna.mpeg-tts vnd.mpeg.dash.mpd webm x-f4v
    x-flv x-m4v x-matroska x-ms-asf x-ms-wmv x-msvideo
""")
)
