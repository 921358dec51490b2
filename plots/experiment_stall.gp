# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment stall: one line per strategy, one point per fault: memory held 60 s after the release,
# memory held 60 s after the device was healthy again, and the time from then to the last discard.
# gnuplot -e "data='DIR'; out='DIR/experiment_stall'" plots/experiment_stall.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

array fault[4] = ['none', 'stall', 'error', 'disable']
array words[4] = ['no fault', 'stall of 5 s', 'every 3rd request fails', 'switched off in mid-call']
# Of faults, not of strategies.
array shade[4] = [0xD55E00, 0x0072B2, 0x009E73, 0xE69F00]
array key_[3] = ['excess_bytes', 'end_excess_bytes', 'recovery_ns']
array heading[3] = ['held 60 s after the release', 'held at the end', 'recovery']
headline_text = 'A device that misbehaves: what stays, and for how long'
longest = 0
do for [i = 1:n] { longest = strlen(label[i]) > longest ? strlen(label[i]) : longest }
left = 0.02 + longest * 0.0085
left = left > 0.3 ? 0.3 : left
step = (0.985 - left) / 3
top = 0.0
stats rows using (top = top > column('excess_bytes') ? top : column('excess_bytes'), 1) nooutput
unit = top >= 2.0**31 ? 2.0**30 : 2.0**20
slowest = 0.0
stats rows using (v = column('recovery_ns'), v == v ? (slowest = slowest > v ? slowest : v, 1) : 1) \
	nooutput
# Zero has a place on the logarithmic axis of time: left of 0.1 ms.
seconds(v) = v != v ? NaN : v / 1e9 > 1e-4 ? v / 1e9 : 5e-5
line_of(s) = (k_ = 0, sum [i = 1:n] (k_ = label[i] eq s ? i : k_, 0), k_)

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [p = 1:3] {
		set lmargin at screen left + (p - 1) * step
		set rmargin at screen left + p * step - 0.025
		set bmargin at screen 0.17
		set tmargin at screen ceiling_of_plots
		set title heading[p] font 'DejaVu Sans,18' offset 0, -0.5
		set yrange [n + 0.6:0.4]
		set ytics scale 0
		unset ytics
		set ytics nomirror out ('' 1) scale 0 font 'DejaVu Sans,15'
		do for [i = 1:n] { set ytics add ((p == 1 ? label[i] : '') i) }
		if (p == 3) {
			set logscale x
			set xrange [3e-5:(slowest / 1e9 > 10 ? slowest / 1e9 * 2 : 20)]
			set xtics nomirror out ('0' 5e-5, '1 ms' 1e-3, '10 ms' 0.01, '0.1 s' 0.1, '1 s' 1, '10 s' 10) \
				font 'DejaVu Sans,15'
			set xlabel 'from healthy to the last discard'
		} else {
			unset logscale x
			set xrange [(-0.03 * (top > 0 ? top / unit : 1)):(top > 0 ? 1.06 * top / unit : 1)]
			set xtics nomirror out auto format '%g' font 'DejaVu Sans,15'
			set xlabel (unit > 2.0**20 ? 'GiB' : 'MiB')
		}
		unset key
		plot for [f = 1:4] rows using (strcol(2) eq fault[f] ? \
			(p == 3 ? seconds(column(key_[p])) : column(key_[p]) / unit) : NaN):\
			(line_of(strcol(1)) + (f - 2.5) * 0.17) with points \
			linecolor rgb shade[f] pointtype point(f) pointsize 1.5 linewidth 2
		unset label
	}
	legend_rows = 1
	legend_font = 'DejaVu Sans,15'
	eval legend_setup
	plot for [f = 1:4] NaN with points linecolor rgb shade[f] pointtype point(f) pointsize 1.6 \
		title words[f]
	eval after_legend
	unset multiplot
}
unset output
