#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A merged sweep as a picture: `buddysim sweep merge DIR -o sweep.sqlite`, then

  plots/sweep.py sweep.sqlite -o sweep.svg [--strategy rotation] [--figure cost_ns] [--x delay] [--y order]

Left, what is held against the time that CPUs are blocked, a point for each label (the mean over all else that
varies); right, one strategy's figure by two of its parameters. Needs python3-matplotlib. A start for pictures
of your own: every figure is a column of the table "cells", "figures" says what each is. sweep_pandas.py reads
the same with pandas; here plain sqlite3 does.
"""
import argparse
import re
import sqlite3
import sys
from collections import defaultdict
from statistics import mean

import matplotlib.pyplot as plt

plt.switch_backend("Agg")  # no display
plt.rcParams["svg.hashsalt"] = "buddysim"  # the same bytes for the same sweep

NS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "min": 60e9, "h": 3600e9}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sweep")
    parser.add_argument("-o", "--output", required=True, help="picture: .svg, .png or .pdf")
    parser.add_argument("--strategy", default="rotation")
    parser.add_argument("--figure", default="cost_ns")
    parser.add_argument("--x", default="delay")
    parser.add_argument("--y", default="order")
    return parser.parse_args()


def parameter(text, name):
    found = re.search(rf"(?:^|,){re.escape(name)}=([^,]*)", text or "")
    return found.group(1) if found else None


def size_of(value):
    """What a parameter's value is sorted by: a number, a time with its unit, or a word."""
    found = re.fullmatch(r"([0-9.]+)([a-z]*)", value)
    return (0, float(found.group(1)) * NS.get(found.group(2), 1), "") if found else (1, 0, value)


def read(args):
    base = sqlite3.connect(f"file:{args.sweep}?mode=ro", uri=True)
    base.row_factory = sqlite3.Row
    units = dict(base.execute("SELECT key, unit FROM figures"))
    if args.figure not in units:
        sys.exit(f"sweep.py: no figure {args.figure}; `buddysim list metrics` names them")
    return [dict(row) for row in base.execute("SELECT * FROM cells WHERE finished")], units


def draw_cost(axes, cells):
    points = defaultdict(list)
    for c in cells:
        if c["held_mib_s"] is not None and c["guest_stall_ns.total"] is not None:
            points[c["label"]].append((c["held_mib_s"], c["guest_stall_ns.total"] / 1e6))
    by_strategy = defaultdict(list)
    for label, seen in points.items():
        by_strategy[label.split(":")[0]].append((mean(p[0] for p in seen), mean(p[1] for p in seen)))
    for marker, (name, at) in zip("os^Dv<>PX*" * 9, sorted(by_strategy.items())):
        axes.scatter(*zip(*at), marker=marker, label=name)
    axes.set_xlabel("held, MiB x s")
    axes.set_ylabel("CPUs blocked, ms")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.legend()


def draw_map(axes, cells, args, unit):
    at = defaultdict(list)
    for c in cells:
        x, y = parameter(c["params"], args.x), parameter(c["params"], args.y)
        if c["strategy"] == args.strategy and None not in (x, y, c[args.figure]):
            at[y, x].append(c[args.figure])
    if not at:
        sys.exit(f"sweep.py: no cell of {args.strategy} has {args.figure}, {args.x} and {args.y}")
    xs = sorted({x for _, x in at}, key=size_of)
    ys = sorted({y for y, _ in at}, key=size_of)
    scale, unit = (1e6, "ms") if unit == "ns" else (1, unit)
    table = [[mean(at[y, x]) / scale if (y, x) in at else float("nan") for x in xs] for y in ys]
    image = axes.imshow(table, aspect="auto", cmap="viridis_r", origin="lower")
    axes.set_xticks(range(len(xs)), xs)
    axes.set_yticks(range(len(ys)), ys)
    axes.set_xlabel(args.x)
    axes.set_ylabel(args.y)
    axes.set_title(f"{args.strategy}: {args.figure}, {unit}")
    for i, row in enumerate(table):
        for k, v in enumerate(row):
            axes.text(k, i, f"{v:.4g}", ha="center", va="center", color="white",
                      bbox={"facecolor": "black", "alpha": 0.4, "linewidth": 0, "pad": 1.5})
    axes.figure.colorbar(image, ax=axes)


def main():
    args = arguments()
    cells, units = read(args)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    draw_cost(left, cells)
    draw_map(right, cells, args, units[args.figure])
    left.set_title(f"{len(cells)} cells")
    figure.savefig(args.output, metadata={"Date": None} if args.output.endswith(".svg") else None)


if __name__ == "__main__":
    main()
