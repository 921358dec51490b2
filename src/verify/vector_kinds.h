/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vector_kinds.h - which strategy, parameters and kernel a vector's name for a series stands for. */
#ifndef BS_VECTOR_KINDS_H
#define BS_VECTOR_KINDS_H

enum {
	BS_VECTOR_OFF_FINISHES = 1 << 0, /* off waits until the worker is through with every zone */
	/* an un-isolated block goes back without being counted as a free, which linux-5.4 counts */
	BS_VECTOR_UNISO_IS_NO_FREE = 1 << 1,
};

struct bs_vector_kind {
	const char *name, *strategy, *params, *kernel;
	unsigned int quirks;
};

/* A name that is in no table stands for itself, and must outlive the result. */
struct bs_vector_kind bs_vector_kind(const char *name);

#endif
