// SPDX-License-Identifier: GPL-2.0-or-later
/* exporters.c - the forms that there are, and the walk over a trace that all of them share. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exporter.h"
#include "format.h"
#include "outfile.h"
#include "reader.h"

#define BS_EXPORTER(id) extern const struct bs_exporter bs_export_##id;
#include "exporters.def"
#undef BS_EXPORTER

static const struct bs_exporter *const exporters[] = {
#define BS_EXPORTER(id) &bs_export_##id,
#include "exporters.def"
#undef BS_EXPORTER
};

#define NR_EXPORTERS (sizeof(exporters) / sizeof(exporters[0]))

const struct bs_export_form *bs_export_form_at(unsigned int index)
{
	return index < NR_EXPORTERS ? &exporters[index]->form : NULL;
}

static const struct bs_exporter *find(const char *name, struct bs_error *err)
{
	const char *names[NR_EXPORTERS + 1] = {NULL};
	char known[256];

	for (size_t i = 0; i < NR_EXPORTERS; i++) {
		names[i] = exporters[i]->form.name;
		if (!name || !strcmp(names[i], name))
			return exporters[i];
	}
	bs_nearest_advice("known:", names, name, known, sizeof(known));
	bs_error_set(err, BS_USAGE, 0, "--to", known, "no form \"%s\"", name);
	return NULL;
}

/* A walk: @order of each allocation says whether a free is of all of it. */
struct walk {
	const struct bs_exporter *to;
	void *state;
	FILE *out;
	uint8_t *order;
	uint64_t taken, cap;
};

static int take_number(struct walk *w, unsigned int order)
{
	if (w->taken == w->cap) {
		const uint64_t cap = w->cap ? w->cap * 2 : BS_CHUNK_EVENTS;
		uint8_t *bigger = realloc(w->order, cap);

		if (!bigger)
			return -ENOMEM;
		w->order = bigger;
		w->cap = cap;
	}
	w->order[w->taken++] = (uint8_t)order;
	return 0;
}

static int one_event(struct walk *w, const struct bs_trace_event *ev)
{
	struct bs_export_event e = {.event = ev, .number = w->taken};

	if (bs_ev_takes_number(ev->kind)) {
		if (take_number(w, ev->order))
			return -ENOMEM;
	} else if (ev->kind == BS_EV_FREE) {
		if (!ev->arg || ev->arg > w->taken)
			return -EBADMSG;
		e.number = w->taken - ev->arg;
		e.part = ev->order < w->order[e.number];
	} else {
		return 0;
	}
	return w->to->event(w->state, &e, w->out);
}

static int no_memory(const struct bs_trace *t, int ret, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, -ret, t->path, NULL, "exporting a trace");
}

static int walk(struct bs_trace *t, struct walk *w, struct bs_error *err)
{
	struct bs_trace_chunk k;
	int ret = bs_trace_rewind(t, err);

	if (ret)
		return ret;
	while ((ret = bs_trace_next(t, &k, err)) == 1) {
		for (unsigned int i = 0; i < k.n; i++) {
			const struct bs_trace_event ev = bs_trace_event_of(t, &k, i);

			ret = one_event(w, &ev);
			if (ret == -EBADMSG)
				return bs_error_set(
					err, BS_INPUT, 0, t->path, "see: buddysim trace validate",
					"event %" PRIu64 " frees an allocation that was not made",
					k.first + i);
			if (ret)
				return no_memory(t, ret, err);
		}
	}
	return ret;
}

static int export_to(struct bs_trace *t, struct walk *w, FILE *out, struct bs_error *err)
{
	int ret = 0;

	if (w->to->counts)
		ret = walk(t, w, err);
	if (ret)
		return ret;
	w->taken = 0;
	w->out = out;
	ret = w->to->begin(w->state, &t->info, out);
	return ret ? no_memory(t, ret, err) : walk(t, w, err);
}

int bs_trace_export(struct bs_trace *t, const char *form, const char *out_path,
		    struct bs_error *err)
{
	const struct bs_exporter *to = find(form, err);
	struct walk w = {.to = to};
	struct bs_outfile o;
	int ret;

	if (!to)
		return err ? -(int)err->status : -(int)BS_USAGE;
	if (to->needs_pfn && !t->info.has_pfn)
		return bs_error_set(
			err, BS_INPUT, 0, t->path,
			"this form names blocks by their pfns: import a recording with them",
			"the trace has no pfns");
	ret = bs_outfile_open(&o, out_path, err);
	if (ret)
		return ret;
	w.state = calloc(1, to->state_size + 1);
	ret = w.state ? export_to(t, &w, o.f, err) : no_memory(t, -ENOMEM, err);
	if (w.state)
		to->end(w.state, o.f);
	free(w.state);
	free(w.order);
	if (ret) {
		bs_outfile_abandon(&o);
		return ret;
	}
	return bs_outfile_commit(&o, err);
}
