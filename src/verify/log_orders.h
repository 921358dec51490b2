/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_orders.h - dumps, logs and vectors are of x86-64: how far their orders go. */
#ifndef BS_LOG_ORDERS_H
#define BS_LOG_ORDERS_H

#define BS_LOG_MAX_ORDER 10
#define BS_LOG_ORDERS (BS_LOG_MAX_ORDER + 1)

#endif
