#include "tests/support/plugin_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <span>
#include <utility>
#include <vector>

namespace tutti::testing {

namespace wire = v1::plugin;

namespace {

uint16_t Number(google::protobuf::RepeatedPtrField<std::string>& names, std::string_view name) {
  const auto it = std::find(names.begin(), names.end(), name);
  if (it != names.end()) return static_cast<uint16_t>(it - names.begin());
  names.Add(std::string(name));
  return static_cast<uint16_t>(names.size() - 1);
}

uint16_t Number(google::protobuf::RepeatedPtrField<wire::Field>& fields, wire::Field::Kind kind,
                std::string_view key) {
  const auto it = std::find_if(fields.begin(), fields.end(), [&](const wire::Field& field) {
    return field.kind() == kind && field.key() == key;
  });
  if (it != fields.end()) return static_cast<uint16_t>(it - fields.begin());
  wire::Field& field = *fields.Add();
  field.set_kind(kind);
  field.set_key(std::string(key));
  return static_cast<uint16_t>(fields.size() - 1);
}

void Tell(const Status& status, wire::Status& to) {
  to.set_code(static_cast<wire::Code>(status.code()));
  if (status.reason().valid()) to.set_reason(status.reason().value);
  to.set_need(status.need());
  to.set_have(status.have());
  to.set_message(status.message());
}

std::string Bytes(std::span<const int64_t> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <class Entries>
std::vector<ConfigEntry> EntriesOf(const Entries& from) {
  std::vector<ConfigEntry> entries;
  for (const wire::ConfigEntry& entry : from) {
    entries.push_back(
        {entry.pointer(), static_cast<ConfigKind>(entry.kind()), entry.text(), std::string()});
  }
  return entries;
}

WatchedObject ViewOf(const wire::WatchedObject& object) {
  return {object.resource(), object.namespace_(), object.name(), object.generation()};
}

}  // namespace

StreamHost::StreamHost(wire::HandshakeAnswer& manifest) : manifest_(manifest) {
  // A plugin of the SDK may look at these without asking.
  for (const char* name : {"cpu", "memory", "ephemeral-storage", "pods"})
    manifest_.add_resources(name);
}

ResourceId StreamHost::Resource(std::string_view name) {
  return ResourceId(Number(*manifest_.mutable_resources(), name));
}
PodField StreamHost::PodLabel(std::string_view key) {
  return PodField(Number(*manifest_.mutable_pod_fields(), wire::Field::KIND_LABEL, key));
}
PodField StreamHost::PodAnnotation(std::string_view key) {
  return PodField(Number(*manifest_.mutable_pod_fields(), wire::Field::KIND_ANNOTATION, key));
}
NodeField StreamHost::NodeLabel(std::string_view key) {
  return NodeField(Number(*manifest_.mutable_node_fields(), wire::Field::KIND_LABEL, key));
}
NodeField StreamHost::NodeAnnotation(std::string_view key) {
  return NodeField(Number(*manifest_.mutable_node_fields(), wire::Field::KIND_ANNOTATION, key));
}
ReasonId StreamHost::Reason(std::string_view code, std::string_view meaning) {
  for (int i = 0; i < manifest_.reasons_size(); ++i) {
    if (manifest_.reasons(i).code() == code) return ReasonId(static_cast<uint16_t>(i));
  }
  wire::Reason& reason = *manifest_.add_reasons();
  reason.set_code(std::string(code));
  reason.set_meaning(std::string(meaning));
  return ReasonId(static_cast<uint16_t>(manifest_.reasons_size() - 1));
}
CounterId StreamHost::Counter(std::string_view name, std::string_view help) {
  for (int i = 0; i < manifest_.counters_size(); ++i) {
    if (manifest_.counters(i).name() == name) return CounterId(static_cast<uint16_t>(i));
  }
  wire::Counter& counter = *manifest_.add_counters();
  counter.set_name(std::string(name));
  counter.set_help(std::string(help));
  return CounterId(static_cast<uint16_t>(manifest_.counters_size() - 1));
}

PluginStream::PluginStream(const PluginDescriptor& descriptor, Untold untold)
    : descriptor_(descriptor), untold_(std::move(untold)) {}

PluginStream::~PluginStream() {
  cycle_.reset();
  plugin_.reset();
  for (const auto& [counter, by] : host_.TakeCounts())
    untold_(manifest_.counters(counter).name(), by);
}

void PluginStream::Answer(const wire::ServeRequest& request, wire::ServeResponse& response) {
  wire::Status& status = *response.mutable_status();
  try {
    Tell(Dispatch(request, response), status);
  } catch (const std::exception& error) {
    Tell(Status::Error(error.what()), status);
    status.set_thrown(true);
  } catch (...) {
    Tell(Status::Error("something that is no std::exception"), status);
    status.set_thrown(true);
  }
  for (const auto& [counter, by] : host_.TakeCounts()) {
    wire::CounterIncrement& count = *response.add_counters();
    count.set_counter(counter);
    count.set_by(by);
  }
}

Status PluginStream::Dispatch(const wire::ServeRequest& request, wire::ServeResponse& response) {
  host_.now = std::chrono::nanoseconds(request.now_ns());
  if (request.has_cluster()) cluster_.Update(request.cluster());
  if (request.has_objects()) Take(request.objects());
  if (request.has_cycle() && (request.cycle().begins() || !cycle_))
    cycle_.emplace(request.cycle().seed());
  switch (request.phase_case()) {
    case wire::ServeRequest::kHandshake:
      return Shake(request.handshake(), *response.mutable_handshake());
    case wire::ServeRequest::kPreFilter:
      return points_.pre_filter->PreFilter(*cycle_, ShownPod(request.pre_filter().pod()).view(),
                                           cluster_.view());
    case wire::ServeRequest::kFilter:
      return Filter(request.filter(), *response.mutable_filter());
    case wire::ServeRequest::kPreScore:
      return points_.pre_score->PreScore(*cycle_, ShownPod(request.pre_score().pod()).view(),
                                         cluster_.view());
    case wire::ServeRequest::kScore:
      return Score(request.score(), *response.mutable_score());
    case wire::ServeRequest::kNormalizeScore:
      return Normalize(request.normalize_score(), *response.mutable_normalize_score());
    case wire::ServeRequest::kPreEnqueue:
      return points_.pre_enqueue->PreEnqueue(ShownGang(request.pre_enqueue().gang()).view(),
                                             cluster_.view());
    case wire::ServeRequest::kQueueSort:
      response.mutable_queue_sort()->set_less(points_.queue_sort->Less(
          ShownGang(request.queue_sort().a()).view(), ShownGang(request.queue_sort().b()).view()));
      return Status::Success();
    case wire::ServeRequest::kPlacementGenerate:
      return Generate(request.placement_generate(), *response.mutable_placement_generate());
    case wire::ServeRequest::kPlacementScore:
      return ScorePlacement(request.placement_score(), *response.mutable_placement_score());
    case wire::ServeRequest::kPostFilter:
      return PostFilter(request.post_filter(), *response.mutable_post_filter());
    case wire::ServeRequest::kDeviceSelect:
      return SelectDevices(request.device_select(), *response.mutable_device_select());
    case wire::ServeRequest::kPermit:
      return Permit(request.permit(), response);
    case wire::ServeRequest::kPreBind:
      return PreBind(request.pre_bind(), *response.mutable_pre_bind());
    case wire::ServeRequest::kPostBind:
      points_.post_bind->PostBind(ShownPlacedPod(request.post_bind().pod()).view());
      return Status::Success();
    case wire::ServeRequest::kObjectCheck:
      return CheckObject(request.object_check().object(), *response.mutable_object_check());
    case wire::ServeRequest::kQueueOf:     // asked in another form than the SDK's QueueSelect:
    case wire::ServeRequest::kQueueRound:  // tests answer these themselves
    case wire::ServeRequest::PHASE_NOT_SET:
      break;
  }
  return Status::Error("a phase that this plugin does not know");
}

Status PluginStream::Shake(const wire::Handshake& request, wire::HandshakeAnswer& answer) {
  Config config(EntriesOf(request.args()));
  manifest_.set_protocol(1);
  manifest_.set_name(std::string(descriptor_.name));
  manifest_.set_version(std::string(descriptor_.version));
  plugin_ = descriptor_.make(config, host_);
  for (const std::string& pointer : config.known()) manifest_.add_known_args(pointer);
  for (const ConfigError& error : config.errors()) {
    wire::ArgError& to = *manifest_.add_arg_errors();
    to.set_pointer(error.pointer);
    to.set_message(error.message);
  }
  if (plugin_ == nullptr && config.errors().empty())
    return Status::Error("the factory made nothing");
  ListPoints();
  answer = manifest_;
  return Status::Success();
}

void PluginStream::ListPoints() {
  const auto list = [&](auto& at, wire::ExtensionPoint point) {
    at = dynamic_cast<std::remove_reference_t<decltype(at)>>(plugin_.get());
    if (at != nullptr) manifest_.add_points(point);
  };
  list(points_.pre_filter, wire::EXTENSION_POINT_PRE_FILTER);
  list(points_.filter, wire::EXTENSION_POINT_FILTER);
  list(points_.pre_score, wire::EXTENSION_POINT_PRE_SCORE);
  list(points_.score, wire::EXTENSION_POINT_SCORE);
  list(points_.pre_enqueue, wire::EXTENSION_POINT_PRE_ENQUEUE);
  list(points_.queue_sort, wire::EXTENSION_POINT_QUEUE_SORT);
  list(points_.placement_generate, wire::EXTENSION_POINT_PLACEMENT_GENERATE);
  list(points_.placement_score, wire::EXTENSION_POINT_PLACEMENT_SCORE);
  list(points_.post_filter, wire::EXTENSION_POINT_POST_FILTER);
  list(points_.device_select, wire::EXTENSION_POINT_DEVICE_SELECT);
  list(points_.permit, wire::EXTENSION_POINT_PERMIT);
  list(points_.pre_bind, wire::EXTENSION_POINT_PRE_BIND);
  list(points_.post_bind, wire::EXTENSION_POINT_POST_BIND);
  list(points_.object_watch, wire::EXTENSION_POINT_OBJECT_WATCH);
  if (points_.object_watch != nullptr) {
    for (const ObjectKind& kind : points_.object_watch->Watches()) {
      wire::ObjectKind& to = *manifest_.add_watches();
      to.set_group(kind.group);
      for (const std::string& version : kind.versions) to.add_versions(version);
      to.set_resource(kind.resource);
    }
  }
  manifest_.set_score_is_node_local(points_.score != nullptr && points_.score->IsNodeLocal());
  if (points_.score != nullptr && points_.score->HasNormalizeScore())
    manifest_.add_points(wire::EXTENSION_POINT_NORMALIZE_SCORE);
}

Status PluginStream::Filter(const wire::Filter& request, wire::FilterAnswer& answer) {
  const ShownPod pod(request.pod());
  for (int i = 0; i < request.candidates().blocks_size(); ++i) {
    const uint32_t number = request.candidates().blocks(i);
    const NodeMask candidates = MaskAt(request.candidates().masks(), static_cast<size_t>(i));
    BlockVerdict verdict(candidates);
    Status status =
        points_.filter->FilterBlock(*cycle_, pod.view(), cluster_.block(number), verdict);
    if (!status.ok()) return status;
    AppendMask(verdict.passing(), *answer.mutable_passing());
    AppendMask(verdict.unresolvable(), *answer.mutable_unresolvable());
    candidates.ForEach([&](uint32_t offset) {
      if (verdict.passing().Has(offset)) return;
      const uint16_t reason = verdict.reason(offset).value;
      answer.mutable_reasons()->append(reinterpret_cast<const char*>(&reason), sizeof reason);
    });
    for (const BlockVerdict::Diagnosis& of : verdict.diagnoses()) {
      if (of.nodes == 0) continue;
      wire::Diagnosis& to = *answer.add_diagnoses();
      to.set_block(number);
      to.set_reason(of.reason.value);
      to.set_nodes(of.nodes);
      to.set_need(of.need);
      to.set_have(of.have);
    }
  }
  return Status::Success();
}

Status PluginStream::Score(const wire::Score& request, wire::ScoreAnswer& answer) {
  const ShownPod pod(request.pod());
  std::vector<int64_t> dense;
  std::array<int64_t, kNodesPerBlock> scores;
  for (int i = 0; i < request.candidates().blocks_size(); ++i) {
    const NodeMask candidates = MaskAt(request.candidates().masks(), static_cast<size_t>(i));
    points_.score->ScoreBlock(*cycle_, pod.view(), cluster_.block(request.candidates().blocks(i)),
                              candidates, scores);
    candidates.ForEach([&](uint32_t offset) { dense.push_back(scores[offset]); });
  }
  answer.set_scores(Bytes(dense));
  return Status::Success();
}

Status PluginStream::Normalize(const wire::NormalizeScore& request,
                               wire::NormalizeScoreAnswer& answer) {
  std::vector<int64_t> scores(request.scores().size() / sizeof(int64_t));
  if (!scores.empty()) std::memcpy(scores.data(), request.scores().data(), request.scores().size());
  points_.score->NormalizeScore(*cycle_, ShownPod(request.pod()).view(), scores);
  answer.set_scores(Bytes(scores));
  return Status::Success();
}

Status PluginStream::Generate(const wire::PlacementGenerate& request,
                              wire::PlacementGenerateAnswer& answer) {
  std::vector<Domain> domains;
  Status status = points_.placement_generate->PlacementGenerate(
      *cycle_, ShownGang(request.gang()).view(), cluster_.view(), domains);
  for (const Domain& domain : domains) {
    wire::Domain& to = *answer.add_domains();
    to.set_name(domain.name);
    for (const NodeMask& mask : domain.nodes) AppendMask(mask, *to.mutable_nodes());
  }
  return status;
}

Status PluginStream::ScorePlacement(const wire::PlacementScore& request,
                                    wire::PlacementScoreAnswer& answer) {
  Domain domain;
  if (request.has_domain()) {
    domain.name = request.domain().name();
    for (size_t b = 0; b < request.domain().nodes().size() / sizeof(NodeMask); ++b)
      domain.nodes.push_back(MaskAt(request.domain().nodes(), b));
  }
  std::vector<std::vector<NodeIndex>> nodes;
  std::vector<std::span<const NodeIndex>> spans;
  for (const wire::NodeIndices& of_class : request.nodes()) {
    nodes.emplace_back();
    for (const uint32_t node : of_class.nodes()) nodes.back().emplace_back(node);
  }
  spans.assign(nodes.begin(), nodes.end());
  PlacementView placement;
  placement.domain = request.has_domain() ? &domain : nullptr;
  placement.nodes = spans;
  answer.set_score(points_.placement_score->PlacementScore(
      *cycle_, ShownGang(request.gang()).view(), placement, cluster_.view()));
  return Status::Success();
}

Status PluginStream::PostFilter(const wire::PostFilter& request, wire::PostFilterAnswer& answer) {
  const wire::GangDiagnosis& of = request.diagnosis();
  const GangDiagnosis diagnosis = {
      of.code(), of.need(), of.have(),
      of.has_resource() ? ResourceId(static_cast<uint16_t>(of.resource())) : ResourceId()};
  Nomination nomination;
  Status status = points_.post_filter->PostFilter(ShownGang(request.gang()).view(), diagnosis,
                                                  cluster_.view(), nomination);
  for (const NodeMask& mask : nomination.nodes) AppendMask(mask, *answer.mutable_nomination());
  return status;
}

Status PluginStream::SelectDevices(const wire::DeviceSelect& request,
                                   wire::DeviceSelectAnswer& answer) {
  DeviceSet fitting;
  for (uint32_t device = 0; device < kMostDevices; ++device) {
    if ((request.fitting() >> device & 1) != 0) fitting.Add(device);
  }
  const NodeBlockView& block = cluster_.block(request.node() / kNodesPerBlock);
  const DeviceSet selected = points_.device_select->SelectDevices(
      *cycle_, ShownPod(request.pod()).view(), block.Node(request.node() % kNodesPerBlock),
      {request.count(), request.milli()}, fitting);
  selected.ForEach(
      [&](uint32_t device) { answer.set_devices(answer.devices() | uint32_t{1} << device); });
  return Status::Success();
}

void PluginStream::Take(const wire::ObjectUpdate& objects) {
  for (const wire::WatchedObject& object : objects.objects()) {
    Config spec(EntriesOf(object.spec()));
    points_.object_watch->OnObject(ViewOf(object), spec);
  }
  for (const wire::WatchedObject& object : objects.gone())
    points_.object_watch->OnObjectGone(ViewOf(object));
}

Status PluginStream::CheckObject(const wire::WatchedObject& object,
                                 wire::ObjectCheckAnswer& answer) {
  Config spec(EntriesOf(object.spec()));
  points_.object_watch->CheckObject(ViewOf(object), spec);
  for (const ConfigError& error : spec.errors()) {
    wire::ArgError& to = *answer.add_mistakes();
    to.set_pointer(error.pointer);
    to.set_message(error.message);
  }
  return Status::Success();
}

Status PluginStream::Permit(const wire::Permit& request, wire::ServeResponse& response) {
  std::chrono::nanoseconds timeout{0};
  Status status = points_.permit->Permit(ShownPlacedPod(request.pod()).view(), timeout);
  if (status.code() == Code::kWait) response.mutable_permit()->set_timeout_ns(timeout.count());
  return status;
}

Status PluginStream::PreBind(const wire::PreBind& request, wire::PreBindAnswer& answer) {
  BindAnnotations annotations;
  Status status = points_.pre_bind->PreBind(ShownPlacedPod(request.pod()).view(), annotations);
  for (const auto& [key, value] : annotations.entries()) {
    wire::Annotation& to = *answer.add_annotations();
    to.set_key(key);
    to.set_value(value);
  }
  return status;
}

}  // namespace tutti::testing
