#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of `report -o` in a headless Chromium: sort, filter, columns, units, CSV, curves, map, theme, records,
keyboard; nothing on the console, nothing asked of a network, nothing of a record run. $1: the program, $2: the
source tree, $3: scratch, where screenshots stay."""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from devtools import Browser, Failed

program, source, scratch = sys.argv[1:4]
chromium = shutil.which("chromium") or shutil.which("chromium-browser")
if not chromium:
    print("skipped: chromium is not there")
    sys.exit(77)
shutil.rmtree(scratch, ignore_errors=True)
os.makedirs(scratch)
os.chdir(scratch)
os.environ["BUDDYSIM_PLOTS"] = os.path.join(source, "plots")
os.environ["TMPDIR"] = os.getcwd()
failures = 0


def check(ok, what):
    global failures
    if not ok:
        failures += 1
        print("FAIL:", what, file=sys.stderr)


def buddysim(*words):
    subprocess.run([program, *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)


EVIL = "</script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"


LONG = "what-the-nightly-build-did-on-the-second-machine.cborseq"


def make_pages():
    buddysim("trace", "gen", "memhog", "--params", "size=16MiB,cycles=2", "-o", "hog.cborseq")
    buddysim("trace", "gen", "burst", "-o", LONG)
    buddysim("compare", "hog.cborseq", "-s", "none,rotation,rotation:order=8,balloon,bitmap", "-d", "model", "--memory",
             "128MiB", "--map", "--format", "json", "-o", "one.json")
    buddysim("report", "one.json", "-o", "one.html")
    buddysim("sweep", "plan", "hog.cborseq", LONG, "-s", "none,rotation:order=7..9,delay=100ms|2s",
             "--device", "model", "--map", "-o", "plan")
    buddysim("sweep", "run", "plan")
    buddysim("sweep", "merge", "plan", "-o", "sweep.json")
    buddysim("report", "sweep.json", "-o", "sweep.html")
    with open("one.json") as f:
        record = json.load(f)
    record["cells"][1]["label"] = record["timeline"]["cells"][1]["label"] = EVIL
    record["trace"]["name"] = record["config"]["kernel"] = EVIL
    record["answer"]["lines"] = [EVIL]
    record["failed"] = [{"label": EVIL, "error": EVIL, "status": 4}]
    record["timeline"]["cells"][1]["map"]["letters"]["u"] = EVIL
    record["timeline"]["cells"][1]["map"]["looks"][0] = "u99999999999" + EVIL
    with open("evil.json", "w") as f:
        json.dump(record, f)
    buddysim("report", "evil.json", "-o", "evil.html")


LABELS = "[...document.querySelectorAll('#table tbody th')].map((e) => e.lastChild.nodeType === 3 ? " \
    "e.lastChild.data : e.childNodes[3].data)"


def column(b, key):
    i = b.run(f"[...document.querySelectorAll('#table thead th')].findIndex((e) => e.dataset.key === '{key}')")
    return b.run(f"[...document.querySelectorAll('#table tbody tr')].map((e) => e.children[{i}].textContent)")


def type_into(b, field, text):
    b.run(f"(() => {{ const e = document.getElementById('{field}'); e.value = {json.dumps(text)}; "
          "e.dispatchEvent(new Event('input', {bubbles: true})); "
          "e.dispatchEvent(new Event('change', {bubbles: true})); })()")


def quiet(b, what):
    found = b.complaints()
    check(not found, what + ": " + "; ".join(found))


def look_at_table(b):
    check(len(b.run(LABELS)) == 5, "not five rows")
    b.run("document.querySelector('th[data-key=held_mib_s] button').click()")
    up = [float(v.replace(",", "")) for v in column(b, "held_mib_s")]
    check(up == sorted(up), f"not sorted by held: {up}")
    check(b.run("document.querySelector('th[data-key=held_mib_s]').ariaSort") == "ascending", "aria-sort")
    b.run("document.activeElement.click()")
    down = [float(v.replace(",", "")) for v in column(b, "held_mib_s")]
    check(down == sorted(down, reverse=True) and down != up, f"not the other way round: {down}")
    # The same by the keyboard alone: the heading has the focus.
    b.key("Enter", "\r")
    check([float(v.replace(",", "")) for v in column(b, "held_mib_s")] == up, "Enter does not sort")
    type_into(b, "filter", "ORDER=8")
    check(b.run(LABELS) == ["rotation:order=8"], f"filter: {b.run(LABELS)}")
    check(b.run("document.getElementById('count').textContent").startswith("1 of 5 rows"), "nobody says how many")
    type_into(b, "units", "exact")
    exact = column(b, "cost_ns")[0]
    with open("one.json") as f:
        cell = [c for c in json.load(f)["cells"] if c["label"] == "rotation:order=8"][0]
    check(exact == str(cell["cost_ns"]), f"exact cost {exact}, not {cell['cost_ns']}")
    type_into(b, "units", "fixed")
    check(abs(float(column(b, "cost_ns")[0]) - cell["cost_ns"] / 1e9) < 1e-3, "cost in s")
    b.run("document.querySelector('#columns input[value=\"held_split.raw_mib_s\"]').click()")
    check(len(column(b, "held_split.raw_mib_s")) == 1, "a column that was chosen is not there")
    csv = b.run("csvText()").split("\r\n")
    check(len(csv) == 3 and csv[0].endswith("held_split.raw_mib_s") or "held_split.raw_mib_s" in csv[0], f"csv: {csv}")
    check(f",{cell['cost_ns']}," in csv[1], "csv has no exact figures")
    type_into(b, "filter", "")


def look_at_curves(b):
    # One curve for each row that is chosen, and what is used below them.
    def curves():
        return b.run("document.querySelectorAll('#curves figure:first-child path').length")
    before = curves()
    b.run("[...document.querySelectorAll('#table tbody input')].find((e) => !e.checked).click()")
    check(curves() == before + 1, f"a row that was chosen has no curve: {before}, {curves()}")
    check("at the end" in b.run("document.querySelector('#curves svg').getAttribute('aria-label')"), "no label in words")
    b.run("document.querySelector('#curves svg').focus()")
    b.key("End")
    check(b.run("document.querySelector('#curves .readout').textContent").startswith("at "), "the keyboard reads nothing")
    check(b.run("document.querySelectorAll('#free figure:first-child path').length") == 11, "not a layer for each order")
    parts = "[...document.querySelectorAll('#free figure:nth-child(2) .readout span:not(.swatch)')].map((e) => e.textContent).join()"
    check("movable" in b.run(parts).split(","), "no layer for the movable: " + b.run(parts))
    b.run("document.getElementById('free-small').click()")
    check(b.run("document.querySelectorAll('#free figure:first-child path').length") == 10, "the largest order is not left out")
    check("movable" not in b.run(parts).split(","), "the largest type is not left out: " + b.run(parts))
    b.run("document.getElementById('free-small').click()")


def look_at_warnings(b):
    with open("one.json") as f:
        record = json.load(f)
    said = b.run("[...document.querySelectorAll('.warnings li')].map((e) => e.textContent)")
    for w in record["warnings"]:
        check((w["label"] + ": " if w["label"] else "") + w["text"] in said, "not on the page: " + w["text"])
    check(record["warnings"], "nothing to be warned of")
    check(b.run("document.getElementById('more-warnings').hidden"), "a few warnings are hidden")
    b.run("records[0].warnings = [...Array(20).keys()].map((i) => ({label: null, text: 'no. ' + i})); showAnswer()")
    check(b.run("document.querySelectorAll('#warnings li').length") == 6, "all warnings at once")
    check(b.run("document.querySelectorAll('#more-warnings li').length") >= 14, "warnings are lost")


def look_at_map(b):
    most = int(b.run("document.getElementById('map-time').max"))
    check(1 < most <= 61, f"{most} looks")
    shots = []
    for at in (0, most // 3, most):
        type_into(b, "map-time", str(at))
        shots.append(b.run("[...document.querySelectorAll('#maps canvas')].map((c) => c.toDataURL()).join()"))
        check(f"look {at + 1} of" in b.run("document.getElementById('map-now').textContent"), "which look it is")
    check(len(set(shots)) > 1, "the map does not change")
    label = b.run("document.querySelector('#maps canvas').getAttribute('aria-label')")
    check("MiB" in label, f"the map has no words: {label}")
    b.run("document.getElementById('map-time').focus()")
    b.key("Home")
    check("look 1 of" in b.run("document.getElementById('map-now').textContent"), "the slider does not hear keys")
    names = b.run("document.querySelectorAll('#maps figure').length")
    check(names == b.run("document.querySelectorAll('#table tbody input:checked').length"), "not a map for each row")


def colour(b):
    return b.run("getComputedStyle(document.body).backgroundColor")


def look_at_theme(b):
    light = colour(b)
    type_into(b, "theme", "dark")
    check(colour(b) != light, "dark is as light")
    type_into(b, "theme", "light")
    check(colour(b) == light, "light is not as before")
    if shutil.which("gnuplot"):
        b.run("Promise.all([...document.querySelectorAll('#drawn img')].map((i) => i.decode()))")
        check(b.run("document.querySelectorAll('#drawn img').length") == 5, "not five pictures")


def look_at_sweep(b):
    check(b.run("document.querySelectorAll('#multiples button').length") == 2, "not a panel for each record")
    check(b.run("document.querySelectorAll('#heats td').length") == 6, "no heat map of 3 orders and 2 delays")
    check(b.run("[...document.querySelectorAll('#heats tbody th')].map((e) => e.textContent).join()") == "100ms,2s", "delays")
    before = b.run("document.getElementById('subject').textContent")
    b.run("document.querySelectorAll('#multiples button')[1].click()")
    check(b.run("document.getElementById('subject').textContent") != before, "the record does not change")
    for i in range(2):
        b.run(f"chooseRecord({i})")
        check(b.run("document.querySelectorAll('#maps canvas').length") >= 1, f"no map of record {i} of a sweep")
        check(b.run("document.querySelectorAll('#curves path').length") >= 2, f"no curves of record {i} of a sweep")
    b.run("document.getElementById('scope').click()")
    check(len(b.run(LABELS)) == 14, "not the rows of all records")


def look_at_evil(b):
    title = b.run("document.title")
    check(title != "run", "a label was run")
    check(EVIL in title or "script" in title, f"the name is not shown as it is: {title}")
    check(b.run("document.querySelectorAll('main script, img:not(#drawn img)').length") == 0, "a label became markup")
    type_into(b, "map-time", "0")


def narrow(b):
    # Not innerWidth, which grows with what is too wide.
    check(b.run("document.documentElement.scrollWidth") <= 390, "wider than a phone")
    over = b.run("[...document.querySelectorAll('header *, .bar *')].filter((e) => e.getBoundingClientRect().right > 391).map((e) => e.id || e.tagName).join()")
    check(not over, "hangs over the edge of a phone: " + over)
    small = b.run("[...document.querySelectorAll('svg text')].some((e) => e.getBoundingClientRect().height < 10)")
    check(not small, "text that nobody can read on a phone")


def everything(b):
    for page, steps in (("one.html", (look_at_table, look_at_curves, look_at_map, look_at_theme, look_at_warnings)),
                        ("sweep.html", (look_at_sweep,)), ("evil.html", (look_at_evil,))):
        b.open(page)
        for step in steps:
            step(b)
            quiet(b, page + ", " + step.__name__)
    b.open("one.html")
    b.screenshot("light.png")
    unnamed = b.run("[...document.querySelectorAll('input, select, button, canvas, svg[role=img]')].filter((e) => !(e.labels && "
                    "e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim()).length")
    check(unnamed == 0, f"{unnamed} things have no name for a screen reader")
    b.pdf("printed.pdf")
    with open("printed.pdf", "rb") as f:
        check(f.read(5) == b"%PDF-", "printed")
    b.open("one.html", dark=True)
    check(re.fullmatch(r"rgb\((\d\d?), (\d\d?), (\d\d?)\)", colour(b)), "not dark as the system: " + colour(b))
    b.screenshot("dark.png")
    b.open("one.html", 390, 844, phone=True)
    narrow(b)
    b.screenshot("phone.png")
    b.open("sweep.html", 390, 844, phone=True)
    narrow(b)
    b.screenshot("phone-sweep.png")
    quiet(b, "light, dark, phone")


make_pages()
browser = Browser(chromium)
try:
    everything(browser)
except Failed as e:
    check(False, str(e))
finally:
    browser.close()
print("all passed" if not failures else f"{failures} failures")
sys.exit(failures > 0)
