# SPDX-License-Identifier: GPL-2.0-or-later
# Why memory is held though unused: how much it is for each row, and what it consists of.
# gnuplot -e "data='DIR'; out='DIR/held_split'" plots/held_split.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
here = ARG0[1:slash]
sheet = data.'/held_split.tsv'
load here.'sheet.gp'

# All of it is placed in pixels.
set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1
set xrange [0:1600]
set yrange [0:900]
set border 0
unset tics
unset grid

do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	plot sheet index 'boxes' using 1:2:3:4:5:6:7 with boxxyerror linecolor rgb variable \
		fillstyle solid border rgb 'white'
}
unset output
