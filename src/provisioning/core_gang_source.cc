#include "provisioning/core_gang_source.h"

#include <algorithm>
#include <utility>

#include "control/core_question.h"
#include "planner/core_reader.h"

namespace tutti::provisioning {
namespace {

using planner::CoreReader;
using planner::GangReport;

constexpr base::Duration kQuestion = std::chrono::seconds(5);
constexpr size_t kMostKinds = 16;  // the core explains no more

bool Exists(const CoreReader& reader, const model::GangKey& gang) {
  const std::vector<model::GangKey> found =
      reader.FindGangs(gang.namespace_name, gang.identity, gang.dialect);
  return std::find(found.begin(), found.end(), gang) != found.end();
}

int64_t MembersOf(const GangReport& gang) {
  return int64_t{gang.waiting} + gang.placed + gang.binding + gang.bound;
}

// As many as the core explains: those that the gang lacks to its minimum, otherwise all that wait.
int64_t Lacking(const GangReport& gang) {
  const int64_t missing = gang.min_member - MembersOf(gang) + gang.waiting - gang.finished;
  return missing > 0 ? std::min<int64_t>(missing, gang.waiting) : gang.waiting;
}

template <class Question>
auto Ask(planner::CoreLoop& core, Question question)
    -> std::optional<std::invoke_result_t<Question, CoreReader&>> {
  auto answer = control::AskCore(
      core, kQuestion,
      [question = std::move(question)](planner::Core& asked) { return question(asked.reader()); });
  if (!answer.ok()) return std::nullopt;
  return *std::move(answer);
}

}  // namespace

std::optional<WaitingGangs> CoreGangSource::Waiting() {
  return Ask(core_, [](CoreReader& reader) {
    WaitingGangs waiting;
    waiting.leads = reader.ready();
    if (!waiting.leads) return waiting;
    std::vector<GangReport> reports = reader.Queue("", {.limit = kMostGangs});
    waiting.complete = reports.size() <= kMostGangs;
    if (!waiting.complete) reports.resize(kMostGangs);
    for (GangReport& report : reports) {
      WaitingGang& gang = waiting.gangs.emplace_back();
      gang.need = NeedOf(report);
      gang.waited = report.waited;
      gang.members = MembersOf(report);
      gang.key = std::move(report.key);
      gang.name = std::move(report.name);
    }
    return waiting;
  });
}

std::optional<MemberKinds> CoreGangSource::Kinds(const model::GangKey& gang) {
  return Ask(core_, [gang](CoreReader& reader) {
    MemberKinds members;
    if (!reader.ready() || !Exists(reader, gang)) return members;
    const planner::Explanation explanation = reader.ExplainGang(gang);
    const GangReport& report = *explanation.gang;
    if (report.waiting == 0 || NeedOf(report) != Need::kNodes) return members;
    int64_t pods = 0;
    for (const planner::ClassDiagnosis& kind : explanation.why.classes) {
      members.kinds.push_back({kind.example_pod, kind.pods});
      pods += kind.pods;
    }
    members.all = members.kinds.size() < kMostKinds || pods >= Lacking(report);
    return members;
  });
}

std::optional<std::vector<std::string>> CoreGangSource::Members(const model::GangKey& gang) {
  return Ask(core_, [gang](CoreReader& reader) {
    std::vector<std::string> names;
    if (!reader.ready() || !Exists(reader, gang)) return names;
    for (GangReport::MemberReport& member : reader.Report(gang, kMostMembers).members)
      names.push_back(std::move(member.pod));
    return names;
  });
}

}  // namespace tutti::provisioning
