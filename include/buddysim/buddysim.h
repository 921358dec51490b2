/* SPDX-License-Identifier: GPL-2.0-or-later */
/* buddysim.h - everything. */
#ifndef BUDDYSIM_H
#define BUDDYSIM_H

#include <buddysim/advise.h>
#include <buddysim/contention.h>
#include <buddysim/device.h>
#include <buddysim/experiment.h>
#include <buddysim/gfp.h>
#include <buddysim/hooks.h>
#include <buddysim/load.h>
#include <buddysim/machine.h>
#include <buddysim/options.h>
#include <buddysim/platform.h>
#include <buddysim/policy.h>
#include <buddysim/record.h>
#include <buddysim/reclaim.h>
#include <buddysim/report.h>
#include <buddysim/sim.h>
#include <buddysim/snapshot.h>
#include <buddysim/state.h>
#include <buddysim/stats.h>
#include <buddysim/sweep.h>
#include <buddysim/trace.h>
#include <buddysim/types.h>
#include <buddysim/verify.h>
#include <buddysim/view.h>

#endif
