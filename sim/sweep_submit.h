/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sweep_submit.h - `buddysim sweep submit`: an engine that has machines runs a plan. */
#ifndef BS_SIM_SWEEP_SUBMIT_H
#define BS_SIM_SWEEP_SUBMIT_H

int sweep_submit(int argc, char **argv);

#endif
