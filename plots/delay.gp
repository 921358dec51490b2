# SPDX-License-Identifier: GPL-2.0-or-later
# How many of the requests for memory had it how soon; upwards, each step is a tenth of those left.
# gnuplot -e "data='DIR'; out='DIR/delay'" plots/delay.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
sheet = data.'/delay.tsv'
load here.'sheet.gp'

# Both axes run from 0 to 1: what stands where is in the file, ticks and all.
set xrange [0:1]
set yrange [0:1]
set xtics font 'DejaVu Sans,16'
set ytics font 'DejaVu Sans,16'
set xlabel 'time from the request to the memory being usable' offset 0, -0.3
set ylabel 'requests that waited no longer' offset -0.5
if (get('xgap') > 0) {
	set object 1 rectangle from graph 0.045, -0.012 to graph 0.06, 0.012 front \
		fillcolor rgb 'white' fillstyle solid noborder
}

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	plot sheet index 'xticks' using 1:(0):xtic(2) with points pointtype 7 pointsize 0, \
		sheet index 'yticks' using (0):1:ytic(2) with points pointtype 7 pointsize 0, \
		sheet index 'back' using 1:2 with lines linewidth 1.2 linecolor rgb '#C4C4C4', \
		for [i = 1:get('front')] sheet index sprintf('front%d', i) using 1:2 with lines \
			linewidth width(i) dashtype dash(get(sprintf('dash%d', i))) \
			linecolor rgb int(get(sprintf('colour%d', i)))
}
unset output
