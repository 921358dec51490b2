# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment cache: what the host holds of files that were read once, from the reading's end on: page cache and free memory;
# one panel per kernel model.
# gnuplot -e "data='DIR'; out='DIR/experiment_cache'" plots/experiment_cache.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

array shade[8] = [0x999999, 0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0xD55E00, 0x56B4E9, 0x000000]
array group[4]
do for [j = 1:4] { group[j] = '' }
groups = 0
place(name) = sum [j = 1:groups] (group[j] eq name ? j : 0)
named(name) = (place(name) ? 0 : (groups = groups + 1, group[groups] = name, 0), 1)
stats rows using (named(strcol('kernel'))) nooutput
headline_text = 'Files that were read once: what the host still holds of them'
series = data.'/series.tsv'

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [p = 1:groups] {
		set lmargin at screen 0.075 + (p - 1) * 0.91 / groups
		set rmargin at screen 0.075 + (p - 1) * 0.91 / groups + 0.91 / groups - 0.04
		set bmargin at screen floor_of_plots
		set tmargin at screen ceiling_of_plots
		set title group[p] font 'DejaVu Sans,18' offset 0, -0.5
		set xrange [0:*]
		set yrange [0:*]
		set xtics nomirror out auto format '%g' font 'DejaVu Sans,16'
		set ytics nomirror out auto format (p == 1 ? '%g' : '') font 'DejaVu Sans,16'
		set xlabel 'since the reading ended (min)' font 'DejaVu Sans,17'
		set ylabel (p == 1 ? 'held (MiB)' : '') font 'DejaVu Sans,17'
		unset key
		plot for [i = 1:n] series using (strcol(1) eq label[i] && strcol(2) eq group[p] ? \
			column('x') / 60e9 : NaN):(column('y') / 2.0**20) with steps \
			linecolor rgb shade[(i - 1) % 8 + 1] linewidth width(i) / 1.5 dashtype dash(i - 1)
		unset label
	}
	eval legend_setup
	plot for [i = 1:n] NaN with lines linecolor rgb shade[(i - 1) % 8 + 1] linewidth width(i) / 1.5 \
		dashtype dash(i - 1) title label[i]
	eval after_legend
	unset multiplot
}
unset output
