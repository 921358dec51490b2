// SPDX-License-Identifier: GPL-2.0-or-later
#include "axis.h"

#include <math.h>

#define FAR_APART 50 /* beyond that the small ones stand on the axis */

void bs_axis_fit(struct bs_axis *a, const double *v, size_t n)
{
	double least = HUGE_VAL, most = 0;

	*a = (struct bs_axis){0};
	for (size_t i = 0; i < n; i++) {
		if (v[i] > 0 && v[i] < least)
			least = v[i];
		if (v[i] > most)
			most = v[i];
		a->has_zero |= v[i] <= 0;
	}
	a->is_log = most > least * FAR_APART;
	a->low = a->is_log ? least / 1.6 : 0;
	a->high = a->is_log ? most * 1.6 : most > 0 ? most * 1.08 : 1;
}

double bs_axis_at(const struct bs_axis *a, double v)
{
	const double from = a->has_zero ? BS_AXIS_GAP : 0;

	if (!a->is_log)
		return BS_AXIS_ZERO + (1 - BS_AXIS_ZERO) * v / a->high;
	if (v <= 0)
		return BS_AXIS_ZERO;
	return from + (1 - from) * log(v / a->low) / log(a->high / a->low);
}

/* The step of 1, 2 or 5 times a power of ten that gives about eight of them. */
static double step_of(double length)
{
	const double power = pow(10, floor(log10(length / 8))), lead = length / 8 / power;

	return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

size_t bs_axis_ticks(const struct bs_axis *a, double *ticks, size_t most)
{
	static const int leads[] = {1, 2, 5};
	const double decades = a->is_log ? log10(a->high / a->low) : 0;
	size_t n = 0;

	if (!a->is_log) {
		const double step = step_of(a->high);

		while (n < most && (double)n * step <= a->high) {
			ticks[n] = (double)n * step;
			n++;
		}
		return n;
	}
	if (a->has_zero && most)
		ticks[n++] = 0;
	for (int e = (int)floor(log10(a->low)); e <= (int)ceil(log10(a->high)); e++) {
		/* Where there are few decades 2 and 5 are named, too. */
		for (int i = 0; i < (decades < 3 ? 3 : 1); i++) {
			const double v = leads[i] * pow(10, e);

			if (v >= a->low && v <= a->high && n < most)
				ticks[n++] = v;
		}
	}
	return n;
}
