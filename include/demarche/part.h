// SPDX-License-Identifier: Apache-2.0
/* Parts: what one of many machines makes of its shard of a corpus, in a file that is joined with the others to exactly what one machine
 * alone would have made of the whole.
 *
 * A part begins with who made it and which shard it is, holds the coded documents with their number in the whole input, each with a
 * checksum, and ends with how much there was: one that was cut off has no end and is refused. Parts are read by the version of the
 * program that wrote them, on machines of the same kind; what is to be kept is the record or the events. */
#ifndef DEMARCHE_PART_H
#define DEMARCHE_PART_H

#include <demarche/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appended to out in this order: begin, each document as it is coded, in the order of the input, end. */
DM_API dm_status dm_part_begin(dm_buf *out, const dm_coder *coder, const dm_input *in, dm_error *err);
DM_API dm_status dm_part_doc(dm_buf *out, const dm_doc *doc, dm_error *err);
/* After the input has ended. documents: how many were written. */
DM_API dm_status dm_part_end(dm_buf *out, const dm_input *in, uint64_t documents, dm_error *err);

typedef struct dm_parts dm_parts;

/* Opens the parts at n paths, in any order. DM_EINPUT: a file is no part or has no end, a shard is missing or there twice, or they are not of
 * one coder, one kind of dealing and one input. */
DM_API dm_status dm_parts_open(dm_parts **out, const char *const *paths, size_t n, dm_error *err);
/* The next document into *doc (NULL or used again), in the order of the whole input. DM_END after the last; DM_ECORRUPT. */
DM_API dm_status dm_parts_next(dm_parts *parts, dm_doc **doc, dm_error *err);
DM_API void dm_parts_close(dm_parts *parts);

/* Files all documents of the parts as dm_record_add() would have: the record is the same. */
DM_API dm_status dm_record_add_parts(
    dm_record *record, dm_parts *parts, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif
