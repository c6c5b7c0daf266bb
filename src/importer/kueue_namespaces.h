// KueueNamespaces: whose gangs a ClusterQueue takes, of its namespaceSelector and LocalQueues.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "importer/imported_queue.h"
#include "importer/object_fields.h"
#include "importer/source_object.h"

namespace tutti::importer {

class KueueNamespaces {
 public:
  void AddLocalQueue(const SourceObject& source);

  // Sets queue.namespaces. A selector by other labels than the name is replaced by the namespaces
  // of the LocalQueues; where there is none at all the queue is held, as Kueue lets nobody in.
  void Read(ObjectFields& spec, ImportedQueue& queue) const;

 private:
  std::map<std::string, std::set<std::string>> by_queue_;  // namespaces of the LocalQueues
};

}  // namespace tutti::importer
