// QueueWeights: weights as whole numbers from 1 to 1,000,000, in the same proportions.
#pragma once

#include "importer/imported_queue.h"

namespace tutti::importer {

// Sets `weight` of the queues from `weight_milli`. Whole numbers stay what they are; with
// fractions, or numbers too large, all are multiplied or divided alike, which the reports say.
void WriteWeights(Imported& imported);

}  // namespace tutti::importer
