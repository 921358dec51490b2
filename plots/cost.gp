# SPDX-License-Identifier: GPL-2.0-or-later
# What is held though unused, against the time that the guest's CPUs are blocked: lower left is better.
# gnuplot -e "data='DIR'; out='DIR/cost'" plots/cost.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
sheet = data.'/cost.tsv'
load here.'sheet.gp'

# Both axes run from 0 to 1: what stands where is in the file, ticks and all.
set xrange [0:1]
set yrange [0:1]
set xtics font 'DejaVu Sans,16'
set ytics font 'DejaVu Sans,16'
set xlabel 'memory held though unused (MiB·s)' offset 0, -0.3
set ylabel 'CPUs blocked, per minute of load' offset -0.5

# Where 0 stands beside a logarithmic axis, a gap says that it is not on it.
if (get('xgap') > 0) {
	set object 1 rectangle from graph 0.045, -0.012 to graph 0.06, 0.012 front \
		fillcolor rgb 'white' fillstyle solid noborder
}
if (get('ygap') > 0) {
	set object 2 rectangle from graph -0.008, 0.045 to graph 0.008, 0.06 front \
		fillcolor rgb 'white' fillstyle solid noborder
}

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	plot sheet index 'xticks' using 1:(0):xtic(2) with points pointtype 7 pointsize 0, \
		sheet index 'yticks' using (0):1:ytic(2) with points pointtype 7 pointsize 0, \
		sheet index 'equal' using 1:2 with lines linewidth 2 dashtype 13 linecolor rgb '#808080', \
		sheet index 'pareto' using 1:2 with lines linewidth 2 linecolor rgb '#8FA8BF', \
		sheet index 'dots' using 1:2:4:3 with points pointtype variable pointsize 2 linewidth 2.5 \
			linecolor rgb variable
}
unset output
