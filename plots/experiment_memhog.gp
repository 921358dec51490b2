# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment memhog: the third run by the first (top) and memory swapped out (bottom) over the gap between one
# program's exit and the next guest's start, one line per strategy, one column per size of the program; dotted
# levels are what was published for the small one.
# gnuplot -e "data='DIR'; out='DIR/experiment_memhog'" plots/experiment_memhog.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

headline_text = 'Three programs in a row on a host without room for three: lower is better in both rows'
small = 0.0; large = 0.0
stats rows using (v = column('program_bytes'), small = small == 0 || v < small ? v : small, \
	large = v > large ? v : large, 1) nooutput
columns_ = large > small ? 2 : 1
array size_[2] = [small, large]
array key_[2] = ['third_of_first', 'swapped_out_bytes']
array what[2] = ['third run by the first', 'swapped out (GiB)']
array unit[2] = [1000.0, 2.0**30]
array top[2]
do for [k = 1:2] {
	top[k] = 0.0
	stats rows using (v = column(key_[k]), v == v ? (top[k] = top[k] > v ? top[k] : v, 1) : 1) nooutput
}
array there[3] = [7.5, 0.91, 1.13]
if (columns_ == 2) { top[1] = 7.5 * unit[1] }
seconds(v) = v / 1e9 > 2 ? v / 1e9 : 2
middle = (floor_of_plots + ceiling_of_plots) / 2

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [k = 1:2] { do for [p = 1:columns_] {
		set lmargin at screen 0.085 + (p - 1) * 0.9 / columns_
		set rmargin at screen 0.085 + p * 0.9 / columns_ - 0.03
		set bmargin at screen (k == 1 ? middle + 0.02 : floor_of_plots)
		set tmargin at screen (k == 1 ? ceiling_of_plots : middle - 0.02)
		if (k == 1) {
			set title sprintf('%g GiB in each', size_[p] / 2.0**30) font 'DejaVu Sans,18' offset 0, -0.5
		} else { unset title }
		set logscale x
		set xrange [1.5:90]
		set yrange [0:(top[k] > 0 ? 1.1 * top[k] / unit[k] : 1)]
		set xtics nomirror out ('at once' 2, '10' 10, '60' 60) font 'DejaVu Sans,16'
		set xtics format (k == 1 ? '' : '%g')
		set ytics nomirror out auto format (p == 1 ? '%g' : '') font 'DejaVu Sans,16'
		set xlabel (k == 2 ? "from one exit to the next start (s)" : ' ')
		set ylabel (p == 1 ? what[k] : '') font 'DejaVu Sans,17'
		unset key
		# What was published is of the small program: it has no gap, so that it is a level.
		if (k == 1 && p == 1 && columns_ == 2) {
			set label 11 'published without reporting: 7.5' at 55, 7.5 - 0.35 right font 'DejaVu Sans,14' textcolor rgb '#404040'
			set label 12 'published with it: 0.91 and 1.13' at 55, 1.02 + 0.42 right font 'DejaVu Sans,14' textcolor rgb '#404040'
		}
		plot for [level = 1:3] (k == 1 && p == 1 && columns_ == 2 ? there[level] : NaN) with lines dashtype 3 \
				linecolor rgb '#808080' notitle, \
			for [i = 1:n] rows using (strcol(1) eq label[i] && column('program_bytes') == size_[p] ? \
			seconds(column('gap_ns')) : NaN):(column(key_[k]) / unit[k]) with linespoints \
			linecolor rgb colour(i) linewidth width(i) / 1.5 dashtype dashes(i) \
			pointtype point(i) pointsize 1.3 notitle
		unset label
	} }
	eval legend_setup
	plot for [i = 1:n] NaN with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
		dashtype dashes(i) pointtype point(i) pointsize 1.3 title label[i]
	eval after_legend
	unset multiplot
}
unset output
