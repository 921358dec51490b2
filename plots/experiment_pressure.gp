# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment pressure: memory refused though it is only isolated, over the margin that the guest
# leaves itself above the watermark; one panel per case.
# gnuplot -e "data='DIR'; out='DIR/experiment_pressure'" plots/experiment_pressure.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

array case_[2] = ['during', 'before']
array heading[2] = ['1 GiB is being reported, then the guest allocates', \
	'the guest is low already when the report begins']
headline_text = 'Refused though only isolated: false OOM while the host is stalled'
top = 0.0
stats rows using (top = top > column('false_oom_bytes') ? top : column('false_oom_bytes'), 1) \
	nooutput
top = top > 0 ? top / 2.0**20 : 1

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [p = 1:2] {
		set lmargin at screen 0.085 + (p - 1) * 0.46
		set rmargin at screen 0.085 + (p - 1) * 0.46 + 0.43
		set bmargin at screen floor_of_plots
		set tmargin at screen ceiling_of_plots
		set title heading[p] font 'DejaVu Sans,18' offset 0, -0.5
		set nonlinear y via asinh(y / 10) inverse 10 * sinh(y)
		set xrange [-4:262]
		set yrange [0:1.15 * top]
		set xtics nomirror out 0, 32 font 'DejaVu Sans,16'
		set ytics nomirror out (0, 10, 20, 50, 100, 200, 500, 1000) font 'DejaVu Sans,17'
		if (p == 2) { set ytics format '' } else { set ytics format '%g' }
		set xlabel (p == 1 ? 'left above the min watermark, were nothing isolated (MiB)' : \
			'free above the min watermark when the report begins (MiB)') \
			font 'DejaVu Sans,17'
		set ylabel (p == 1 ? 'refused (MiB)' : '')
		unset key
		plot for [i = 1:n] rows using (strcol(1) eq label[i] && strcol(2) eq case_[p] ? \
			column('margin_bytes') / 2.0**20 : NaN):\
			(column('false_oom_bytes') / 2.0**20) with linespoints \
			linecolor rgb colour(i) linewidth width(i) / 1.5 dashtype dashes(i) \
			pointtype point(i) pointsize 1.4
		unset label
	}
	unset nonlinear y
	eval legend_setup
	plot for [i = 1:n] NaN with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
		dashtype dashes(i) pointtype point(i) pointsize 1.4 title label[i]
	eval after_legend
	unset multiplot
}
unset output
