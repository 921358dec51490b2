/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request.h - a guest's requests on their way to the device and back: the part of bs_env that is
 * about them. Each function's first argument is the struct bs_guest. */
#ifndef BS_REQUEST_H
#define BS_REQUEST_H

#include <buddysim/types.h>

int bs_request_submit(void *guest, const struct bs_range *r, unsigned int n);
int bs_request_submit_async(void *guest, const struct bs_range *r, unsigned int n);
int bs_request_wait(void *guest, int number);
/* Made by the CPU that frees: for everybody else it happens in no time, for the CPU the time of the
 * request passes before it goes on. */
int bs_request_call(void *guest, const struct bs_range *r, unsigned int n, unsigned int cpu);
bool bs_request_busy(void *guest);
/* The host is told of @n ranges, and handed nothing. By a driver that gives pages back for an allocation: the CPU
 * that is short of memory waits, as above; else who tells it does. */
int bs_request_tell(void *guest, const struct bs_range *r, unsigned int n);
/* The host backs what the CPU is about to be handed; the CPU waits for it. */
int bs_request_install(void *guest, bs_pfn pfn, unsigned int order, unsigned int cpu);

#endif
