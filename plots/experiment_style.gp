# SPDX-License-Identifier: GPL-2.0-or-later
# What the experiments' pictures share: style.gp, the title lines, one legend below all panels.
# Expects `data`, the folder that `buddysim experiment NAME --plots DIR` filled, and `here`.

load here.'style.gp'

set datafile columnheaders
array label[64]
array colour_[64]
array variant_[64]
n = 0
stats data.'/cells.tsv' using (n = n + 1, label[n] = strcol(1), colour_[n] = int(column(2)), \
	variant_[n] = int(column(3)), 1) nooutput
trace = ''; kernel = ''
about(key, value) = (key eq 'trace' ? (trace = value) : key eq 'kernel' ? (kernel = value) : 0, 1)
stats data.'/about.tsv' using (about(strcol(1), strcol(2))) nooutput

# A strategy has the colour that it has in all pictures; rows of one strategy differ in dashes and shapes, and
# so do strategies beyond the tenth.
array shape[8] = [7, 5, 9, 13, 11, 6, 4, 8]
colour(i) = colour_[i]
dashes(i) = dash(variant_[i])
point(i) = shape[(i - 1) % 8 + 1]
# Curves that coincide: the one below shows at both sides of, and between the dashes of, the one above.
width(i) = n == 1 ? 3.5 : 7.5 - 4.5 * (i - 1) / (n - 1)

setting = ''
stats data.'/about.tsv' using (strcol(1) eq 'setting' ? (setting = strcol(2), 1) : 1) nooutput
subject = trace.'  ·  '.setting.(strlen(kernel) ? '  ·  '.kernel : '')
byline = 'DejaVu Sans,'.(strlen(subject) > 150 ? '13' : strlen(subject) > 110 ? '15' : '17')
rows = data.'/rows.tsv'

# The legend takes the height that its labels need.
longest = 4
do for [i = 1:n] { longest = strlen(label[i]) > longest ? strlen(label[i]) : longest }
legend_size = longest > 24 ? 13 : n > 8 ? 15 : 18
legend_columns = floor(1500 / (90 + 0.68 * legend_size * longest))
legend_columns = legend_columns < 1 ? 1 : legend_columns > 6 ? 6 : legend_columns
legend_columns = legend_columns > n ? n : legend_columns
legend_rows = (n + legend_columns - 1) / legend_columns
legend_font = sprintf('DejaVu Sans,%d', legend_size)
floor_of_plots = 0.13 + legend_rows * legend_size * 1.75 / 900.0
ceiling_of_plots = 0.83

titles = "\
set label 1 headline_text at screen 0.5, 0.96 center font headline; \
set label 2 subject at screen 0.5, 0.915 center font byline textcolor rgb '#404040'"

# A last, empty plot that holds the legend alone: curves by line, or points by shape too.
legend_setup = "\
unset title; unset xlabel; unset ylabel; unset logscale; unset label; set border 0; \
unset xtics; unset ytics; unset grid; set xrange [0:1]; set yrange [0:1]; \
set lmargin at screen 0.02; set rmargin at screen 0.98; set bmargin at screen 0.0; \
set tmargin at screen floor_of_plots - 0.075; \
set key at screen 0.5, 0.012 bottom center vertical maxrows legend_rows Left reverse \
samplen 2.5 spacing 1.15 font legend_font"
after_legend = "unset key; set border 3; set grid"
