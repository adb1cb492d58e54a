"""Firefox ESR without a window, driven through Marionette, its own door for tests: JSON over a local socket."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
_STARTS_WITHIN, _ANSWERS_WITHIN = 90, 60  # seconds
# Nothing is fetched by the browser itself, and the port is whichever is free.
_PREFERENCES: dict[str, bool | int | str] = {
    "marionette.port": 0,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "remote.prefs.recommended": True,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}

# What the browser hears of a page: its requests that are no file's, and what stands in its console.
_LISTEN = """
window.heardByTests = [];
const seen = request => {
  const asked = request.QueryInterface(Ci.nsIChannel);
  const by = asked.loadInfo.triggeringPrincipal;
  if (!by.isSystemPrincipal) window.heardByTests.push(asked.URI.spec.slice(0, 200));
};
for (const topic of ['http-on-modify-request', 'http-on-before-connect'])
  Services.obs.addObserver({observe: seen}, topic);
Services.console.registerListener({observe: message => {
  if (!(message instanceof Ci.nsIScriptError)) return;
  if (message.sourceName.startsWith('file:') || message.category === 'CSP_CSPViolation' ||
      message.category.startsWith('CSP')) window.heardByTests.push(`${message.category}: ${message.errorMessage}`);
}});
"""


class Firefox:
    """A running Firefox with one window."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._number = 0
        self._read()  # its greeting
        self.version = self.tell("WebDriver:NewSession", {"strictFileInteractability": False})["capabilities"][
            "browserVersion"
        ]
        self.within(_LISTEN)

    def _read(self) -> Any:
        length = b""
        while (one := self._stream.read(1)) != b":":
            if not one:
                raise RuntimeError("Firefox closed the connection")
            length += one
        return json.loads(self._stream.read(int(length)))

    def tell(self, command: str, parameters: dict[str, Any] | None = None) -> Any:
        """Give a command and return its answer."""
        self._number += 1
        told = json.dumps([0, self._number, command, parameters or {}]).encode()
        self._connection.sendall(str(len(told)).encode() + b":" + told)
        _, _, error, answer = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['error']}: {error['message']}")
        return answer

    def open(self, address: str) -> None:
        """Open a page and forget what was heard of the one before."""
        self.within("window.heardByTests.length = 0;")
        self.tell("WebDriver:Navigate", {"url": address})

    def heard(self) -> list[str]:
        """Return requests and complaints of the page."""
        return list(self.within("return window.heardByTests;"))

    def ask(self, script: str) -> Any:
        """Return what a script in the page returns."""
        given = {"script": script, "args": [], "sandbox": "tests", "newSandbox": True}
        return self.tell("WebDriver:ExecuteScript", given)["value"]

    def within(self, script: str) -> Any:
        """Return what a script in the browser's own window returns."""
        self.tell("Marionette:SetContext", {"value": "chrome"})
        try:
            given = {"script": script, "args": [], "sandbox": "system"}
            return self.tell("WebDriver:ExecuteScript", given)["value"]
        finally:
            self.tell("Marionette:SetContext", {"value": "content"})

    def width(self, pixels: int) -> None:
        """Give the page a width; a window cannot be as narrow as a phone."""
        self.within(f"const one = gBrowser.selectedBrowser; one.style.flex = 'none'; one.style.width = '{pixels}px';")
        for _ in range(100):
            if self.ask("return window.innerWidth") == pixels:
                return
            time.sleep(0.01)
        raise RuntimeError(f"the page would not become {pixels} wide")

    def zoom_text(self, factor: float) -> None:
        """Enlarge text and nothing else, as in the menu View, Zoom, Zoom Text Only."""
        self.within(f"gBrowser.selectedBrowser.textZoom = {factor};")

    def picture(self) -> bytes:
        """Return the whole page as a PNG."""
        return base64.b64decode(self.tell("WebDriver:TakeScreenshot", {"full": True, "hash": False})["value"])


@contextmanager
def running() -> Iterator[Firefox]:
    """Start Firefox with a profile of its own, and stop it."""
    assert PROGRAM
    with tempfile.TemporaryDirectory(prefix="netaudit-firefox-") as name:
        profile = Path(name)
        lines = (f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in _PREFERENCES.items())
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        arguments = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
        process = subprocess.Popen(
            [PROGRAM, *arguments, "--profile", name],
            env={**os.environ, "HOME": name, "MOZ_HEADLESS_WIDTH": "1400", "MOZ_HEADLESS_HEIGHT": "1000"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with socket.create_connection(("127.0.0.1", _port(profile, process)), _ANSWERS_WITHIN) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    told = profile / "MarionetteActivePort"
    end = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("Firefox did not start")
        if told.is_file() and told.read_text().strip():
            return int(told.read_text())
        time.sleep(0.1)
    raise RuntimeError("Firefox opened no port for tests")
