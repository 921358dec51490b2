// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * costs.c - named presets of virtual costs. Figures are medians of anchors.md F.3; "row" names its
 * row, "|" its columns (with THP | 4 KiB pages). A device's own parameters come from calibration.
 */
#include <buddysim/device.h>

#include <string.h>

static const char *const preset_names[] = {"null", "default", NULL};

static const struct bs_device_costs presets[] = {
	{0},
	{
		/* The first three together give 92 us for 32 scattered ranges of 2 MiB in one
		 * request with huge pages, measured 91 ("32 x 2 MiB scattered"), and 1036 us with
		 * base pages, measured 1080-1190. */
		/* row "32 x 2 MiB contiguous: 32 calls / 1 call", 151 / 102 us: (151-102)/31 */
		.per_request = 1580,
		/* row "madvise that has nothing to do", 0.14 us | 0.15 us */
		.per_range = 140,
		/* row "MADV_DONTNEED 2 MiB / 4 MiB": what 2 MiB more cost. 32.5 / 64.7 us of
		 * base pages, 3.8 / 6.5 us of huge ones */
		.per_mib = 16100,
		.thp_per_mib = 1350,
		/* row "refault of 2 MiB: cold / recycled", cold: 616 us of base pages, 231 us of
		 * a huge one */
		.refault_per_mib = 308000,
		.refault_thp_per_mib = 115500,
		/* row "MADV_POPULATE_WRITE of 2 MiB", 225 us: frames are installed as huge pages */
		.install_per_mib = 112500,
		/* row "memset 2 MiB: cold / cached", cold: 195 us */
		.poison_per_mib = 97500,
		/* zero_per_mib: what a guest does anyway, reporting or not, is no cost of reporting
		 * and left out, but for who asks what leaving it out would save (`calibrate`). */
	},
};

bool bs_cost_preset(const char *name, struct bs_device_costs *out)
{
	for (unsigned int i = 0; preset_names[i]; i++) {
		if (strcmp(name, preset_names[i]) == 0) {
			*out = presets[i];
			return true;
		}
	}
	return false;
}

const char *const *bs_cost_preset_names(void)
{
	return preset_names;
}
