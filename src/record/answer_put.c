// SPDX-License-Identifier: GPL-2.0-or-later
#include "answer_put.h"

#include <inttypes.h>

#include "grid.h"
#include "json.h"
#include "timeline.h"

const char *bs_answer_label(const struct bs_answer *a, unsigned int row)
{
	return json_string_value(json_object_get(bs_answer_cell(a, row), "label"));
}

const char *bs_answer_kernel(const struct bs_answer *a)
{
	const char *name = json_string_value(
		json_object_get(json_object_get(a->r->record, "config"), "kernel"));

	if (a->kernel)
		return a->kernel;
	/* Of several each row says its own. */
	return !name ? "" : bs_kernel_count(name) > 1 ? "kernel" : name;
}

void bs_put_count(FILE *f, uint64_t v)
{
	char buf[BS_GROUPED];

	fputs(bs_grouped(v, buf), f);
}

/* x/y in per cent with one decimal, rounded. */
void bs_put_share(FILE *f, uint64_t x, uint64_t y)
{
	const uint64_t permille = y ? (uint64_t)(((bs_u128)x * 1000 + y / 2) / y) : 0;
	char buf[BS_GROUPED];

	if (x && !permille)
		fputs("<0.1 %", f);
	else
		fprintf(f, "%s.%" PRIu64 " %%", bs_grouped(permille / 10, buf), permille % 10);
}

/* Three digits that count, in the unit that suits. */
void bs_put_time(FILE *f, bs_ns t)
{
	static const struct {
		const char *unit;
		bs_ns ns;
	} units[] = {{"s", BS_NS_PER_S}, {"ms", BS_NS_PER_MS}, {"us", BS_NS_PER_US}, {"ns", 1}};
	size_t i = 0;
	double v;

	while (units[i].ns > 1 && t < units[i].ns)
		i++;
	v = (double)t / (double)units[i].ns;
	if (v >= 999.5)
		bs_put_count(f, (t + units[i].ns / 2) / units[i].ns);
	else
		fprintf(f, "%.*f", v >= 100 || units[i].ns == 1 ? 0 : v >= 10 ? 1 : 2, v);
	fprintf(f, " %s", units[i].unit);
}

void bs_put_held(const struct bs_answer *a, unsigned int row, FILE *f)
{
	bs_put_count(f, bs_answer_figure(a, row, "held_mib_s"));
	fputs(" MiB.s", f);
}

/* "cost 1.63 s, 33.1 % of none's" */
void bs_put_cost(const struct bs_answer *a, unsigned int row, FILE *f)
{
	const unsigned int none = bs_answer_none(a, row);

	fputs("cost ", f);
	bs_put_time(f, bs_answer_cost(a, row));
	if (none == BS_NO_ROW || none == row || !bs_answer_cost(a, none))
		return;
	fputs(", ", f);
	bs_put_share(f, bs_answer_cost(a, row), bs_answer_cost(a, none));
	fprintf(f, " of %s's", bs_answer_label(a, none));
}

const char *bs_idle_name(void)
{
	return bs_strategy_with(BS_CAP_IDLE)->name;
}

void bs_put_more_cost(const struct bs_answer *a, unsigned int row, FILE *f)
{
	const uint64_t base = bs_answer_cost(a, bs_answer_none(a, row));

	fputs(" (+", f);
	bs_put_share(f, bs_answer_cost(a, row) - base, base);
	fputc(')', f);
}

static const char *setting(const struct bs_answer *a, unsigned int row, const char *where)
{
	return json_string_value(
		json_object_get(json_object_get(bs_answer_cell(a, row), "stock_setting"), where));
}

/* "; set `echo 5 >...` in the guest; QEMU: `-device ...`" */
void bs_put_setting(const struct bs_answer *a, unsigned int row, FILE *f)
{
	const char *host = setting(a, row, "host"), *boot = setting(a, row, "boot");
	const char *running = setting(a, row, "running"), *monitor = setting(a, row, "monitor");

	if (boot)
		fprintf(f, "; kernel command line `%s`", boot);
	if (running)
		fprintf(f, "%s `%s`", boot ? " or" : "; in the running guest", running);
	if (host)
		fprintf(f, "; QEMU `%s`", host);
	if (monitor)
		fprintf(f, ", and in its monitor `%s`", monitor);
}
