# Of a record with several policies on several kernels: a row of README.md's table for each kernel. $name: what ran.
# A policy's cell: how much more the host holds than with the policy kernel, in percent; how many more huge pages'
# worth of free memory are left at the end; "=": neither.
def signed: if startswith("-") or . == "0" then . else "+" + . end;
def percent(a; b): (1000 * (a - b) / b | round / 10 | tostring | signed) + " %";
.cells | group_by(.kernel | split("+")[0])[] | . as $rows | ($rows[] | select(.policy == "kernel")) as $k
| "| \($name), \($k.kernel | ltrimstr("linux-")) | \($k.held_mib_s) | \($k.allocator.huge_left) | " +
([$rows[] | select(.policy != "kernel") |
	if .held_mib_s == $k.held_mib_s and .allocator.huge_left == $k.allocator.huge_left then "="
	else percent(.held_mib_s; $k.held_mib_s) + ", " + (.allocator.huge_left - $k.allocator.huge_left | tostring | signed)
	end] | join(" | ")) + " |"
