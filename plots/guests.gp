# SPDX-License-Identifier: GPL-2.0-or-later
# What several guests hold of one host over time, one upon the other, and what is in swap on top.
# gnuplot -e "data='DIR'; out='DIR/guests'" plots/guests.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
sheet = data.'/guests.tsv'
load here.'sheet.gp'

# All of it is placed in pixels. An area hides what of those above it lies behind it.
set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1
set xrange [0:1600]
set yrange [0:900]
set border 0
unset tics
unset grid
nr = int(get('areas'))
panels = int(get('panels'))
area(p, k) = sprintf('area%d', (p - 1) * (nr + 1) + k)
base(p) = get(sprintf('base%d', p))
shade(k) = k > nr ? int(get('swap_shade')) : int(get(sprintf('shade%d', k)))
do for [k = 1:nr + 1] {
	y = get('swatch_top') - 24 * (nr + 1 - k)
	set object k rectangle from get('swatch_left'), y - 7 to get('swatch_left') + 16, y + 7 \
		fillcolor rgb shade(k) fillstyle solid noborder
}

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	plot for [p = 1:panels] for [k = nr + 1:1:-1] sheet index area(p, k) using 1:2 \
			with filledcurves y1=base(p) fillcolor rgb shade(k) fillstyle solid, \
		sheet index 'over' using 1:2:3:4:5 with vectors nohead linewidth 1.6 linecolor rgb variable
}
unset output
