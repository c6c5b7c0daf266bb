// ImportedQueue: a queue of another scheduler in Tutti's terms, and what became of each object that
// it was read from. What every peer's file produces, and all that the writers know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace tutti::importer {

// By the resource's name; in base units: thousandths of cpu, bytes, a count.
using Amounts = std::map<std::string, int64_t>;

// Of nodes of one flavor.
struct ImportedFlavor {
  std::string name;
  Amounts guaranteed = {};
  Amounts limit = {};
  Amounts borrow_limit = {};
  Amounts lend_limit = {};
};

// What one user or one group holds at most.
struct ImportedBound {
  Amounts limit = {};
  int64_t max_running_gangs = 0;  // 0: any number
};

// Of those that are named, in the place of what is for everybody.
struct ImportedLimit {
  std::vector<std::string> users;
  std::vector<std::string> groups;
  ImportedBound bound;
};

// The keys of Queue.spec (docs/queues.md), with the defaults that it has.
struct ImportedQueue {
  enum class State { kOpen, kHeld, kClosed };

  std::string name;
  std::string parent;  // empty: a root
  Amounts guaranteed;
  Amounts limit;
  Amounts borrow_limit;
  Amounts lend_limit;
  std::vector<ImportedFlavor> flavors;  // the first choice first
  bool next_before_borrowing = false;   // flavorFungibility.whenCanBorrow: TryNextFlavor
  bool reclaims_before_next = false;    // flavorFungibility.whenCanPreempt: Preempt
  // In thousandths, as peers have fractions; WriteWeights makes whole numbers of all of them.
  std::optional<int64_t> weight_milli;
  std::optional<int64_t> weight;
  std::optional<int64_t> priority;
  State state = State::kOpen;
  bool strict_fifo = false;
  int64_t max_running_gangs = 0;  // 0: any number
  ImportedBound of_user;          // each that is not named
  ImportedBound of_group;         // likewise
  std::vector<ImportedLimit> limits;
  bool reclaimable = true;
  base::Duration min_runtime{0};
  base::Duration reclaim_delay{0};
  std::vector<std::string> namespaces;  // none: all
  size_t source = 0;                    // which of the reports
};

struct ImportedLocalQueue {
  std::string ns;
  std::string name;
  std::string queue;
  size_t source = 0;
};

enum class Verdict {
  kUnderstood,  // means the same here
  kChanged,     // means something else here: the text says what
  kIgnored,     // means nothing here: the text says why
  kConflict,    // wrong, or contradicts something: nothing may be applied until it is mended
};

struct Note {
  Verdict verdict = Verdict::kUnderstood;
  std::string field;  // "spec.weight"; empty: the object as a whole
  std::string text;
  std::string remedy = {};
};

// One object, or one queue of a file that holds many.
struct ObjectReport {
  std::string object;   // "ClusterQueue team-a"
  std::string where;    // "queues.yaml:12"; empty where it was read from a cluster
  std::string becomes;  // "Queue team-a"; empty: nothing
  std::vector<Note> notes = {};

  void Add(Verdict verdict, std::string field, std::string text, std::string remedy = {}) {
    notes.push_back({verdict, std::move(field), std::move(text), std::move(remedy)});
  }
};

struct Imported {
  std::vector<ImportedQueue> queues;  // parents first, else as they were read
  std::vector<ImportedLocalQueue> local_queues;
  std::vector<ObjectReport> reports;  // as they were read; what concerns all of them last
};

}  // namespace tutti::importer
