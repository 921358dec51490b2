# SPDX-License-Identifier: GPL-2.0-or-later
# Free memory by block size over time: a strip for each order; of two rows, and how they differ.
# gnuplot -e "data='DIR'; out='DIR/orders'" plots/orders.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
sheet = data.'/orders.tsv'
load here.'sheet.gp'

# Orders have an order: viridis, dark for large blocks. All of it is placed in pixels.
array shade[11] = [0xB5DE2B, 0x8FD744, 0x6CCD5A, 0x4AC16D, 0x2AB07F, 0x1E9B8A, 0x25858E, \
	0x2D708E, 0x38588C, 0x433E85, 0x440154]
set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1
set xrange [0:1600]
set yrange [0:900]
set border 0
unset tics
unset grid
strip(i) = sprintf('strip%d', i)
base(i) = get(sprintf('base%d', i))
nr = int(get('strips'))

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	plot for [i = 1:(nr > 22 ? 22 : nr)] sheet index strip(i) using 1:2 with filledcurves y1=base(i) \
			fillcolor rgb shade[(i - 1) % 11 + 1] fillstyle solid, \
		for [i = 23:nr] sheet index strip(i) using 1:2 with filledcurves above y1=base(i) \
			fillcolor rgb '#0072B2' fillstyle solid, \
		for [i = 23:nr] sheet index strip(i) using 1:2 with filledcurves below y1=base(i) \
			fillcolor rgb '#D55E00' fillstyle solid
}
unset output
