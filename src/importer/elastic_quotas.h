// ElasticQuotas: ElasticQuota of scheduling.x-k8s.io (scheduler-plugins: one per namespace) and of
// scheduling.sigs.k8s.io (Koordinator: a tree, which labels and annotations describe).
#pragma once

#include <vector>

#include "importer/imported_queue.h"
#include "importer/source_object.h"

namespace tutti::importer {

Imported ReadElasticQuotas(const std::vector<SourceObject>& objects);

}  // namespace tutti::importer
