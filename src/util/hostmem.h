/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hostmem.h - how much memory this host has free, for the measured part of a record. */
#ifndef BS_HOSTMEM_H
#define BS_HOSTMEM_H

#include <stdint.h>

/* MemFree and the pages on the host's own per-cpu lists, in bytes; 0 if it cannot be read. Memory
 * that an arena gives back lies on those lists first, where MemFree does not count it. */
uint64_t bs_host_free_bytes(void);

#endif
