# SPDX-License-Identifier: GPL-2.0-or-later
"""Chromium over its debugging pipe: messages of JSON, each ended by a NUL, on descriptors 3 and 4."""
import base64
import json
import os
import select
import subprocess
import tempfile
import time


class Failed(Exception):
    pass


class Browser:
    def __init__(self, program):
        self.home = tempfile.TemporaryDirectory(prefix="buddysim-browser-", ignore_cleanup_errors=True)
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()

        def place():
            # Neither may be closed by the other's move.
            read, write = os.dup(to_read), os.dup(back_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.talk = open(os.path.join(self.home.name, "stderr"), "w+")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--user-data-dir=" + self.home.name + "/profile",
             "about:blank"],
            preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL, stdout=self.talk, stderr=self.talk,
            env={**os.environ, "HOME": self.home.name})
        os.close(to_read)
        os.close(back_write)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []

    def _message(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                raise Failed("the browser does not answer")
            more = os.read(self.back, 1 << 20)
            if not more:
                self.talk.seek(0)
                raise Failed("the browser ended: " + self.talk.read()[-500:])
            self.buffer += more
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, seconds=60, **params):
        self.number += 1
        out = {"id": self.number, "method": method, "params": params}
        if self.session:
            out["sessionId"] = self.session
        data = json.dumps(out).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        deadline = time.monotonic() + seconds
        while True:
            m = self._message(deadline)
            if m.get("id") == self.number:
                if "error" in m:
                    raise Failed(method + ": " + m["error"]["message"])
                return m["result"]
            self.events.append(m)

    def wait(self, method, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            for i, m in enumerate(self.events):
                if m.get("method") == method:
                    return self.events.pop(i)
            self.events.append(self._message(deadline))

    def open(self, path, width=1280, height=900, phone=False, dark=False):
        """A new page, loaded."""
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events = []
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait("Page.loadEventFired")

    def run(self, script):
        """The value of an expression; a promise is waited for."""
        r = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise Failed(script + ": " + json.dumps(r["exceptionDetails"])[:600])
        return r["result"].get("value")

    def complaints(self):
        """What came on the console, what was thrown, and what was asked of a network."""
        self.run("new Promise((r) => setTimeout(r, 50))")
        found = []
        for m in self.events:
            p = m.get("params", {})
            if m["method"] == "Runtime.consoleAPICalled":
                found.append("console: " + json.dumps(p["args"])[:300])
            elif m["method"] == "Runtime.exceptionThrown":
                found.append("thrown: " + json.dumps(p["exceptionDetails"])[:600])
            elif m["method"] == "Log.entryAdded":
                found.append("log: " + p["entry"]["text"][:300])
            elif m["method"] == "Network.requestWillBeSent":
                url = p["request"]["url"]
                if not url.startswith(("file:", "blob:")):
                    found.append("request: " + url[:200])
        return found

    def key(self, name, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      windowsVirtualKeyCode={"Tab": 9, "Enter": 13, "End": 35, "Home": 36, "ArrowRight": 39,
                                             "ArrowLeft": 37, " ": 32}.get(name, 0), text=text)

    def screenshot(self, path, whole=True):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def pdf(self, path):
        data = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def close(self):
        self.session = None
        try:
            self.call("Browser.close", seconds=10)
        except (Failed, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.back)
        self.talk.close()
        self.home.cleanup()
