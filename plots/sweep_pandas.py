#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A merged sweep as a pandas.DataFrame, or a comparison's `--format csv`:

  plots/sweep_pandas.py sweep.sqlite|sweep.csv [--figure cost_ns] [--by order,delay]

A row for each cell, a column for each figure (`buddysim list metrics`), for each option that the sweep varies ("--seed"),
and, made here, for each parameter of a strategy. Printed: of each strategy the figure's mean and how far repetitions
are apart, and its mean by the parameters. Needs python3-pandas. A start for tables of your own: read() is the whole of it.
"""
import argparse
import sqlite3
import sys

import pandas as pd


def numbers(column):
    """As numbers, so that 9 is before 10, where all are."""
    as_numbers = pd.to_numeric(column, errors="coerce")
    return as_numbers.convert_dtypes() if as_numbers.isna().equals(column.isna()) else column


def read(path):
    """The cells of a .sqlite or .csv file, with a column for each parameter."""
    if path.endswith((".csv", ".tsv")):
        cells = pd.read_csv(path, sep="\t" if path.endswith(".tsv") else ",")
    else:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
            cells = pd.read_sql_query("SELECT * FROM cells", base)
    # "order=9,delay=2s" as {"order": "9", "delay": "2s"}
    parameters = cells["params"].fillna("").map(lambda text: dict(p.split("=", 1) for p in text.split(",") if "=" in p))
    parameters = pd.DataFrame(parameters.tolist(), index=cells.index).apply(numbers)
    return cells.join(parameters, rsuffix=" (parameter)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sweep")
    parser.add_argument("--figure", default="cost_ns")
    parser.add_argument("--by", default="order,delay", help="parameters, the last one across")
    args = parser.parse_args()
    cells, by = read(args.sweep), args.by.split(",")
    missing = [name for name in [args.figure, *by] if name not in cells]
    if missing:
        sys.exit(f"sweep_pandas.py: no column {', '.join(missing)}; there are {', '.join(cells.columns)}")

    # Only rows that did all that the trace asks for are comparable.
    cells = cells[cells["finished"] == 1]
    print(cells.groupby("strategy")[args.figure].agg(["count", "mean", "std", "min", "max"]).to_string(), end="\n\n")
    print(cells.pivot_table(values=args.figure, index=["strategy", *by[:-1]], columns=by[-1]).to_string())


if __name__ == "__main__":
    main()
