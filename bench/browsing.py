"""What a guest waits for in a browser: ``python -m bench browsing``.

A real portal, 313 painted photos with all their renditions, Debian's Chromium. The first screen is
complete once every picture in view is painted. The bars are half of what Immich 2.7.5 took for a
page of 313 photos on such a machine: 888 ms at loopback, 1,515 ms at 10 Mbit/s with 40 ms delay.
"""

import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

PHOTOS = 313
ROUNDS = 5
MOST_REQUESTS = 45
CODE_BAR = 50_000  # bytes of script and style, compressed
NETWORKS = {"loopback": (None, 888 / 2), "10 Mbit/s, 40 ms": ((10e6 / 8, 40), 1515 / 2)}

# When the last picture in view was painted, in milliseconds since the navigation began.
COMPLETE = """() => new Promise(done => {
    const inView = () => [...document.querySelectorAll('#grid img')].filter(image => {
        const box = image.getBoundingClientRect();
        return box.bottom > 0 && box.top < innerHeight && box.width > 0;
    });
    const look = () => {
        const images = inView();
        if (images.length > 5 && images.every(image => image.complete && image.naturalWidth)) {
            Promise.all(images.map(image => image.decode().catch(() => 0))).then(
                () => requestAnimationFrame(() => done(performance.now())));
        } else requestAnimationFrame(look);
    };
    look();
})"""
PAINTS = """() => new Promise(done => {
    // Each is told a frame or two after it was painted.
    const seen = {fcp: 0, lcp: 0};
    const watch = (type, name) => new PerformanceObserver(list => {
        seen[name] = list.getEntries().at(-1).startTime;
        if (seen.fcp && seen.lcp) done(seen);
    }).observe({type, buffered: true});
    watch('paint', 'fcp');
    watch('largest-contentful-paint', 'lcp');
    setTimeout(() => done(seen), 1000);
})"""


@dataclass(frozen=True)
class Opening:
    """One cold opening of the page; times in milliseconds."""

    fcp: float
    lcp: float
    complete: float
    requests: int
    code: int  # bytes of script and style over the wire


def open_page(browser: Any, url: str, network: tuple[float, int] | None) -> Opening:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    if network:
        speed, delay = network
        limits = {"offline": False, "latency": delay, "downloadThroughput": speed}
        wire.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": speed})
    kinds: dict[str, str] = {}
    asked: list[float] = []
    sizes: dict[str, float] = {}
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["timestamp"]))
    wire.on(
        "Network.responseReceived",
        lambda event: kinds.__setitem__(event["requestId"], event["type"]),
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"]),
    )
    page.goto(url, wait_until="commit")
    complete = page.evaluate(COMPLETE)
    requests = len([moment for moment in asked if moment - asked[0] <= complete / 1000])
    paints = page.evaluate(PAINTS)
    page.wait_for_load_state("networkidle")
    code = sum(size for key, size in sizes.items() if kinds.get(key) in {"Script", "Stylesheet"})
    context.close()
    return Opening(paints["fcp"], paints["lcp"], complete, requests, int(code))


def paint_album(folder: Path) -> None:
    from bench.renditions import paint

    folder.mkdir(parents=True)
    originals = [folder / f"DSC_{number:04}.jpg" for number in range(12)]
    for seed, path in enumerate(originals):
        paint(path, seed)
        # A page shows renditions only: smaller originals make the same ones in less time.
        with Image.open(path) as picture:
            picture.resize((2016, 1512)).save(path, quality=90)
    for number in range(len(originals), PHOTOS):
        source = originals[number % len(originals)]
        content = source.read_bytes() + number.to_bytes(4)
        (folder / f"DSC_{number:04}.jpg").write_bytes(content)


def print_table(url: str) -> None:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import QUIET

    print(
        f"{'313 photos, cold cache':<26}{'FCP':>8}{'LCP':>8}{'complete':>10}{'bar':>7}{'requests':>10}"
    )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        for name, (network, bar) in NETWORKS.items():
            open_page(chromium, url, network)  # warm the server, not the browser
            runs = [open_page(chromium, url, network) for _ in range(ROUNDS)]
            fcp, lcp, complete, requests = (
                statistics.median(getattr(run, what) for run in runs)
                for what in ("fcp", "lcp", "complete", "requests")
            )
            verdict = "ok" if complete <= bar and requests <= MOST_REQUESTS else "ABOVE"
            print(
                f"{name:<26}{fcp:>5.0f} ms{lcp:>5.0f} ms{complete:>7.0f} ms{bar:>4.0f} ms"
                f"{requests:>5.0f} (≤ {MOST_REQUESTS}) {verdict}"
            )
        code = runs[0].code
        chromium.close()
    print(
        f"script and style over the wire: {code:,} B (≤ {CODE_BAR:,} B) {'ok' if code <= CODE_BAR else 'ABOVE'}"
    )


def main() -> None:
    if not shutil.which("chromium"):
        sys.exit("loggia: this measurement needs Chromium, which is not installed")
    with tempfile.TemporaryDirectory(prefix="loggia-bench-") as folder:
        photos = Path(folder) / "photos"
        paint_album(photos / "Trip")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOGGIA_DATA": str(Path(folder) / "data"),
            "LOGGIA_PHOTOS": str(photos),
            "LOGGIA_STATIC_ROOT": str(Path(folder) / "static"),
        }
        from tests.running import start

        loggia = start(Path(folder) / "data", LOGGIA_PHOTOS=str(photos))
        try:
            loggia.manage("scan", "--renditions")
            print_table(loggia.manage("link", "create", "--album", "Trip").strip())
        finally:
            loggia.stop()


if __name__ == "__main__":
    main()
