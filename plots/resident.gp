# SPDX-License-Identifier: GPL-2.0-or-later
# Memory the host holds over time, one curve per strategy, and what the guest uses.
# gnuplot -e "data='DIR'; out='DIR/resident'" plots/resident.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
load ARG0[1:slash].'style.gp'

series = data.'/timeline.tsv'
host(i) = column(3 * i + 1) + column(3 * i + 2)

top = 0.0; split = 0.0
stats series using (top = top > $2 ? top : $2, 1) nooutput
do for [i = 1:n] {
	stats series using (top = top > host(i) ? top : host(i), \
		split = split > column(3 * i + 2) ? split : column(3 * i + 2), 1) nooutput
}
unit = top >= 2048 ? 1024.0 : 1.0

set label 1 'Memory held by the host over time' at screen 0.5, 0.955 center font headline
set label 2 subject at screen 0.5, 0.905 center font byline textcolor rgb '#404040'
set tmargin at screen 0.87
set xlabel 'virtual time (s)'
set ylabel sprintf('memory (%s)', unit > 1 ? 'GiB' : 'MiB')
set yrange [0:(top > 0 ? 1.06 * top / unit : 1)]
set autoscale xfix
# The legend stands at the right, in one column: it hides nothing, and any number of labels of any
# length fits.
small = sprintf('DejaVu Sans,%d', n > 8 ? 15 : 18)
set key outside right center vertical maxrows n + 2 Left reverse samplen 3 spacing 1.3 \
	font small
set lmargin 9

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	# Unmapped but not returned memory is the host's cost, not the guest's Rss: the thin curve
	# below, where there is any (MEANING.md, held).
	plot series using 1:($2 / unit) with fillsteps fillcolor rgb '#D4D4D4' fill solid \
			title 'used by the guest', \
		for [i = 1:n] '' using 1:(host(i) / unit) with steps \
			linecolor rgb colour(i) linewidth width(i) dashtype dashes(i) \
			title label[i], \
		for [i = 1:(split > 0 ? n : 0)] '' using 1:(column(3 * i + 1) / unit) with steps \
			linecolor rgb colour(i) linewidth 1 dashtype solid \
			title (i == 1 ? 'thin: mapped only (Rss)' : ''), \
		'' using 1:($2 / unit) with steps linecolor rgb 'black' linewidth 1.5 notitle
}
unset output
