# SPDX-License-Identifier: GPL-2.0-or-later
# What a trace has allocated over its time: the most in each of 60 equal parts of it.
# gnuplot -e "data='DIR'; out='DIR/trace_live'" plots/trace_live.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
sheet = data.'/trace_live.tsv'
load here.'style.gp'

stats sheet index 'about' using (title_ = strcol(1), subtitle = strcol(2), unit = strcol(3), 1) nooutput
end = 0
stats sheet index 'live' using (end = $2, 1) nooutput

set label 1 title_ at screen 0.06, 0.955 left font headline textcolor rgb '#202020'
set label 2 subtitle at screen 0.06, 0.91 left font 'DejaVu Sans,17' textcolor rgb '#606060'
set lmargin at screen 0.08; set rmargin at screen 0.97
set bmargin at screen 0.1; set tmargin at screen 0.87
set xlabel 'time (s)'
set ylabel sprintf('allocated (%s)', unit)
set xrange [0:end]
set yrange [0:*]
unset key

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	plot sheet index 'live' using (($1 + $2) / 2):($3 / 2):($1):($2):(0):3 with boxxyerror \
		linecolor rgb '#66AAD1' linewidth 0.5 fillstyle solid border rgb '#66AAD1'
}
unset output
