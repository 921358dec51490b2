# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment list-walk: nodes walked per reported block over R/N, one panel per place of the raw
# blocks. Both axes logarithmic; R/N = 0 stands left of 1.
# gnuplot -e "data='DIR'; out='DIR/experiment_list_walk'" plots/experiment_list_walk.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

array place[3] = ['head', 'tail', 'shuffled']
array heading[3] = ['raw blocks at the head', 'raw blocks at the tail', 'raw blocks anywhere']
headline_text = 'What it costs to find raw blocks among reported ones'
top = 1.0
stats rows using (v = column('nodes_per_range_milli') / 1000.0, \
	v == v ? (top = top > v ? top : v, 1) : 1) nooutput

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
		set logscale x 2
		set logscale y
		set xrange [0.45:75]
		set yrange [0.9:top * 1.5]
		set xtics nomirror out ('0' 0.5, '1' 1, '2' 2, '4' 4, '8' 8, '16' 16, '32' 32, '64' 64) \
			font 'DejaVu Sans,16'
		set ytics nomirror out format (p == 1 ? '%g' : '') font 'DejaVu Sans,17'
		set xlabel (p == 2 ? 'reported blocks on the list for each raw one (R/N)' : ' ')
		set ylabel (p == 1 ? 'nodes walked per reported block' : '') offset 1.2
		unset key
		plot for [i = 1:n] rows using (strcol(1) eq label[i] && strcol(2) eq place[p] ? \
			(column('ratio') > 0 ? column('ratio') : 0.5) : NaN):\
			(column('nodes_per_range_milli') / 1000.0) with linespoints \
			linecolor rgb colour(i) linewidth width(i) / 1.5 dashtype dashes(i) \
			pointtype point(i) pointsize 1.4
		unset label
	}
	eval legend_setup
	plot for [i = 1:n] NaN with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
		dashtype dashes(i) pointtype point(i) pointsize 1.4 title label[i]
	eval after_legend
	unset multiplot
}
unset output
