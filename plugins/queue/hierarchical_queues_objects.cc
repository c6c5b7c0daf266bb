// The queues that come as API objects.
#include <utility>

#include "hierarchical_queues.h"

namespace tutti::plugins {
namespace {

constexpr char kQueues[] = "queues";
constexpr char kLocalQueues[] = "localqueues";

}  // namespace

std::vector<ObjectKind> HierarchicalQueues::Watches() const {
  if (!watches_objects_) return {};
  return {{"tutti.dev", {"v1beta1"}, kQueues}, {"tutti.dev", {"v1beta1"}, kLocalQueues}};
}

QueueSpec HierarchicalQueues::ReadObject(const WatchedObject& object, Config& spec,
                                         ResourceNames& names) const {
  QueueSpec read = ReadQueueSpec(spec, host_, node_flavors_, names, "");
  read.name = object.name;
  for (const ConfigError& error : spec.errors()) {
    read.problem += read.problem.empty() ? "queue " + read.name + ": " : "; ";
    read.problem += "spec" + error.pointer + ": " + error.message;
  }
  return read;
}

void HierarchicalQueues::OnObject(const WatchedObject& object, Config& spec) {
  if (object.resource == kQueues) {
    catalog_.Set(ReadObject(object, spec, resource_names_), object.generation);
  } else {
    catalog_.SetLocal(std::string(object.namespace_name), std::string(object.name),
                      {spec.String("/queue", ""), object.generation});
  }
  stale_ = true;
}

void HierarchicalQueues::OnObjectGone(const WatchedObject& object) {
  if (object.resource == kQueues) {
    catalog_.Remove(object.name);
  } else {
    catalog_.RemoveLocal(object.namespace_name, object.name);
  }
  stale_ = true;
}

void HierarchicalQueues::CheckObject(const WatchedObject& object, Config& spec) const {
  if (object.resource != kQueues) return;
  ResourceNames names;
  const QueueSpec read = ReadObject(object, spec, names);
  if (!spec.errors().empty()) return;
  for (QueueProblem& problem : catalog_.ProblemsWith(read))
    spec.Fail(problem.orphan ? "/parent" : "", std::move(problem.text));
}

}  // namespace tutti::plugins
