#include "planner/score_report.h"

#include <utility>

namespace tutti::planner {

void ReportScores(const Gang& gang, const Placement& placement, CoreState& state) {
  if (!state.options.report_scores) return;
  model::ReportScores report;
  for (size_t c = 0; c < placement.scores.size(); ++c) {
    for (size_t i = 0; i < placement.scores[c].size(); ++i) {
      const model::NodeIndex node = placement.nodes[c][i];
      if (i > 0 && placement.nodes[c][i - 1] == node) {
        ++report.nodes.back().members;
      } else {
        report.nodes.push_back({state.nodes.Info(node)->name, 1, placement.scores[c][i]});
      }
    }
  }
  if (report.nodes.empty()) return;
  report.key = gang.key;
  state.Emit(std::move(report));
}

}  // namespace tutti::planner
