# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment release: memory the host still holds after a guest freed it, over time (logarithmic),
# one panel per order in which it was freed.
# gnuplot -e "data='DIR'; out='DIR/experiment_release'" plots/experiment_release.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

series = data.'/series.tsv'
array pattern[3] = ['order-9', 'high-to-low', 'order-0 random']
array heading[3] = ['huge pages, ascending', 'huge pages, high to low', 'base pages, at random']
headline_text = 'Freed at once: what the host still holds'
top = 0.0
stats series using (top = top > $4 ? top : $4, 1) nooutput
unit = top >= 2 * 2.0**30 ? 2.0**30 : 2.0**20
first = 1e-4

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [p = 1:3] {
		set lmargin at screen 0.075 + (p - 1) * 0.31
		set rmargin at screen 0.075 + (p - 1) * 0.31 + 0.285
		set bmargin at screen floor_of_plots
		set tmargin at screen ceiling_of_plots
		set title heading[p] font 'DejaVu Sans,18' offset 0, -0.5
		set logscale x
		set xrange [first:60]
		set yrange [0:(top > 0 ? 1.05 * top / unit : 1)]
		set xtics nomirror out ('0.1 ms' 1e-4, '1 ms' 1e-3, '10 ms' 1e-2, '0.1 s' 0.1, '1 s' 1, '10 s' 10) \
			font 'DejaVu Sans,14'
		set ytics nomirror out format (p == 1 ? '%g' : '') font 'DejaVu Sans,17'
		set xlabel (p == 2 ? 'virtual time since the first free' : ' ')
		set ylabel (p == 1 ? (unit > 2.0**20 ? 'held though free (GiB)' : \
			'held though free (MiB)') : '')
		unset key
		plot for [i = 1:n] series using (strcol(1) eq label[i] && strcol(2) eq pattern[p] ? \
			($3 / 1e9 > first ? $3 / 1e9 : first) : NaN):($4 / unit) with steps \
			linecolor rgb colour(i) linewidth width(i) dashtype dashes(i)
		unset label
	}
	eval legend_setup
	plot for [i = 1:n] NaN with lines linecolor rgb colour(i) linewidth width(i) \
		dashtype dashes(i) title label[i]
	eval after_legend
	unset multiplot
}
unset output
