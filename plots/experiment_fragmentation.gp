# SPDX-License-Identifier: GPL-2.0-or-later
# Experiment fragmentation: of what is free at the end, what is of no use for huge pages; huge pages that were not to be had; and
# what the host held, with page cache, one bar for each who took part, by kernel model.
# gnuplot -e "data='DIR'; out='DIR/experiment_fragmentation'" plots/experiment_fragmentation.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
load here.'experiment_style.gp'

# One strategy with several agents: a colour each here.
array shade[8] = [0x999999, 0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0x000000]
array group[16]
groups = 0
place(name) = sum [j = 1:groups] (group[j] eq name ? j : 0)
named(name) = (place(name) ? 0 : (groups = groups + 1, group[groups] = name, 0), 1)
of(kernel_, defrag) = kernel_.(defrag > 0 ? ', defrag' : '')
group[1] = ''
do for [j = 2:16] { group[j] = '' }
stats rows using (named(of(strcol('kernel'), column('defrag_mode')))) nooutput

array heading[3] = ['free, but of no use for huge pages (%)', 'huge pages that were not to be had (%)', \
	'held: unused and page cache, in the mean (MiB)']
of_panel(p) = p == 1 ? column('unusable_9') / 10.0 : p == 2 ? 100 - column('huge_got') / 10.0 : \
	column('held_with_cache_bytes') / 2.0**20
headline_text = 'A guest that has been lived in: what its free memory is still good for'
width_ = 0.8 / n

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	eval titles
	do for [p = 1:3] {
		set lmargin at screen 0.05 + (p - 1) * 0.32
		set rmargin at screen 0.05 + (p - 1) * 0.32 + 0.285
		set bmargin at screen floor_of_plots
		set tmargin at screen ceiling_of_plots
		set title heading[p] font 'DejaVu Sans,16' offset 0, -0.5
		set xrange [0.5:groups + 0.5]
		if (p == 1) { set yrange [0:100] } else { set yrange [0:*] }
		set xtics nomirror out font 'DejaVu Sans,13'
		set xtics (group[1][7:*] 1)
		do for [j = 2:groups] { set xtics add (group[j][7:*] j) }
		set ytics nomirror out auto format '%g' font 'DejaVu Sans,15'
		set xlabel 'Linux' font 'DejaVu Sans,15'
		unset key
		plot for [i = 1:n] rows using (strcol(1) eq label[i] ? \
			place(of(strcol('kernel'), column('defrag_mode'))) + (i - (n + 1) / 2.0) * width_ : NaN):\
			(of_panel(p)):(width_ * 0.92) with boxes \
			fillstyle solid 1.0 noborder linecolor rgb shade[(i - 1) % 8 + 1]
		unset label
	}
	eval legend_setup
	plot for [i = 1:n] NaN with boxes fillstyle solid 1.0 noborder linecolor rgb shade[(i - 1) % 8 + 1] title label[i]
	eval after_legend
	unset multiplot
}
unset output
