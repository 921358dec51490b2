#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the program with standard error on a terminal, and looks at the line of progress (test_progress.sh).
# progress.py PROGRAM
import os, pty, re, subprocess, sys

program = sys.argv[1]
failures = 0


def fail(*what):
    global failures
    failures += 1
    print("FAIL:", *what, file=sys.stderr)


def run(args, term="linux", columns=80):
    """What comes on the terminal, and the status."""
    master, slave = pty.openpty()
    import fcntl, struct, termios
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen([program] + args, stdout=open("out", "wb"), stderr=slave, stdin=subprocess.DEVNULL,
                         env={**os.environ, "TERM": term})
    os.close(slave)
    text = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        text += data
    os.close(master)
    return text.decode(), p.wait()


def slow(args, what, before=None, **kw):
    """As much of it as takes long enough on this machine for a line to be seen."""
    for n in (1, 4, 16, 64):
        if before:
            subprocess.run([program] + [a.replace("@", str(n)) for a in before], stdout=subprocess.DEVNULL, check=True)
        text, status = run([a.replace("@", str(n)) for a in args], **kw)
        if status:
            fail(args, "status", status, text)
            return text
        if re.search(what, text):
            return text
    fail("no '%s' of %s: %r" % (what, args, text))
    return text


def lines(text):
    return [line for line in re.split(r"\r(?:\x1b\[K)?", text) if line]


# What is done, of what, how fast, how long it will take; and it is wiped in the end.
text = slow(["trace", "gen", "churn", "--params", "events=@000000,live=1000", "-o", "t.cborseq"], "to go")
if not re.search(r"generating: [0-9.]+ M events, [0-9]+ %, [0-9.]+ [kM] events/s, [0-9.]+ (s|min|h) to go", text):
    fail("generating: %r" % text)
if not text.endswith("\r\x1b[K"):
    fail("the line is left behind: %r" % text[-80:])

for args, what in (
        (["run", "t.cborseq", "-s", "none", "-d", "null", "--tail", "0s", "--repeat", "@"], "replaying: "),
        (["calibrate", "-r", "@"], "measuring: "),
        (["experiment", "list-walk", "--size", "ci", "--repeats", "@"], "list-walk: "),
        (["bench", "report", "--runs", "@"], "measuring: "),
        (["run", "--load", "memhog:size=16MiB,order=0,cycles=@00,hold=10ms,pause=10ms", "--memory", "512MiB", "-s", "rotation",
          "-d", "model"], "running: ")):
    slow(args, what + r"[^\r]* [0-9.]+ ([kM] )?[A-Za-z ]+/s, ")

churn = ["trace", "gen", "churn", "--params", "events=@000000,live=1000", "-o", "u.cborseq"]
# Once, however many rounds there are.
slow(["run", "u.cborseq", "-s", "none", "-d", "null", "--tail", "0s"], r"reading the trace: [^\r]* [0-9.]+ MB/s, ", churn)
slow(["trace", "validate", "u.cborseq"], r"reading: [0-9]+ MB, [0-9]+ %, [0-9.]+ MB/s, ", churn)
slow(["trace", "cut", "u.cborseq", "--from", "1ms", "-o", "v.cborseq"], r"(reading|cutting): [0-9]+ MB, [0-9]+ %, [0-9.]+ MB/s, ", churn)

# Too long for the terminal it would leave its beginning behind; a terminal that knows nothing gets blanks.
text = slow(["run", "t.cborseq", "-s", "none", "-d", "null", "--tail", "0s", "--repeat", "@"], "replaying: ", columns=40)
if max(map(len, lines(text))) > 39:
    fail("a line of %d in 40 columns" % max(map(len, lines(text))))
text = slow(["trace", "gen", "churn", "--params", "events=@000000,live=1000", "-o", "t.cborseq"], "to go", term="dumb")
if "\x1b" in text:
    fail("escapes on a terminal that is dumb: %r" % text[:200])

# Off a terminal, and where it is not wanted, nothing.
for quiet in ([], ["--quiet"]):
    args = [program, "run", "t.cborseq", "-s", "none", "-d", "null", "--repeat", "4"] + quiet
    if not quiet:
        p = subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if p.stderr:
            fail("off a terminal: %r" % p.stderr)
    else:
        text, status = run(args[1:])
        if text:
            fail("quiet: %r" % text)
sys.exit(failures > 0)
