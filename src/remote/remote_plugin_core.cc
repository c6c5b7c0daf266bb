// The part of RemotePlugin that the core's thread asks: about gangs, and around binding.
#include <string>

#include "base/status_macros.h"
#include "remote/answer_reader.h"
#include "remote/remote_plugin.h"
#include "remote/to_wire.h"

namespace tutti::remote {

Status RemotePlugin::PreEnqueue(const GangView& gang, const ClusterView& cluster) const {
  return AskAlone(
      "PreEnqueue",
      [&](Session& session) {
        ShowAll(cluster, session);
        ToWire(gang, numbers_, *session.request.mutable_pre_enqueue()->mutable_gang());
      },
      Nothing);
}

bool RemotePlugin::Less(const GangView& a, const GangView& b) const {
  bool less = false;
  ThrowIfFailed(AskAlone(
      "QueueSort",
      [&](Session& session) {
        wire::QueueSort& sort = *session.request.mutable_queue_sort();
        ToWire(a, numbers_, *sort.mutable_a());
        ToWire(b, numbers_, *sort.mutable_b());
      },
      [&](const wire::ServeResponse& response) {
        less = response.queue_sort().less();
        return response.has_queue_sort() ? absl::OkStatus() : Missing("queue_sort");
      }));
  return less;
}

Status RemotePlugin::PlacementGenerate(CycleState& state, const GangView& gang,
                                       const ClusterView& cluster,
                                       std::vector<Domain>& domains) const {
  Hold(state);
  return AskInCycle(
      "PlacementGenerate", state,
      [&](Session& session) {
        ShowAll(cluster, session);
        ToWire(gang, numbers_, *session.request.mutable_placement_generate()->mutable_gang());
      },
      [&](const wire::ServeResponse& response) {
        return response.has_placement_generate()
                   ? ReadDomains(response.placement_generate(), domains)
                   : Missing("placement_generate");
      });
}

int64_t RemotePlugin::PlacementScore(const CycleState& state, const GangView& gang,
                                     const PlacementView& placement,
                                     const ClusterView& cluster) const {
  int64_t score = 0;
  ThrowIfFailed(AskInCycle(
      "PlacementScore", state,
      [&](Session& session) {
        ShowAll(cluster, session);
        wire::PlacementScore& question = *session.request.mutable_placement_score();
        ToWire(gang, numbers_, *question.mutable_gang());
        ToWire(placement, question);
      },
      [&](const wire::ServeResponse& response) {
        score = response.placement_score().score();
        return response.has_placement_score() ? absl::OkStatus() : Missing("placement_score");
      }));
  return score;
}

Status RemotePlugin::PostFilter(const GangView& gang, const GangDiagnosis& diagnosis,
                                const ClusterView& cluster, Nomination& nomination) const {
  return AskAlone(
      "PostFilter",
      [&](Session& session) {
        ShowAll(cluster, session);
        wire::PostFilter& question = *session.request.mutable_post_filter();
        ToWire(gang, numbers_, *question.mutable_gang());
        ToWire(diagnosis, numbers_, *question.mutable_diagnosis());
      },
      [&](const wire::ServeResponse& response) {
        return response.has_post_filter()
                   ? ReadNomination(response.post_filter(), cluster, nomination)
                   : Missing("post_filter");
      });
}

Status RemotePlugin::Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) {
  return Ask(
      "Permit", binding_,
      [&](Session& session) {
        ToWire(pod, numbers_, *session.request.mutable_permit()->mutable_pod());
      },
      [&](const wire::ServeResponse& response) {
        if (response.has_permit())
          timeout = std::chrono::nanoseconds(response.permit().timeout_ns());
        return absl::OkStatus();
      });
}

Status RemotePlugin::PreBind(const PlacedPodView& pod, BindAnnotations& annotations) {
  return Ask(
      "PreBind", binding_,
      [&](Session& session) {
        ToWire(pod, numbers_, *session.request.mutable_pre_bind()->mutable_pod());
      },
      [&](const wire::ServeResponse& response) {
        return response.has_pre_bind() ? ReadAnnotations(response.pre_bind(), annotations)
                                       : Missing("pre_bind");
      });
}

void RemotePlugin::PostBind(const PlacedPodView& pod) {
  ThrowIfFailed(Ask(
      "PostBind", binding_,
      [&](Session& session) {
        ToWire(pod, numbers_, *session.request.mutable_post_bind()->mutable_pod());
      },
      Nothing));
}

std::string RemotePlugin::AskQueueOf(const GangView& gang) const {
  std::string queue;
  ThrowIfFailed(AskAlone(
      "QueueSelect",
      [&](Session& session) {
        wire::QueueOf& question = *session.request.mutable_queue_of();
        question.set_namespace_(std::string(gang.namespace_name));
        question.set_queue(std::string(gang.queue));
        question.set_user(std::string(gang.user));
        question.set_dialect(std::string(gang.dialect));
      },
      [&](const wire::ServeResponse& response) -> absl::Status {
        if (!response.has_queue_of()) return Missing("queue_of");
        TUTTI_ASSIGN_OR_RETURN(queue, ReadQueueName(response.queue_of()));
        return absl::OkStatus();
      }));
  return queue;
}

std::vector<QueueTurn> RemotePlugin::AskRound(std::span<const QueueUse> queues) const {
  std::vector<QueueTurn> turns;
  ThrowIfFailed(AskAlone(
      "QueueSelect",
      [&](Session& session) { ToWire(queues, numbers_, *session.request.mutable_queue_round()); },
      [&](const wire::ServeResponse& response) -> absl::Status {
        if (!response.has_queue_round()) return Missing("queue_round");
        TUTTI_ASSIGN_OR_RETURN(turns, ReadTurns(response.queue_round(), queues.size()));
        return absl::OkStatus();
      }));
  return turns;
}

void RemotePlugin::OnObject(const WatchedObject& object, Config& spec) {
  objects_.Set(object, spec.entries());
  queues_.Forget();
}

void RemotePlugin::OnObjectGone(const WatchedObject& object) {
  objects_.Remove(object);
  queues_.Forget();
}

void RemotePlugin::CheckObject(const WatchedObject& object, Config& spec) const {
  ThrowIfFailed(AskAlone(
      "ObjectWatch",
      [&](Session& session) {
        ToWire(object, spec.entries(), *session.request.mutable_object_check()->mutable_object());
      },
      [&](const wire::ServeResponse& response) {
        return response.has_object_check() ? ReadMistakes(response.object_check(), spec)
                                           : Missing("object_check");
      }));
}

}  // namespace tutti::remote
