#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the program on a terminal of its own, types, and looks at what is on the screen (test_watch.sh).
# watch.py PROGRAM TRACE SOURCES
import fcntl, json, os, pty, re, select, signal, struct, subprocess, sys, termios, time
import pyte

program, trace, sources = sys.argv[1:]
common = [trace, "-d", "model", "--no-measured", "--format", "json"]
three = ["compare", "-s", "none,rotation:delay=200ms,clairvoyant"] + common
failures = 0


def fail(*what):
    global failures
    failures += 1
    print("FAIL:", *what, file=sys.stderr)


class Terminal:
    """A program on a terminal; its standard output and error go to files."""

    def __init__(self, args, rows=24, cols=80, shell=None, **env):
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw, self.status = b"", None
        ready, go = os.pipe()
        self.pid, self.fd = pty.fork()
        if not self.pid:
            for name, to in (("out", 1), ("err", 2)):
                os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), to)
            os.read(ready, 1)
            if shell:
                shell()
            variables = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
            variables.update({"TERM": "linux"}, **env)
            os.execve(program, [program] + args + ["--watch"], variables)
        self.resize(rows, cols)
        self.before = termios.tcgetattr(self.fd)
        os.write(go, b"x")

    def resize(self, rows, cols):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.screen.resize(rows, cols)

    def read(self, seconds):
        """False: it has ended."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def until(self, what, condition, still=False):
        """Until the screen is so; that it is never is a failure. A picture comes in pieces: what stands
        still is only looked at when no more of it comes."""
        end = time.monotonic() + 60
        while not condition() or (still and self.more()):
            if time.monotonic() > end or not self.read(0.05):
                fail("never", what + ":\n" + "\n".join(self.lines()))
                return False
        return True

    def more(self):
        length = len(self.raw)
        self.read(0.1)
        return len(self.raw) > length

    def settle(self):
        """What was typed has been heard, and drawn."""
        for _ in range(6):
            self.read(0.06)

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def says(self, text):
        return any(text in line for line in self.lines())

    def now(self):
        found = re.search(r"(\d+\.\d+) s of", self.lines()[2])
        return float(found.group(1)) if found else -1

    def end(self):
        """Its exit status, or minus the signal that ended it."""
        end = time.monotonic() + 60
        while self.read(0.05) and time.monotonic() < end:
            pass
        status = os.waitpid(self.pid, 0)[1]
        if termios.tcgetattr(self.fd) != self.before:
            fail("the terminal is not as it was")
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def is_paused(t):
    """It stands still, and shows where: while a step is under way it says so instead."""
    return t.says("PAUSED")


def keys():
    """Every key does what it says; the record is the one without."""
    plain = subprocess.run([program] + three, stdout=subprocess.PIPE, check=True).stdout
    t = Terminal(three)
    t.until("a view", lambda: t.now() >= 0)
    t.type(" ")
    t.until("a pause", lambda: is_paused(t))
    t.settle()
    at = t.now()
    t.settle()
    if t.now() != at:
        fail("it goes on while it is paused:", at, t.now())
    for line, text in ((0, "buddysim compare"), (0, "cell 1 of 3"), (1, "none"), (1, "linux-"), (2, " % ["),
                       (5, "guest |"), (6, "host"), (7, "#used   =raw -below   :pcp !hands"),
                       (11, "free lists"), (11, "reporter"), (11, "finished"), (23, "q quit")):
        if text not in t.lines()[line]:
            fail("line %d lacks '%s': %s" % (line, text, t.lines()[line]))
    for key in ("s", "."):
        at = t.now()
        t.type(key)
        t.until("a step by %s, behind which it stands still" % key, lambda: t.now() > at and is_paused(t),
                still=True)
    t.type("?")
    t.until("help", lambda: t.says("Keys and signs"))
    t.type("x")
    t.until("the view again", lambda: t.says("free lists"))
    t.type("n")
    t.until("the next cell", lambda: t.says("cell 2 of 3"))
    t.until("the next cell as the last one was: paused", lambda: is_paused(t) and 0 <= t.now() < 0.1)
    t.settle()
    if not is_paused(t) or t.now() > 0.1:
        fail("the next cell does not stand at its beginning")
    if not re.search(r"none +\d+ ", "\n".join(t.lines())):
        fail("no row of the cell that is over")
    t.type("p")
    t.until("a pass", lambda: t.says("last pass at") and is_paused(t), still=True)
    at = t.now()
    t.type("-")
    t.type(" ")
    t.until("going on", lambda: t.now() > at and not is_paused(t))
    t.type("+" * 30)
    if t.end() != 0:
        fail("status:", open("err").read())
    if open("out", "rb").read() != plain:
        fail("the record is not the one without --watch")
    if open("err").read():
        fail("on stderr:", open("err").read())


def quits():
    """q, Ctrl-C and SIGTERM end it alike, whether it stands still or runs: cells that are over are kept."""
    for how in ("q", "\x03", "paused q", signal.SIGTERM):
        t = Terminal(three, TERM="screen")
        t.until("a view", lambda: t.now() >= 0)
        t.type("n")
        t.until("the next cell", lambda: t.says("cell 2 of 3"))
        if how == "paused q":
            t.type(" ")
            t.until("a pause", lambda: is_paused(t))
        if isinstance(how, str):
            t.type(how[-1])
        else:
            os.kill(t.pid, how)
        status = t.end()
        if status != 130:
            fail(how, "status", status, open("err").read())
        record = json.load(open("out"))
        if not record.get("partial") or [c["label"] for c in record["cells"]] != ["none"]:
            fail(how, "the cell that was over is not in the record")
        if t.raw.count(b"\x1b[?1049h") != t.raw.count(b"\x1b[?1049l"):
            fail(how, "the terminal's other screen is still there")


def ends():
    """What ends the program at once leaves no terminal without echo behind."""
    for sig in (signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV):
        t = Terminal(three, TERM="screen")
        t.until("a view", lambda: t.now() >= 0)
        os.kill(t.pid, sig)
        status = t.end()
        if status != -sig:
            fail(sig, "status", status)
        if not t.raw.endswith(b"\x1b[?1049l") and b"\x1b[?1049l" not in t.raw[-40:]:
            fail(sig, "the terminal's other screen is still there", t.raw[-80:])


def stops():
    """Ctrl-Z gives the terminal back, and coming back takes it again."""
    stopped, tell = os.pipe()
    go_on, again = os.pipe()

    def shell():
        """What a shell does: the program has a process group of its own, in front."""
        pid = os.fork()
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        if not pid:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            return
        status = os.waitpid(pid, os.WUNTRACED)[1]
        os.write(tell, b"Z" if os.WIFSTOPPED(status) else b"?")
        os.read(go_on, 1)
        os.tcsetpgrp(0, pid)
        os.kill(pid, signal.SIGCONT)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

    t = Terminal(three, shell=shell, TERM="screen")
    t.until("a view", lambda: t.now() >= 0)
    t.type("\x1a")
    end = time.monotonic() + 60
    while time.monotonic() < end and not select.select([stopped], [], [], 0)[0]:
        t.read(0.05)
    if not select.select([stopped], [], [], 0)[0] or os.read(stopped, 1) != b"Z":
        fail("Ctrl-Z does not stop it")
    t.settle()
    if termios.tcgetattr(t.fd) != t.before:
        fail("stopped, and the terminal is not as it was")
    raw = len(t.raw)
    os.write(again, b"x")
    t.until("drawing again", lambda: b"buddysim compare" in t.raw[raw:])
    t.type("q")
    if t.end() != 130:
        fail("q behind Ctrl-Z")


COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-7][0-9;]*m")


def colours():
    """Colours where they are wanted; what is said is the same without."""
    pages = []
    for env in ({}, {"NO_COLOR": "1"}, {"TERM": "vt100"}):
        t = Terminal(three, **env)
        t.until("a view", lambda: t.now() >= 0)
        t.type(" ")
        t.until("a pause", lambda: is_paused(t))
        if bool(COLOUR.search(t.raw)) != (not env):
            fail("colours with", env)
        pages.append(t.lines()[7])
        t.type("q")
        t.end()
    if pages[0] != pages[1]:
        fail("the legend differs without colours:", pages)


def sizes():
    """A larger terminal shows more, one that is too small says so, and it comes back."""
    t = Terminal(three, rows=40, cols=120)
    t.until("a wide view", lambda: t.now() >= 0 and len(t.lines()[5]) > 110)
    t.until("its last line", lambda: "q quit" in t.lines()[39])
    t.resize(20, 70)
    t.until("too small", lambda: t.says("70 x 20 is too small"))
    t.resize(24, 80)
    t.until("the view again", lambda: t.says("free lists") and "q quit" in t.lines()[23])
    t.type("q")
    if t.end() != 130:
        fail("q behind sizes")


def refused():
    for term, text in (("dumb", "TERM says that it is none"), ("", "TERM says that it is none"),
                       ("no-such-terminal", "nothing is known of the terminal TERM=no-such-terminal")):
        t = Terminal(three, TERM=term)
        status = t.end()
        err = open("err").read()
        if status != 2 or text not in err or err.count("\n") != 1:
            fail("TERM=" + term, status, err)
        if t.raw or open("out").read():
            fail("TERM=" + term, "something was printed", t.raw)


def one_cell():
    """`run` has nothing to compare with: it says what the time went into."""
    t = Terminal(["run", "-s", "rotation"] + common)
    t.until("a view", lambda: t.says("CPUs stood still"))
    t.type("+" * 30)
    if t.end() != 0 or len(json.load(open("out"))["cells"]) != 1:
        fail("run --watch")


def readme():
    """What the README shows is what one sees there: all but the rates, which are of the times of looks."""
    block, wanted, on = "", None, False
    for line in open(sources + "/README.md"):
        if line.startswith("```"):
            if on and block.startswith(" buddysim compare "):
                wanted = block.splitlines()
            on, block = not on, ""
        elif on:
            block += line
    if not wanted:
        fail("README.md shows no view")
        return
    cell = int(re.search(r"cell (\d+) of", wanted[0]).group(1))
    t = Terminal(["compare", sources + "/traces/memhog_thp.cborseq.zst", "-s", "all", "-d", "model"])
    t.until("a view", lambda: t.now() >= 0)
    t.type(" ")
    t.until("a pause", lambda: is_paused(t))
    for n in range(2, cell + 1):
        t.type("n")
        t.until("the next cell, at its beginning",
                lambda: t.says("cell %d of" % n) and is_paused(t) and t.now() == 0, still=True)
    for key in "pppppps":
        at = t.now()
        t.type(key)
        t.until("a step by " + key, lambda: t.now() > at and is_paused(t), still=True)
    seen = t.lines()
    for i, line in enumerate(wanted):
        parts = ((0, 80),) if not 11 < i < 20 else ((0, 41), (48, 80))
        for first, end in parts:
            if seen[i][first:end].rstrip() != line[first:end].rstrip():
                fail("README.md shows\n%s\nand it is\n%s" % (line, seen[i]))
    t.type("q")
    if t.end() != 130:
        fail("q behind the README's view")


def two_traces():
    """The second one goes on as the first: as fast as it goes; it is one value of JSON, and nothing else."""
    t = Terminal(["compare", trace, "-s", "none,rotation"] + common)
    t.until("a view", lambda: t.now() >= 0)
    t.type("+" * 30)
    if t.end() != 0 or [len(r["cells"]) for r in json.load(open("out"))] != [2, 2]:
        fail("compare of two traces --watch")


for test in (keys, quits, ends, stops, colours, sizes, refused, one_cell, readme, two_traces):
    test()
sys.exit(failures > 0)
