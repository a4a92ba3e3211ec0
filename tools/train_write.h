// SPDX-License-Identifier: Apache-2.0
/* Writes the trained network and the lemma rules as a model file (src/parse/model.h). */
#ifndef DM_TOOLS_TRAIN_WRITE_H
#define DM_TOOLS_TRAIN_WRITE_H

#include "train_data.h"
#include "train_lemma.h"
#include "train_net.h"

/* Uses the parameters' current values (w). */
dm_status dm_write_model(const char *path, const dm_net *net, const dm_data *data, const dm_lemma_rules *lemma, dm_error *err);

#endif
