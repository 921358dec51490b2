# What the rows look up in a record.
def cell($row): .cells[] | select(.label == $row);
def series($row): .timeline.cells[] | select(.label == $row);
def seconds: . / 1e9;
def mib: . / 1048576;
def fixed($n): (. * pow(10; $n) | round) / pow(10; $n) | tostring;
# Each sample: its time, what the host holds, what the guest uses.
def samples: [.time_ns, .resident_bytes, .unmapped_bytes, .used_bytes, .reported_bytes] | transpose | map({t: .[0], held: (.[1] + .[2]), used: .[3], reported: .[4]});
# When the last program was over: the guest uses no more than at the end from then on.
def freed: samples as $s | $s[-1].used as $last | ([range($s | length) | select($s[.].used > $last)] | max) as $i | $s[$i + 1].t;
# How long after that less than $least is held; null: never.
def until_below($least): freed as $t | first(samples[] | select(.t >= $t and .held < $least) | .t - $t) // null;
# By how much what is held falls with each pass between two times, in MiB; what falls within a second is one pass.
def falls($from; $to): samples as $s | reduce range(1; $s | length) as $i ([];
	($s[$i - 1].held - $s[$i].held | mib) as $d
	| if $s[$i].t <= $from or $s[$i].t >= $to or $d < 1 then .
	  elif length > 0 and $s[$i].t - .[-1].t < 1e9 then .[-1].d += $d
	  else . + [{t: $s[$i].t, d: $d}] end) | map(.d);
