# SPDX-License-Identifier: GPL-2.0-or-later
# What the pictures share: who is in them, colours, lines, points, the two formats.
# Expects `data`, the folder that `buddysim report --data` filled.

set encoding utf8
set datafile separator tab
set datafile columnheaders
set datafile missing 'NaN'

array label[64]
array file[64]
n = 0
stats data.'/cells.tsv' using (n = n + 1, label[n] = strcol(1), file[n] = strcol(2), 1) nooutput

trace = ''; device = ''; kernel = ''; bound_held = NaN; bound_refault = NaN
about(key, value) = (\
	key eq 'trace' ? (trace = value) : \
	key eq 'device' ? (device = value) : \
	key eq 'kernel' ? (kernel = value) : \
	key eq 'bound.held_mib_s' ? (bound_held = real(value)) : \
	key eq 'bound.refault_bytes' ? (bound_refault = real(value) / 2**20) : 0, 1)
stats data.'/about.tsv' using (about(strcol(1), strcol(2))) nooutput
subject = 'trace '.trace.(strlen(device) ? '  ·  device '.device : '').\
	(strlen(kernel) ? '  ·  '.kernel : '')

# Okabe and Ito's palette; black is the used line's, yellow is not seen on white.
array okabe[6] = [0xD55E00, 0x0072B2, 0x009E73, 0xE69F00, 0xCC79A7, 0x56B4E9]
array shape[8] = [7, 5, 9, 13, 11, 6, 4, 8]
colour(i) = okabe[(i - 1) % 6 + 1]
# 6 colours, 5 dashes and 8 shapes: no two of 30 curves agree in all of them.
set dashtype 11 solid
set dashtype 12 (9,4)
set dashtype 13 (3,3)
set dashtype 14 (9,3,2,3)
set dashtype 15 (16,3)
dashes(i) = 11 + (i - 1) % 5
point(i) = shape[(i - 1) % 8 + 1]
# Curves that coincide: the one below shows at both sides of, and between the dashes of, the one
# above.
width(i) = n == 1 ? 3.5 : 7.5 - 4.5 * (i - 1) / (n - 1)

headline = 'DejaVu Sans:Bold,24'
byline = 'DejaVu Sans,'.(strlen(subject) > 95 ? '14' : '17')

formats = 'svg png'
start(format) = format eq 'svg' ? \
	"set terminal svg size 1600,900 dynamic noenhanced font 'DejaVu Sans,20' background 'white'" : \
	"set terminal pngcairo size 1600,900 noenhanced font 'DejaVu Sans,20' background 'white'"

set border 3 linewidth 1.5 linecolor rgb '#404040'
set tics nomirror out textcolor rgb '#202020'
set grid linewidth 1 linecolor rgb '#D8D8D8' dashtype solid
