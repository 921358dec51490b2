# SPDX-License-Identifier: GPL-2.0-or-later
# Memory the host holds over time: the area is what the guest uses, a few curves in front, the others grey.
# gnuplot -e "data='DIR'; out='DIR/resident'" plots/resident.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
sheet = data.'/resident.tsv'
load here.'sheet.gp'

set xlabel 'virtual time (s)'
set ylabel sprintf('memory the host holds (%s)', get('gib') > 0 ? 'GiB' : 'MiB')
set xrange [0:get('end')]
set yrange [0:get('high')]

# Idle time is shaded, behind everything; the bound, which has no variant, is thin and dashed above all.
nr_phases = 0
stats sheet index 'phase' using (nr_phases = nr_phases + 1, 1) nooutput
array from_[nr_phases]; array to_[nr_phases]; array rest_[nr_phases]
k = 0
stats sheet index 'phase' using (k = k + 1, from_[k] = $1, to_[k] = $2, rest_[k] = int($3), 1) nooutput
do for [i = 1:nr_phases] {
	if (rest_[i]) {
		set object i rectangle from from_[i], graph 0 to to_[i], graph 1 behind \
			fillcolor rgb '#F3F1EA' fillstyle solid noborder
	}
	if (from_[i] > 0) {
		set arrow 1000 + i from from_[i], graph 0 to from_[i], graph 1.03 nohead back \
			linewidth 1 linecolor rgb '#B0A890' dashtype 13
	}
}

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	plot sheet index 'used' using 1:2 with filledcurves y1=0 fillcolor rgb '#C9D6E2' fill solid, \
		sheet index 'back' using 1:2 with lines linewidth 1.2 linecolor rgb '#C4C4C4', \
		for [i = 1:get('front')] sheet index sprintf('front%d', i) using 1:2 with lines \
			linewidth (get(sprintf('dash%d', i)) < 0 ? 2.2 : width(i)) dashtype dash(get(sprintf('dash%d', i))) \
			linecolor rgb int(get(sprintf('colour%d', i)))
}
unset output
