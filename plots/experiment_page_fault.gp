# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment page-fault: throughput against the unpatched kernel over the number of tasks, of processes: huge pages with
# a host that discards nothing, huge pages, and base pages; below, the share of the CPUs' time that waits for the lock.
# gnuplot -e "data='DIR'; out='DIR/experiment_page_fault'" plots/experiment_page_fault.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

array pages_[3] = ['huge', 'huge', 'base']
array case_[3] = ['no discard', 'on', 'on']
array head[3] = ['huge pages, nothing discarded', 'huge pages', 'base pages']
headline_text = 'Throughput of page_fault1 processes against the unpatched kernel: higher is better'
is(p) = strcol('pages') eq pages_[p] && strcol('case') eq case_[p] && strcol('mode') eq 'processes'
# What was published of these, where it is one number, for as many tasks.
published(p) = is(p) && strlen(strcol('published')) < 6 && strcol('published') ne 'NaN' ? column('published') : NaN
lowest = 0.0
highest = 0.0
waits = 0.0
stats rows using (v = column('of_unpatched'), lowest = lowest < v ? lowest : v, \
	highest = highest > v ? highest : v, 1) nooutput
stats rows using (v = column('wait_share') / 1e3, waits = waits > v ? waits : v, 1) nooutput
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
			set title head[p] font 'DejaVu Sans,18' offset 0, -0.5
		} else { unset title }
		set xrange [0:25]
		set yrange [(k == 1 ? 1.08 * (lowest < -1 ? lowest : -1) : 0):(k == 1 ? 1.2 * (highest > 1 ? highest : 1) : 1.08 * (waits > 0.1 ? waits : 0.1))]
		set xtics nomirror out (1, 4, 8, 16, 24) font 'DejaVu Sans,16'
		set xtics format (k == 1 ? '' : '%g')
		set ytics nomirror out auto format (p == 1 ? '%g' : '') font 'DejaVu Sans,16'
		set xlabel (k == 2 && p == 2 ? 'tasks, each on a CPU of its own' : ' ')
		set ylabel (p == 1 ? (k == 1 ? 'change (%)' : 'time in lock waits (%)') : '') font 'DejaVu Sans,17'
		unset key
		plot for [i = 1:n] rows using (strcol(1) eq label[i] && is(p) ? column('tasks') : NaN):\
			(k == 1 ? column('of_unpatched') : column('wait_share') / 1e3) with linespoints \
			linecolor rgb colour(i) linewidth width(i) / 1.5 dashtype dashes(i) \
			pointtype point(i) pointsize 1.3, \
			rows using (column('tasks')):(k == 1 ? published(p) : NaN) with points \
			linecolor rgb 'black' pointtype 2 pointsize 2 linewidth 2
		unset label
	} }
	eval legend_setup
	plot for [i = 1:n] NaN with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
		dashtype dashes(i) pointtype point(i) pointsize 1.3 title label[i], \
		NaN with points linecolor rgb 'black' pointtype 2 pointsize 2 linewidth 2 title 'published'
	eval after_legend
	unset multiplot
}
unset output
