# SPDX-License-Identifier: GPL-2.0-or-later
# What all pictures share: the formats, fonts, borders.
# May be told `formats`, such as 'svg png pdf'.

set encoding utf8
set datafile separator tab
set datafile missing 'NaN'

if (!exists('formats')) { formats = 'svg' }
# In all three a picture has 1600 x 900 units, and a font of 18 is 18 of them high; for pngcairo it would be
# 24, as on a screen of 96 dots per inch.
start(format) = format eq 'svg' ? \
	"set terminal svg size 1600,900 dynamic noenhanced font 'DejaVu Sans,18' background 'white'" : \
	format eq 'pdf' ? \
	"set terminal pdfcairo size 1600./72,900./72 noenhanced font 'DejaVu Sans,18' background 'white'" : \
	"set terminal pngcairo size 1600,900 noenhanced fontscale 0.75 font 'DejaVu Sans,18' background 'white'"

headline = 'DejaVu Sans:Bold,24'

# Rows of one strategy differ in these.
set dashtype 11 solid
set dashtype 12 (9,4)
set dashtype 13 (3,3)
set dashtype 14 (9,3,2,3)
set dashtype 15 (16,3)
dash(variant) = variant < 0 ? 12 : 11 + int(variant) % 5

# Curves that coincide: the one below shows at both sides of the one above.
array width_[5] = [8, 5.8, 4, 2.6, 2]
width(i) = width_[i]

set border 3 linewidth 1.5 linecolor rgb '#404040'
set tics nomirror out textcolor rgb '#202020'
set grid linewidth 1 linecolor rgb '#E4E4E4' dashtype solid
