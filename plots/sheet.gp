# SPDX-License-Identifier: GPL-2.0-or-later
# What the pictures of a comparison share: the settings, texts and thin lines of DATA/NAME.tsv, all in
# pixels of 1600 x 900. Expects `sheet`, the file, and `here`.

load here.'style.gp'

nr_keys = 0
array key_[200]; array value_[200]
stats sheet index 'set' using (nr_keys = nr_keys + 1, key_[nr_keys] = strcol(1), \
	value_[nr_keys] = real($2), 1) nooutput
get(k) = (v_ = NaN, sum [i_ = 1:nr_keys] (key_[i_] eq k ? (v_ = value_[i_], 0) : 0), v_)

nr_texts = 0
array tx[900]; array ty[900]; array at_[900]; array tf[900]; array tc[900]; array tt[900]
stats sheet index 'text' using (nr_texts = nr_texts + 1, tx[nr_texts] = $1 / 1600.0, \
	ty[nr_texts] = $2 / 900.0, at_[nr_texts] = int($3), \
	tf[nr_texts] = sprintf('DejaVu Sans%s,%d', int($5) ? ':Bold' : '', int($4)), \
	tc[nr_texts] = int($6), tt[nr_texts] = strcol(7), 1) nooutput
do for [i = 1:nr_texts] {
	if (at_[i] == 0) { set label i tt[i] at screen tx[i], ty[i] left font tf[i] textcolor rgb tc[i] front }
	if (at_[i] == 1) { set label i tt[i] at screen tx[i], ty[i] right font tf[i] textcolor rgb tc[i] front }
	if (at_[i] == 2) { set label i tt[i] at screen tx[i], ty[i] center font tf[i] textcolor rgb tc[i] front }
	if (at_[i] == 3) { set label i tt[i] at screen tx[i], ty[i] center rotate font tf[i] textcolor rgb tc[i] front }
}

nr_lines = 0
stats sheet index 'line' using (nr_lines = nr_lines + 1, 1) nooutput
array lx[nr_lines]; array ly[nr_lines]; array mx[nr_lines]; array my[nr_lines]
array lc_[nr_lines]; array lw_[nr_lines]
k = 0
stats sheet index 'line' using (k = k + 1, lx[k] = $1 / 1600.0, ly[k] = $2 / 900.0, \
	mx[k] = $3 / 1600.0, my[k] = $4 / 900.0, lc_[k] = int($5), lw_[k] = $6, 1) nooutput
do for [i = 1:nr_lines] {
	if (lw_[i] > 0) {
		set arrow i from screen lx[i], ly[i] to screen mx[i], my[i] nohead back \
			linewidth lw_[i] linecolor rgb lc_[i]
	}
}

set lmargin at screen get('left') / 1600.0
set rmargin at screen get('right') / 1600.0
set bmargin at screen get('bottom') / 900.0
set tmargin at screen get('top') / 900.0
unset key
