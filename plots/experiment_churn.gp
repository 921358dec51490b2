# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment churn: refaulted memory per cycle (top) and memory held though unused (bottom) over the
# period, one column per share of memory that comes and goes.
# gnuplot -e "data='DIR'; out='DIR/experiment_churn'" plots/experiment_churn.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

array share[3] = [25, 50, 75]
array key_[2] = ['refault_per_cycle_bytes', 'held_mean_bytes']
array what[2] = ['refaulted a cycle', 'held though unused']
headline_text = 'Memory that comes and goes: lower is better in both rows'
array top[2]
do for [k = 1:2] {
	top[k] = 0.0
	stats rows using (v = column(key_[k]), top[k] = top[k] > v ? top[k] : v, 1) nooutput
}
unit = (top[1] > top[2] ? top[1] : top[2]) >= 2.0**31 ? 2.0**30 : 2.0**20
word = unit > 2.0**20 ? ' (GiB)' : ' (MiB)'
middle = (floor_of_plots + ceiling_of_plots) / 2

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [k = 1:2] { do for [p = 1:3] {
		set lmargin at screen 0.085 + (p - 1) * 0.305
		set rmargin at screen 0.085 + (p - 1) * 0.305 + 0.285
		set bmargin at screen (k == 1 ? middle + 0.02 : floor_of_plots)
		set tmargin at screen (k == 1 ? ceiling_of_plots : middle - 0.02)
		if (k == 1) {
			set title sprintf('%d %% of memory', share[p]) font 'DejaVu Sans,18' offset 0, -0.5
		} else { unset title }
		set logscale x
		set xrange [0.085:12]
		set yrange [0:(top[k] > 0 ? 1.08 * top[k] / unit : 1)]
		set xtics nomirror out (0.1, 0.3, 1, 3, 10) font 'DejaVu Sans,16'
		set xtics format (k == 1 ? '' : '%g')
		set ytics nomirror out auto format (p == 1 ? '%g' : '') font 'DejaVu Sans,16'
		set xlabel (k == 2 && p == 2 ? 'period (s): half of it in use, half free' : ' ')
		set ylabel (p == 1 ? what[k].word : '') font 'DejaVu Sans,17'
		unset key
		plot for [i = 1:n] rows using (strcol(1) eq label[i] && \
			column('share_percent') == share[p] ? column('period_ns') / 1e9 : NaN):\
			(column(key_[k]) / unit) with linespoints \
			linecolor rgb colour(i) linewidth width(i) / 1.5 dashtype dashes(i) \
			pointtype point(i) pointsize 1.3
		unset label
	} }
	eval legend_setup
	plot for [i = 1:n] NaN with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
		dashtype dashes(i) pointtype point(i) pointsize 1.3 title label[i]
	eval after_legend
	unset multiplot
}
unset output
