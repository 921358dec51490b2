#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The line of progress of what takes longer than a moment: on a terminal, and nowhere else.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || { echo "needs python3"; exit 77; }
python3 "$src/tests/cli/progress.py" "$bin" || fail "progress.py"
finish
