# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment density: guests that fit over the gap between one program's exit and the next guest's start, one
# line per strategy; dotted levels are what was published. On the left what no guest has is all the host's own, on the
# right it lies beside each guest.
# gnuplot -e "data='DIR'; out='DIR/experiment_density'" plots/experiment_density.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

headline_text = 'Guests that fit on one host, by the time between them: higher is better'
top = 1.0
stats rows using (v = column('guests_fit'), top = top > v ? top : v, 1) nooutput
array key_[2] = ['guests_fit', 'guests_fit_beside']
array head_[2] = ["what no guest has is the host's own", 'it lies beside each guest']
# At once has a place on the logarithmic axis: left of 1 s.
seconds(v) = v / 1e9 > 0.4 ? v / 1e9 : 0.4

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [p = 1:2] {
		set lmargin at screen 0.07 + (p - 1) * 0.47
		set rmargin at screen 0.07 + (p - 1) * 0.47 + 0.44
		set bmargin at screen floor_of_plots
		set tmargin at screen ceiling_of_plots
		set title head_[p] font 'DejaVu Sans,18' offset 0, -0.5
		set logscale x
		set xrange [0.3:90]
		set yrange [0:(1.12 * top)]
		set xtics nomirror out ('at once' 0.4, '2' 2, '10' 10, '30' 30, '60' 60) font 'DejaVu Sans,16'
		set ytics nomirror out 1 format (p == 1 ? '%g' : '') font 'DejaVu Sans,16'
		set xlabel "from one program's exit to the next guest's start (s)"
		set ylabel (p == 1 ? 'guests without swap' : '') font 'DejaVu Sans,17'
		set label 11 'published without reporting: 2' at 70, 1.72 right font 'DejaVu Sans,14' textcolor rgb '#404040'
		set label 12 'published with reporting: 6' at 70, 6.24 right font 'DejaVu Sans,14' textcolor rgb '#404040'
		unset key
		plot 2 with lines dashtype 3 linecolor rgb '#808080' notitle, \
			6 with lines dashtype 3 linecolor rgb '#808080' notitle, \
			for [i = 1:n] rows using (strcol(1) eq label[i] ? seconds(column('gap_ns')) : NaN):\
			(column(key_[p])) with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
			dashtype dashes(i) pointtype point(i) pointsize 1.6 notitle
		unset label
	}
	eval legend_setup
	plot for [i = 1:n] NaN with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
		dashtype dashes(i) pointtype point(i) pointsize 1.3 title label[i]
	eval after_legend
	unset multiplot
}
unset output
