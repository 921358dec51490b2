# SPDX-License-Identifier: GPL-2.0-or-later
# Free memory by order over time, largest blocks at the bottom, one panel per strategy.
# gnuplot -e "data='DIR'; out='DIR/orders'" plots/orders.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
load ARG0[1:slash].'style.gp'

# Orders have an order, the Okabe-Ito colours have none: viridis, dark = large block.
array shade[11] = [0xFDE725, 0xC2DF23, 0x86D549, 0x52C569, 0x2AB07F, 0x1E9B8A, 0x25858E, \
	0x2D708E, 0x38588C, 0x433E85, 0x440154]
size(k) = k < 8 ? sprintf('%d KiB', 4 * 2**k) : sprintf('%d MiB', 2**(k - 8))

top = 0.0; last = 0.0
do for [i = 1:n] {
	stats data.'/'.file[i] using (last = last > $1 ? last : $1, all = sum [k = 2:12] column(k), \
		top = top > all ? top : all, 1) nooutput
}
unit = top >= 2048 ? 1024.0 : 1.0

columns = n == 1 ? 1 : n <= 4 ? 2 : n <= 9 ? 3 : 4
rows = (n + columns - 1) / columns
left = 0.095; right = 0.845; bottom = 0.115; ceiling = 0.855
gap_x = 0.03; gap_y = rows > 2 ? 0.055 : 0.075
panel_x = (right - left + gap_x) / columns
panel_y = (ceiling - bottom + gap_y) / rows

set yrange [0:(top > 0 ? 1.04 * top / unit : 1)]
set xrange [0:(last > 0 ? last : 1)]
set style fill solid 1.0 noborder
set grid front
small = n > 9 ? 'DejaVu Sans,13' : n > 4 ? 'DejaVu Sans,16' : 'DejaVu Sans,18'
unset key

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	set label 1 'Free memory by block size over time' at screen 0.5, 0.96 center font headline
	set label 2 subject at screen 0.5, 0.915 center font byline \
		textcolor rgb '#404040'
	set label 3 'virtual time (s)' at screen (left + right) / 2, 0.03 center
	set label 4 sprintf('free memory (%s)', unit > 1 ? 'GiB' : 'MiB') \
		at screen 0.012, (bottom + ceiling) / 2 center rotate
	do for [i = 1:n] {
		x = left + ((i - 1) % columns) * panel_x
		y = bottom + (rows - 1 - (i - 1) / columns) * panel_y
		set lmargin at screen x
		set rmargin at screen x + panel_x - gap_x
		set bmargin at screen y
		set tmargin at screen y + panel_y - gap_y
		# Numbers on the outer panels only; a panel has none below in a last row not full.
		outer = i + columns > n
		set xtics nomirror out format (outer ? '%g' : '') font small
		set ytics nomirror out format ((i - 1) % columns ? '' : '%g') font small
		set title label[i] font small offset 0, -0.7
		plot for [k = 0:10] data.'/'.file[i] \
			using 1:((sum [j = k + 2:12] column(j)) / unit) \
			with filledcurves y1=0 fillcolor rgb shade[k + 1]
		unset label
	}
	# The legend is a panel of its own, right of the others, in the stack's order.
	set lmargin at screen 0.86
	set rmargin at screen 0.99
	set bmargin at screen bottom
	set tmargin at screen ceiling
	unset title; set border 0; unset xtics; unset ytics
	set key at screen 0.995, ceiling top right Left reverse samplen 1.5 spacing 1.25 \
		font 'DejaVu Sans,17' title 'block (order)' left
	plot for [k = 0:10] NaN with boxes fillcolor rgb shade[k + 1] \
		title sprintf('%s (%d)', size(k), k)
	unset multiplot
	unset key
	set border 3
}
unset output
