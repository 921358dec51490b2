# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment page-fault: throughput against the unpatched kernel over the number of tasks, of processes: huge pages with
# a host that discards nothing, huge pages, and base pages; below, the share of the CPUs' time that waits for the lock.
# On the right what was published for 16 tasks, beside what comes out here.
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
# What was published: one number, or a range of which this is the first.
number(text) = (dots_ = strstrt(text, '..'), (dots_ > 0 ? text[1:dots_ - 1] : word(text, 1)) + 0.0)
m = 0
array name_[40]; array here_[40]; array there_[40]; array hue_[40]
hue_of(l) = (h_ = 0, sum [i_ = 1:n] (label[i_] eq l ? (h_ = colour_[i_], 0) : 0), h_)
# (What is missing is no text of its own: a number begins with a sign or a digit.)
is_number(text) = strlen(text) > 0 && strstrt('-+0123456789', text[1:1]) > 0
stats rows using (is_number(strcol('published')) && strcol('pages') eq 'huge' && strcol('mode') eq 'processes' && m < 40 ? \
	(m = m + 1, name_[m] = strcol(1).', '.strcol('case'), here_[m] = -column('of_unpatched'), \
	there_[m] = -number(strcol('published')), hue_[m] = hue_of(strcol(1)), 1) : 1) nooutput
# On a logarithmic axis, with a place for what loses nothing.
nothing = 0.03
loss(v) = v > nothing ? v : nothing
wide = m > 0 ? 0.205 : 0.305
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
		set lmargin at screen 0.07 + (p - 1) * wide
		set rmargin at screen 0.07 + p * wide - 0.015
		set bmargin at screen (k == 1 ? middle + 0.02 : floor_of_plots)
		set tmargin at screen (k == 1 ? ceiling_of_plots : middle - 0.02)
		if (k == 1) {
			set title head[p] font 'DejaVu Sans,'.(m > 0 ? '14' : '18') offset 0, -0.5
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
			pointtype point(i) pointsize 1.3
		unset label
	} }
	if (m > 0) {
		set lmargin at screen 0.83
		set rmargin at screen 0.985
		set bmargin at screen floor_of_plots
		set tmargin at screen ceiling_of_plots
		set title 'loss at 16 tasks, huge pages' font 'DejaVu Sans,14' offset 0, -0.5
		set logscale x
		set xrange [0.8 * nothing:100]
		set yrange [0.4:(m + 0.6)]
		set xtics nomirror out ('0' nothing, '0.1' 0.1, '1' 1, '10' 10, '100' 100) font 'DejaVu Sans,14'
		set ytics nomirror out ('' 0) font 'DejaVu Sans,13'
		do for [k = 1:m] { set ytics add (name_[k] m + 1 - k) }
		set xlabel 'per cent, logarithmic'
		set ylabel ''
		do for [k = 1:m] {
			set label 100 + k '' at loss(here_[k]), m + 1 - k point linecolor rgb hue_[k] pointtype 7 pointsize 1.9
			set label 200 + k '' at loss(there_[k]), m + 1 - k point linecolor rgb 'black' pointtype 2 pointsize 1.7 linewidth 2
		}
		plot NaN notitle
		unset label
		unset logscale
	}
	eval legend_setup
	plot for [i = 1:n] NaN with linespoints linecolor rgb colour(i) linewidth width(i) / 1.5 \
		dashtype dashes(i) pointtype point(i) pointsize 1.3 title label[i], \
		NaN with points linecolor rgb 'black' pointtype 2 pointsize 2 linewidth 2 title (m > 0 ? 'published' : '')
	eval after_legend
	unset multiplot
}
unset output
