// SPDX-License-Identifier: GPL-2.0-or-later
#include "table_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void print_columns(void)
{
	struct bs_table_column c;

	puts("Columns of a table; * is shown by default, some only where a row has more than 0.");
	for (unsigned int i = 0; bs_table_column_at(i, &c); i++)
		printf("%c %-26s %-16s %-10s %s\n", c.shown ? '*' : ' ', c.name,
		       strcmp(c.heading, c.name) ? c.heading : "",
		       c.metric ? bs_unit_name(c.metric->unit) : "%", c.definition);
	exit(0);
}

void table_form_check(const struct bs_option *opt, const char *text)
{
	const bool columns = opt == bs_option_find("columns");
	struct bs_table_form form = {0};
	struct bs_error err;

	if (!columns && opt != bs_option_find("sort"))
		return;
	if (columns && !strcmp(text, "help"))
		print_columns();
	if (columns)
		form.columns = text;
	else
		form.sort = text;
	if (bs_table_form_check(&form, &err))
		exit(cli_error(&err));
}

struct bs_table_form table_form_of(const struct bs_options *o)
{
	const struct bs_program_config *p = &o->program;
	const char *no_color = getenv("NO_COLOR");

	return (struct bs_table_form){
		.columns = p->columns,
		.sort = p->sort,
		.colour = !p->output && isatty(STDOUT_FILENO) && !(no_color && *no_color),
	};
}
