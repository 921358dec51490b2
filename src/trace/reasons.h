/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reasons.h - why an event cannot be used: texts that stay, from reasons.def. */
#ifndef BS_TRACE_REASONS_H
#define BS_TRACE_REASONS_H

#define BS_REASON(id, text, what) extern const char bs_why_##id[];
#include "reasons.def"
#undef BS_REASON

#endif
