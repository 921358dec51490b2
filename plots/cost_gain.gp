# SPDX-License-Identifier: GPL-2.0-or-later
# Cost against gain: requests, and memory refaulted, against memory held though unused.
# gnuplot -e "data='DIR'; out='DIR/cost_gain'" plots/cost_gain.gp

slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
load ARG0[1:slash].'style.gp'

cells = data.'/cells.tsv'
array who[n + 1]
array held[n + 1]
array cost[n + 1]
array rank[n + 1]
array place[n + 1]
array power[12] = ['10', '100', '1000', '10⁴', '10⁵', '10⁶', '10⁷', '10⁸', '10⁹', '10¹⁰', '10¹¹', '10¹²']
name(i) = i > n ? 'bound' : label[i]
shade(i) = i > n ? 0x000000 : colour(i)

# Zero and a million on one axis: logarithmic where large, linear around 0.
most(m) = (t = 0.0, (sum [j = 1:m] (t = cost[j] > t ? cost[j] : t, 0)), t)
least(m) = (t = 1e300, (sum [j = 1:m] (t = cost[j] > 0 && cost[j] < t ? cost[j] : t, 0)), t)

# As much room for the labels as the longest needs.
longest = 5
do for [i = 1:n] { longest = strlen(label[i]) > longest ? strlen(label[i]) : longest }
font_size = n > 9 ? 13 : 18
room = 0.045 + longest * font_size * 0.68 / 1200
right_of_plot = room > 0.45 ? 0.55 : 1 - room
do for [format in formats] {
	eval start(format)
	set output out.'.'.format
	set multiplot
	set label 1 'Cost against gain: lower left is better' at screen 0.5, 0.96 center font headline
	set label 2 subject at screen 0.5, 0.915 center font byline \
		textcolor rgb '#404040'
	do for [panel = 1:2] {
		key = panel == 1 ? 'calls' : 'refault_bytes.total'
		scale = panel == 1 ? 1.0 : 2.0**20
		m = 0; i = 0
		# A cell without the figure has no point; gnuplot passes over its row.
		take(x, y) = (m = m + 1, who[m] = i, held[m] = x, cost[m] = y / scale, 1)
		stats cells using (i = i + 1, column(key) == column(key) ? \
			take(column('held_mib_s'), column(key)) : 1) nooutput
		# The bound makes no requests: it is a point of the second panel only.
		if (panel == 2 && bound_refault == bound_refault) {
			m = m + 1
			who[m] = n + 1
			held[m] = bound_held
			cost[m] = bound_refault
		}
		top = most(m) > 0 ? most(m) : 1.0
		log = most(m) > 50 * least(m)
		if (log) {
			set nonlinear y via asinh(y) inverse sinh(y)
			set yrange [0:top * 1.8]
			up(v) = asinh(v) / asinh(top * 1.8)
			# 1 would stand on 0.
			set ytics ('0' 0, '10' 10)
			do for [e = 2:12] {
				if (10.0**e < top * 1.8) { set ytics add (power[e] 10.0**e) }
			}
		} else {
			unset nonlinear y
			set yrange [0:top * 1.1]
			up(v) = v / (top * 1.1)
			set ytics auto
		}
		far = 0.0
		do for [i = 1:m] { far = held[i] > far ? held[i] : far }
		set xrange [(-0.02 * (far > 0 ? far : 1)):(far > 0 ? far * 1.05 : 1)]

		# Labels stand in one column, by height: pushed apart up from the lowest, then, where
		# they leave the top, down again. None can meet another, whatever the points do.
		do for [i = 1:m] { rank[i] = i }
		do for [i = 1:m - 1] { do for [j = 1:m - i] {
			if (cost[rank[j]] > cost[rank[j + 1]] || (cost[rank[j]] == cost[rank[j + 1]] && \
				held[rank[j]] > held[rank[j + 1]])) {
				swap = rank[j]; rank[j] = rank[j + 1]; rank[j + 1] = swap
			}
		} }
		step = m > 1 && 1.0 / (m - 1) < 0.1 ? 1.0 / (m - 1) : 0.1
		floor_ = 0.0
		do for [i = 1:m] {
			place[i] = up(cost[rank[i]]) > floor_ ? up(cost[rank[i]]) : floor_
			floor_ = place[i] + step
		}
		ceiling_ = 1.0
		do for [i = m:1:-1] {
			place[i] = place[i] < ceiling_ ? place[i] : ceiling_
			ceiling_ = place[i] - step
		}
		do for [i = 1:m] {
			c = rank[i]
			set arrow i from held[c], cost[c] to graph 1.03, place[i] nohead back \
				linecolor rgb shade(who[c]) linewidth 1 dashtype '.'
			set label 10 + i name(who[c]) at graph 1.04, place[i] left \
				font sprintf('DejaVu Sans,%d', font_size) \
				textcolor rgb shade(who[c])
		}
		set lmargin at screen 0.105
		set rmargin at screen right_of_plot
		set bmargin at screen (panel == 1 ? 0.535 : 0.135)
		set tmargin at screen (panel == 1 ? 0.865 : 0.465)
		set ylabel (panel == 1 ? 'requests' : 'refaulted (MiB)') offset (log ? -0.5 : 0.5)
		set xlabel (panel == 1 ? '' : 'held though unused (MiB·s)') offset 0, 0.3
		set xtics format (panel == 1 ? '' : '%.0f') font 'DejaVu Sans,17'
		unset key
		plot for [i = 1:m] '+' using (held[i]):(cost[i]) every ::::0 with points \
			pointtype (who[i] > n ? 3 : point(who[i])) pointsize 2.4 linewidth 2 \
			linecolor rgb shade(who[i])
		unset arrow
		unset label
	}
	unset multiplot
}
unset output
