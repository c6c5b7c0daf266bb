#include "planner/run_report.h"

namespace tutti::planner {

void ReportRun(const Gang& gang, CoreState& state) {
  const base::Duration ran = state.now - gang.started;
  const base::Duration declared = gang.expected_duration();
  const bool expected = declared.count() > 0 || gang.learned.count() > 0;
  // A replica that stands by learns, but does not count.
  if (expected && state.ready())
    state.Emit(model::ReportRun{gang.key, ran, declared, gang.learned});
  state.run_times.Add(gang, ran);
}

}  // namespace tutti::planner
