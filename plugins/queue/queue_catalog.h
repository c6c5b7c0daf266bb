// QueueCatalog: every queue that the configuration or an API object declares, each under a number
// of its own.
//
// Numbers are given in the order in which queues come, and never again to another one: a queue that
// goes and comes back under its name has its old number. Number 0 is no queue: gangs that may wait
// in none are put there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "queue_problems.h"
#include "queue_spec.h"
#include "tutti/plugin/queue_select.h"

namespace tutti::plugins {

inline constexpr QueueId kNowhere{0};
inline constexpr std::string_view kDefaultHandle = "default";  // of a namespace

class QueueCatalog {
 public:
  // The queues of the configuration, which have no problems.
  explicit QueueCatalog(std::vector<QueueSpec> configured);

  // As an API object has it. A name that is configured as well stays what the configuration says.
  void Set(QueueSpec spec, int64_t generation);
  void Remove(std::string_view name);
  // A handle: gangs of the namespace that name it are in that queue.
  struct Local {
    std::string queue;
    int64_t generation = 0;
  };
  void SetLocal(std::string namespace_name, std::string name, Local local);
  void RemoveLocal(std::string_view namespace_name, std::string_view name);

  // Of all that are or were, by number less one.
  std::vector<std::string> Names() const;
  // From now on these have the numbers 1, 2 and so on, whether they are there or not; others
  // follow.
  void Renumber(const std::vector<std::string>& names);

  // What there is now, by number; one without a name: not there (any more). Whoever cannot be where
  // it says it is stands at the root, and says why in `problem`.
  std::vector<QueueSpec> Specs() const;
  // What would be wrong with the tree if the object were there, and is not now.
  std::vector<QueueProblem> ProblemsWith(const QueueSpec& spec) const;

  // kNowhere: there is none.
  QueueId Find(std::string_view name) const;
  // That a gang of this namespace means by this name: its handle's, else the queue's of that name.
  QueueId Meant(std::string_view namespace_name, std::string_view name) const;
  // Its handle's alone.
  QueueId MeantLocally(std::string_view namespace_name, std::string_view name) const;
  // Null: there is no such handle.
  const Local* LocalOf(std::string_view namespace_name, std::string_view name) const;
  using Locals = std::map<std::pair<std::string, std::string>, Local>;  // by namespace and name
  const Locals& locals() const { return locals_; }
  // The first that lists the namespace.
  QueueId Of(std::string_view namespace_name) const;
  // Of the object of that name; nullopt: there is none.
  std::optional<int64_t> GenerationOf(QueueId queue) const { return At(queue).generation; }
  // What keeps its object from being the queue; empty: nothing.
  std::string_view ProblemOfObject(QueueId queue) const { return At(queue).object_problem; }

 private:
  struct Entry {
    QueueSpec spec;  // without a name: not there
    bool configured = false;
    std::optional<int64_t> generation;
    std::string object_problem;
  };

  const Entry& At(QueueId queue) const { return entries_[queue.value]; }
  Entry* Add(const std::string& name);  // null: there are as many as there can be
  void IndexNamespaces();

  std::vector<Entry> entries_;
  std::map<std::string, QueueId, std::less<>> numbers_;
  std::map<std::string, QueueId, std::less<>> by_namespace_;
  Locals locals_;
};

}  // namespace tutti::plugins
