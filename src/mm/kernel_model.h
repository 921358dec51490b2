/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_model.h - what kernel versions differ in, as data: behaviours.def says in what,
 * kernels.def which kernel does what. Code asks for a behaviour, never for a version.
 */
#ifndef BS_KERNEL_MODEL_H
#define BS_KERNEL_MODEL_H

#include <buddysim/types.h>

#define WORD(id, word) id
#define BEHAVIOUR(name, def, doc, ...) enum km_##name{__VA_ARGS__};
#define SWITCH(name, def, doc)
#define NUMBER(name, def, min, max, doc)
#include "behaviours.def"
#undef BEHAVIOUR
#undef SWITCH
#undef NUMBER

struct kernel_model {
#define BEHAVIOUR(name, def, doc, ...) uint8_t name; /* enum km_NAME */
#define SWITCH(name, def, doc) bool name;
#define NUMBER(name, def, min, max, doc) uint64_t name;
#include "behaviours.def"
#undef BEHAVIOUR
#undef SWITCH
#undef NUMBER
#undef WORD
};

/* What @text names: a model, "linux-6.1", or one with changes, "linux-6.1:boot_pos=head,below_high=
 * yes". 0 or -EINVAL with @err saying what there is. */
int mm_kernel_model(const char *text, struct kernel_model *km, struct bs_error *err);
/* Does the model fit a release that is @since ("5.8"), or a later one? */
bool mm_kernel_has(const char *kernel, const char *since);
/* Name of the model of a release, NULL if nobody models it. */
const char *mm_kernel_of_release(unsigned int major, unsigned int minor);

#endif
