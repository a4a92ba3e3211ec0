// SPDX-License-Identifier: Apache-2.0
/* What a worker tells of itself, in Prometheus' text form 0.0.4. */
#include "queue/work.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void add(dm_buf *out, const char *format, ...) DM_PRINTF(2, 3);
static void add(dm_buf *out, const char *format, ...)
{
    char line[256];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    dm_buf_add(out, line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static void head(dm_buf *out, const char *name, const char *type, const char *help)
{
    add(out, "# HELP demarche_%s %s\n# TYPE demarche_%s %s\n", name, help, name, type);
}

static void whole(dm_buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    head(out, name, type, help);
    add(out, "demarche_%s %" PRIu64 "\n", name, value);
}

static void seconds(dm_buf *out, const char *name, const char *help, uint64_t ns)
{
    head(out, name, "counter", help);
    add(out, "demarche_%s %.3f\n", name, (double)ns / 1e9);
}

static void batches(dm_buf *out, const meters *m, uint64_t n)
{
    head(out, "batch_documents", "histogram", "Documents of one transaction.");
    for (unsigned i = 0; i < BATCH_BUCKETS; i++)
        add(out, "demarche_batch_documents_bucket{le=\"%u\"} %" PRIu64 "\n", 1u << 2 * i, m->batch_le[i]);
    add(out, "demarche_batch_documents_bucket{le=\"+Inf\"} %" PRIu64 "\n", n);
    add(out, "demarche_batch_documents_sum %" PRIu64 "\ndemarche_batch_documents_count %" PRIu64 "\n", m->batch_documents, n);
}

void dm_work_metrics(void *ctx, dm_buf *out)
{
    worker *w = ctx;
    pthread_mutex_lock(&w->lock);
    const dm_work_stats s = w->stats;
    const meters m = w->m;
    const uint64_t held = w->held, bytes = w->bytes;
    pthread_mutex_unlock(&w->lock);
    whole(out, "messages_total", "counter", "Messages taken from the queue, also those delivered again.", s.taken);
    whole(out, "redeliveries_total", "counter", "Messages taken that had been delivered before.", s.redelivered);
    head(out, "documents_total", "counter", "Documents filed, by what came of them.");
    add(out, "demarche_documents_total{result=\"added\"} %" PRIu64 "\ndemarche_documents_total{result=\"known\"} %" PRIu64 "\n",
        s.added, s.known);
    whole(out, "near_copies_total", "counter", "Of the documents added: near copies of one that was there.", s.near_copies);
    whole(out, "events_total", "counter", "Events of the documents added.", s.events);
    whole(out, "acks_total", "counter", "Messages acknowledged.", m.acks);
    whole(out, "dead_letters_total", "counter", "Documents put away with their reason.", s.dead);
    whole(out, "errors_total", "counter", "Failures that were waited out: queue or record away, messages to come again.",
        m.errors);
    whole(out, "retries_total", "counter", "Transactions that were tried again.", s.retries);
    seconds(out, "coding_seconds_total", "Processor time of coding.", m.coding_ns);
    seconds(out, "filing_seconds_total", "Processor time of filing.", m.filing_ns);
    batches(out, &m, s.batches);
    whole(out, "held_messages", "gauge", "Messages that this worker holds now.", held);
    whole(out, "held_bytes", "gauge", "Bytes of the messages and coded documents that this worker holds now.", bytes);
    whole(out, "queue_pending_messages", "gauge", "Messages that no worker has yet: the lag.", m.pending);
    whole(out, "queue_unfinished_messages", "gauge", "Messages that some worker has and has not acknowledged.", m.in_flight);
    whole(out, "last_commit_timestamp_seconds", "gauge", "When this worker last committed, seconds since 1970; 0: not yet.",
        m.last_commit);
    whole(out, "start_time_seconds", "gauge", "When this worker started, seconds since 1970.", m.started);
}
