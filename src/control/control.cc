#include "control/control.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "control/core_question.h"
#include "control/explanation_text.h"

namespace tutti::control {
namespace {

using model::GangKey;
using planner::CoreReader;
using planner::Page;

absl::Status NotReady() {
  return absl::UnavailableError(
      "this replica is not synced yet or does not lead: ask again, or the leader");
}

absl::StatusOr<Page> ParsePage(const PageRequest& request) {
  if (request.limit < 0 || request.limit > PageRequest::kMost) {
    return absl::InvalidArgumentError(
        absl::StrFormat("limit is %d: expected 0 to %d", request.limit, PageRequest::kMost));
  }
  Page page;
  page.limit = static_cast<size_t>(request.limit == 0 ? PageRequest::kPage : request.limit);
  const char* const begin = request.token.data();
  const char* const end = begin + request.token.size();
  const auto [rest, error] = std::from_chars(begin, end, page.offset);
  if (!request.token.empty() && (error != std::errc() || rest != end))
    return absl::InvalidArgumentError(
        "continue: expected what the response before this one had there");
  return page;
}

// Cuts off the one that only shows that there are more.
template <class Report>
std::string CutPage(const Page& page, std::vector<Report>& reports) {
  if (reports.size() <= page.limit) return {};
  reports.resize(page.limit);
  return absl::StrFormat("%d", page.offset + page.limit);
}

absl::Status CheckName(const GangName& gang) {
  if (!gang.namespace_name.empty() && !gang.name.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("gang: expected a namespace and a name");
}

// The one that is called so.
absl::StatusOr<GangKey> Find(const CoreReader& reader, const GangName& gang) {
  const std::vector<GangKey> keys = reader.FindGangs(gang.namespace_name, gang.name, gang.dialect);
  if (keys.size() == 1) return keys.front();
  if (keys.empty()) {
    return absl::NotFoundError(absl::StrFormat(
        "no gang %s/%s%s: look at the list of gangs, and whether its pods have Tutti's scheduler "
        "name and a gang's markers",
        gang.namespace_name, gang.name,
        gang.dialect.empty() ? "" : absl::StrFormat(" of dialect %s", gang.dialect)));
  }
  std::vector<std::string> dialects;
  for (const GangKey& key : keys)
    dialects.push_back(absl::StrFormat("%s (%s)", key.dialect, key.identity));
  return absl::InvalidArgumentError(
      absl::StrFormat("gang %s/%s is not one: name the dialect, or the identity in place of the "
                      "name; there are %s",
                      gang.namespace_name, gang.name, absl::StrJoin(dialects, ", ")));
}

}  // namespace

template <class Question>
auto Control::Ask(Timeout timeout, Question question) -> absl::StatusOr<
    Answer<typename std::invoke_result_t<Question, planner::CoreReader&>::value_type>> {
  using Value = typename std::invoke_result_t<Question, planner::CoreReader&>::value_type;
  auto answer = AskCore(core_, std::min(timeout, kMostTimeout),
                        [loop = &core_, question = std::move(question)](
                            planner::Core& core) mutable -> absl::StatusOr<Answer<Value>> {
                          planner::CoreReader& reader = core.reader();
                          if (!reader.ready()) return NotReady();
                          absl::StatusOr<Value> value = question(reader);
                          if (!value.ok()) return value.status();
                          return Answer<Value>{loop->Snapshot()->generation, *std::move(value), {}};
                        });
  if (!answer.ok()) return answer.status();
  return *std::move(answer);
}

template <class Question>
absl::StatusOr<bool> Control::Change(Timeout timeout, Question question) {
  TUTTI_ASSIGN_OR_RETURN(
      const Answer<bool> changed,
      Ask(timeout,
          [loop = &core_,
           question = std::move(question)](CoreReader& reader) -> absl::StatusOr<bool> {
            TUTTI_ASSIGN_OR_RETURN(std::optional<model::ClusterEvent> event, question(reader));
            if (!event) return false;
            if (!loop->TryPost(*std::move(event)))
              return absl::UnavailableError("the core is overloaded or stops: ask again");
            return true;
          }));
  if (!changed.value) return false;
  // Answered after the event: whoever asks next finds it done.
  TUTTI_RETURN_IF_ERROR(
      Ask(timeout, [](CoreReader&) -> absl::StatusOr<bool> { return true; }).status());
  return true;
}

absl::StatusOr<Answer<std::vector<planner::GangReport>>> Control::ListGangs(
    const std::string& namespace_name, bool queued, const PageRequest& request, Timeout timeout) {
  TUTTI_ASSIGN_OR_RETURN(const Page page, ParsePage(request));
  using Reports = std::vector<planner::GangReport>;
  TUTTI_ASSIGN_OR_RETURN(
      Answer<Reports> answer,
      Ask(timeout, [namespace_name, queued, page](CoreReader& reader) -> absl::StatusOr<Reports> {
        return queued ? reader.Queue(namespace_name, page) : reader.Gangs(namespace_name, page);
      }));
  answer.next_token = CutPage(page, answer.value);
  return answer;
}

absl::StatusOr<Answer<planner::GangReport>> Control::GetGang(const GangName& gang,
                                                             Timeout timeout) {
  TUTTI_RETURN_IF_ERROR(CheckName(gang));
  return Ask(timeout, [gang](CoreReader& reader) -> absl::StatusOr<planner::GangReport> {
    TUTTI_ASSIGN_OR_RETURN(const GangKey key, Find(reader, gang));
    return reader.Report(key, kMostMembers);
  });
}

absl::StatusOr<Answer<std::vector<planner::QueueReport>>> Control::ListQueues(Timeout timeout) {
  return Ask(timeout, [](CoreReader& reader) -> absl::StatusOr<std::vector<planner::QueueReport>> {
    return reader.Queues();
  });
}

absl::StatusOr<Answer<std::vector<NodeReport>>> Control::ListNodes(
    const std::vector<std::string>& names, const PageRequest& request) const {
  TUTTI_ASSIGN_OR_RETURN(const Page page, ParsePage(request));
  const std::shared_ptr<const model::ClusterSnapshot> snapshot = core_.Snapshot();
  if (!snapshot->ready) return NotReady();
  std::vector<model::NodeIndex> indices;
  for (const std::string& name : names) {
    const model::NodeIndex* index = snapshot->directory.Find(name);
    if (index == nullptr) {
      return absl::NotFoundError(
          absl::StrFormat("no node %s: look at the list of nodes", name.substr(0, 253)));
    }
    indices.push_back(*index);
  }
  if (names.empty()) {
    snapshot->directory.ForEach(
        [&](const std::string&, model::NodeIndex index) { indices.push_back(index); });
  }
  std::sort(indices.begin(), indices.end(), [&](model::NodeIndex a, model::NodeIndex b) {
    return snapshot->Info(a)->name < snapshot->Info(b)->name;
  });
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  Answer<std::vector<NodeReport>> answer;
  answer.generation = snapshot->generation;
  const size_t end =
      std::min(indices.size(), page.limit + 1 + std::min(page.offset, indices.size()));
  for (size_t i = page.offset; i < end; ++i) {
    const model::NodeIndex index = indices[i];
    answer.value.push_back(
        {snapshot->Info(index), snapshot->blocks[BlockOf(index)], OffsetOf(index)});
  }
  answer.next_token = CutPage(page, answer.value);
  return answer;
}

absl::StatusOr<Answer<std::vector<planner::ReservationReport>>> Control::ListReservations(
    const std::string& node, const PageRequest& request, Timeout timeout) {
  TUTTI_ASSIGN_OR_RETURN(const Page page, ParsePage(request));
  using Reports = std::vector<planner::ReservationReport>;
  TUTTI_ASSIGN_OR_RETURN(Answer<Reports> answer,
                         Ask(timeout, [node, page](CoreReader& reader) -> absl::StatusOr<Reports> {
                           if (!node.empty() && !reader.HasNode(node))
                             return absl::NotFoundError(
                                 absl::StrFormat("no node %s: look at the list of nodes", node));
                           return reader.Reservations(node, page);
                         }));
  answer.next_token = CutPage(page, answer.value);
  return answer;
}

absl::StatusOr<Answer<Explained>> Control::ExplainGang(const GangName& gang, Timeout timeout) {
  TUTTI_RETURN_IF_ERROR(CheckName(gang));
  TUTTI_ASSIGN_OR_RETURN(
      Answer<planner::Explanation> answer,
      Ask(timeout, [gang](CoreReader& reader) -> absl::StatusOr<planner::Explanation> {
        TUTTI_ASSIGN_OR_RETURN(const GangKey key, Find(reader, gang));
        return reader.ExplainGang(key);
      }));
  std::vector<std::string> text = Sentences(answer.value, resources_);
  return Answer<Explained>{answer.generation, {std::move(answer.value), std::move(text)}, {}};
}

absl::StatusOr<Answer<Explained>> Control::ExplainPod(const std::string& namespace_name,
                                                      const std::string& name, Timeout timeout) {
  if (namespace_name.empty() || name.empty())
    return absl::InvalidArgumentError("pod: expected a namespace and a name");
  TUTTI_ASSIGN_OR_RETURN(
      Answer<planner::Explanation> answer,
      Ask(timeout,
          [namespace_name, name](CoreReader& reader) -> absl::StatusOr<planner::Explanation> {
            const std::optional<base::Uid> uid = reader.FindPod(namespace_name, name);
            if (uid) return reader.ExplainPod(*uid);
            return absl::NotFoundError(absl::StrFormat(
                "no pod %s/%s in Tutti's view of the cluster: check the name and the namespace "
                "with kubectl get pod",
                namespace_name, name));
          }));
  std::vector<std::string> text = Sentences(answer.value, resources_);
  return Answer<Explained>{answer.generation, {std::move(answer.value), std::move(text)}, {}};
}

absl::StatusOr<Answer<Simulated>> Control::Simulate(Manifest& manifest, Timeout timeout) {
  struct Found {
    std::vector<planner::SimulatedOutcome> outcomes;
    int64_t nodes = 0;
  };
  TUTTI_ASSIGN_OR_RETURN(std::vector<planner::SimulatedJob> taken, manifest.TakeJobs());
  // Where the time is up, the question outlives the manifest: what is compared is held apart.
  auto jobs = std::make_shared<std::vector<planner::SimulatedJob>>(std::move(taken));
  const size_t known = manifest.known_resources();
  const bool grown = manifest.resources().size() != known;
  TUTTI_ASSIGN_OR_RETURN(
      Answer<Found> answer,
      Ask(timeout,
          [jobs, known, grown,
           resources = &resources_](CoreReader& reader) -> absl::StatusOr<Found> {
            if (grown && resources->size() != known) {
              return absl::UnavailableError(
                  "the cluster has learnt a new resource in this moment: ask again");
            }
            Found found;
            found.outcomes = reader.Simulate(std::move(*jobs));
            found.nodes = reader.nodes();
            return found;
          }));
  Answer<Simulated> simulated;
  simulated.generation = answer.generation;
  for (planner::SimulatedOutcome& outcome : answer.value.outcomes) {
    std::vector<std::string> text = Sentences(outcome, answer.value.nodes, manifest.resources());
    simulated.value.jobs.push_back({std::move(outcome), std::move(text)});
  }
  return simulated;
}

absl::StatusOr<bool> Control::HoldGang(const GangName& gang, bool held, Timeout timeout) {
  TUTTI_RETURN_IF_ERROR(CheckName(gang));
  return Change(
      timeout,
      [gang, held](CoreReader& reader) -> absl::StatusOr<std::optional<model::ClusterEvent>> {
        TUTTI_ASSIGN_OR_RETURN(GangKey key, Find(reader, gang));
        if (reader.IsHeld(key) == held) return std::nullopt;
        return model::GangHeld{std::move(key), held};
      });
}

absl::StatusOr<bool> Control::SetQueue(const std::string& queue, model::QueueGate gate,
                                       Timeout timeout) {
  if (queue != CoreReader::kOnlyQueue) {
    return absl::NotFoundError(absl::StrFormat(
        "no queue %s that can be held or drained here: there is one, \"%s\", which "
        "stands for all; the state of a plugin's queue is set where it is declared (spec.state)",
        queue.substr(0, 253), CoreReader::kOnlyQueue));
  }
  return Change(timeout,
                [gate](CoreReader& reader) -> absl::StatusOr<std::optional<model::ClusterEvent>> {
                  if (reader.Queues().front().gate == gate) return std::nullopt;
                  return model::QueueGateSet{gate};
                });
}

absl::StatusOr<bool> Control::CloseNode(const std::string& node, bool closed, Timeout timeout) {
  return Change(
      timeout,
      [node, closed](CoreReader& reader) -> absl::StatusOr<std::optional<model::ClusterEvent>> {
        if (reader.IsClosed(node) == closed && (closed || reader.HasNode(node)))
          return std::nullopt;
        if (closed ? reader.HasNode(node) : reader.IsClosed(node))
          return model::NodeClosed{node, closed};
        return absl::NotFoundError(
            absl::StrFormat("no node %s: look at the list of nodes", node.substr(0, 253)));
      });
}

}  // namespace tutti::control
