// RunTimes: for how long gangs run, by what they declare and by what their submitters ran before.
//
// After Tsafrir, Etsion and Feitelson (Backfilling using system-generated predictions, 2007): the
// mean of the submitter's last two runs, but never more than the gang declares, which is a limit
// and most often far above the truth. A gang that outlives its estimate is given ever longer
// extensions. A single run is taken where the gang declares nothing.
//
// Assumption: what one submitter runs is alike. It learns whatever the source: what was learned
// also tells how early the head of the queue may start.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/clock.h"
#include "model/run_time_source.h"
#include "planner/gang.h"

namespace tutti::planner {

using model::RunTimeSource;

class RunTimes {
 public:
  // Of more, the one that none of whose gangs has ended for longest is forgotten.
  static constexpr size_t kMostSubmitters = 4096;

  struct Submitter {
    std::string namespace_name;
    std::string name;
    base::Duration last{0};
    base::Duration before{0};  // the run before that; 0: there was none
  };

  explicit RunTimes(RunTimeSource source) : source_(source) {}
  RunTimes(const RunTimes&) = delete;
  RunTimes& operator=(const RunTimes&) = delete;

  bool learns() const { return source_ == RunTimeSource::kLearned; }
  // How long it would run if it started now; 0: nobody knows.
  base::Duration Of(const Gang& gang) const { return Of(gang, source_); }
  base::Duration Of(const Gang& gang, RunTimeSource source) const;
  // The same by what was learned alone.
  base::Duration Learned(const Gang& gang) const;
  // A gang has ended by itself.
  void Add(const Gang& gang, base::Duration ran);

  // When the gang will give its room back; Infinite: it has none, or nobody knows.
  base::Timestamp EndOf(const Gang& gang) const { return EndOf(gang, source_); }
  static base::Timestamp EndOf(const Gang& gang, RunTimeSource source);
  // Of a gang that should have ended by now: when it is taken to end instead, later than now.
  base::Timestamp Extended(const Gang& gang, base::Timestamp now) const {
    return Extended(gang, source_, now);
  }
  static base::Timestamp Extended(const Gang& gang, RunTimeSource source, base::Timestamp now);

  // The one whose last run ended first comes first.
  std::vector<Submitter> Save() const { return {submitters_.begin(), submitters_.end()}; }
  void Restore(std::vector<Submitter> submitters);

 private:
  using Submitters = std::list<Submitter>;  // in the order of Save
  using Key = std::pair<std::string_view, std::string_view>;

  void Append(Submitter submitter);

  const RunTimeSource source_;
  Submitters submitters_;
  absl::flat_hash_map<Key, Submitters::iterator> index_;  // its keys are in the list
};

}  // namespace tutti::planner
