/* SPDX-License-Identifier: GPL-2.0-or-later */
/* row_fault.h - what must not be in a row that is to be an answer. */
#ifndef BS_ROW_FAULT_H
#define BS_ROW_FAULT_H

/* Figures that should be 0, number @index; NULL behind the last. A row in which one of them is not did not
 * do all that the trace asks for, or not as it should: it is never an answer. */
const char *bs_row_fault(unsigned int index);

#endif
