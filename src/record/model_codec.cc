#include "record/model_codec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::record {
namespace {

// Beyond it doubling a pause, or adding it to a time, would not be safe.
constexpr int64_t kLatestNow = int64_t{1} << 61;  // 73 years: sums stay within 64 bits
constexpr int64_t kLatestSecond = 9'000'000'000;  // of the year 2255: nanoseconds hold it
constexpr int64_t kLongestDuration = int64_t{10} * 366 * 24 * 3600 * 1'000'000'000;

template <class Strings>
void PutAll(const std::vector<std::string>& texts, Strings& out) {
  for (const std::string& text : texts) out.Add()->assign(text);
}

void Put(const model::Taint& taint, pb::Taint& out) {
  const auto& [key, value, effect] = taint;
  out.set_key(key);
  out.set_value(value);
  out.set_effect(static_cast<uint32_t>(effect));
}

void Put(const model::Toleration& toleration, pb::Toleration& out) {
  const auto& [key, value, effect, exists] = toleration;
  out.set_key(key);
  out.set_value(value);
  out.set_effect(static_cast<uint32_t>(effect));
  out.set_exists(exists);
}

void Put(const model::HostPort& host_port, pb::HostPort& out) {
  const auto& [ip, protocol, port] = host_port;
  out.set_ip(ip);
  out.set_protocol(protocol);
  out.set_port(port);
}

void Put(const model::NodeSelectorRequirement& requirement, pb::NodeSelectorRequirement& out) {
  const auto& [key, op, values] = requirement;
  out.set_key(key);
  out.set_operator_(static_cast<uint32_t>(op));
  PutAll(values, *out.mutable_values());
}

void Put(const model::NodeSelector& selector, pb::NodeSelector& out) {
  for (const model::NodeSelectorTerm& term : selector) {
    const auto& [expressions, fields] = term;
    pb::NodeSelectorTerm& to = *out.add_terms();
    for (const auto& requirement : expressions) Put(requirement, *to.add_match_expressions());
    for (const auto& requirement : fields) Put(requirement, *to.add_match_fields());
  }
}

}  // namespace

void Put(const model::ResourceList& list, pb::ResourceList& out) {
  for (const auto& [resource, amount] : list.entries()) {
    out.add_resources(resource.value);
    out.add_amounts(amount);
  }
}

uint32_t Bits(const model::DeviceSet& devices) {
  uint32_t bits = 0;
  devices.ForEach([&](uint32_t device) { bits |= uint32_t{1} << device; });
  return bits;
}

void Put(const model::PodShape& shape, pb::PodShape& out) {
  const auto& [requests, unknown_resource, node_selector, required_affinity, tolerations,
               host_ports, claims, priority, needs_referee, spread_keys, fields] = shape;
  Put(requests, *out.mutable_requests());
  out.set_unknown_resource(unknown_resource);
  for (const auto& [key, value] : node_selector) {
    out.add_node_selector(key);
    out.add_node_selector(value);
  }
  if (required_affinity) Put(*required_affinity, *out.mutable_required_affinity());
  for (const auto& toleration : tolerations) Put(toleration, *out.add_tolerations());
  for (const auto& port : host_ports) Put(port, *out.add_host_ports());
  PutAll(claims, *out.mutable_claims());
  out.set_priority(priority);
  out.set_needs_referee(needs_referee);
  PutAll(spread_keys, *out.mutable_spread_keys());
  PutAll(fields, *out.mutable_fields());
}

void Put(const base::Uid& uid, pb::Uid& out) {
  out.set_high(uid.high);
  out.set_low(uid.low);
}

void Put(const model::GangKey& key, pb::GangKey& out) {
  const auto& [namespace_name, dialect, identity] = key;
  out.set_namespace_name(namespace_name);
  out.set_dialect(dialect);
  out.set_identity(identity);
}

void Put(const model::WatchedObjectUpserted& object, pb::WatchedObject& out) {
  const auto& [key, spec] = object;
  const auto& [resource, namespace_name, name] = key;
  const auto& [generation, entries] = spec;
  out.set_resource(resource);
  out.set_namespace_name(namespace_name);
  out.set_name(name);
  out.set_generation(generation);
  for (const auto& [pointer, kind, text, where] : entries) {
    pb::SpecEntry& entry = *out.add_entries();
    entry.set_pointer(pointer);
    entry.set_kind(static_cast<uint32_t>(kind));
    entry.set_text(text);
    entry.set_where(where);
  }
}

void Put(const model::NodeInfo& node, pb::NodeInfo& out) {
  const auto& [name, uid, labels, taints, allocatable, unschedulable, is_virtual, fields] = node;
  out.set_name(name);
  Put(uid, *out.mutable_uid());
  for (const auto& [key, value] : labels) {
    out.add_labels(key.value);
    out.add_labels(value.value);
  }
  for (const model::Taint& taint : taints) Put(taint, *out.add_taints());
  Put(allocatable, *out.mutable_allocatable());
  out.set_unschedulable(unschedulable);
  out.set_is_virtual(is_virtual);
  for (const base::StringId field : fields) out.add_fields(PlusOne(field));
}

void Put(const model::PodInfo& pod, pb::PodInfo& out, TableWriter& tables) {
  const auto& [uid, name, namespace_name, scheduler_name, node_name, nominated_node, shape, charge,
               gang, pins, devices, plan_token, created_seconds, bound_seconds, expected_duration,
               submitter, phase, deleting, gated_by_tutti, gated_by_others, has_controller,
               disruptable, verdict, ready] = pod;
  Put(uid, *out.mutable_uid());
  out.set_name(name);
  out.set_namespace_name(namespace_name);
  out.set_scheduler_name(scheduler_name);
  out.set_node_name(node_name);
  out.set_nominated_node(nominated_node);
  out.set_shape(tables.NumberOf(shape));
  out.set_charge(tables.NumberOf(charge));
  if (gang) Put(*gang, *out.mutable_gang(), tables);
  PutAll(pins, *out.mutable_pins());
  out.set_plan_token(plan_token);
  out.set_created_seconds(created_seconds);
  out.set_bound_seconds(bound_seconds);
  out.set_devices(Bits(devices));
  out.set_expected_duration(expected_duration.count());
  out.set_submitter(submitter);
  out.set_phase(static_cast<uint32_t>(phase));
  out.set_deleting(deleting);
  out.set_gated_by_tutti(gated_by_tutti);
  out.set_gated_by_others(gated_by_others);
  out.set_has_controller(has_controller);
  out.set_not_disruptable(!disruptable);
  out.set_ready(ready);
  const auto& [refused, ours, fingerprint] = verdict;
  out.set_refused(refused);
  out.set_refused_by_us(ours);
  out.set_verdict_fingerprint(fingerprint);
}

void Put(const model::VolumeClaimInfo& claim, pb::VolumeClaimInfo& out) {
  const auto& [namespace_name, name, volume_name] = claim;
  out.set_namespace_name(namespace_name);
  out.set_name(name);
  out.set_volume_name(volume_name);
}

void Put(const model::VolumeInfo& volume, pb::VolumeInfo& out) {
  const auto& [name, node_affinity] = volume;
  out.set_name(name);
  if (node_affinity) Put(*node_affinity, *out.mutable_node_affinity());
}

void Put(const model::Reason& reason, pb::Reason& out, TableWriter& tables) {
  const auto& [code, need, have, resource, plugin] = reason;
  out.set_code(static_cast<uint32_t>(code));
  out.set_need(need);
  out.set_have(have);
  out.set_resource(PlusOne(resource));
  out.set_plugin(plugin == nullptr ? 0 : tables.NumberOf(*plugin) + 1);
}

void Put(const model::PodRef& pod, pb::PodRef& out) {
  const auto& [uid, namespace_name, name, gang] = pod;
  Put(uid, *out.mutable_uid());
  out.set_namespace_name(namespace_name);
  out.set_name(name);
  out.set_gang(gang);
}

void ModelReader::Fail(const std::string& what) {
  if (status_.ok()) status_ = absl::InvalidArgumentError(what);
}

void ModelReader::AddTables(const pb::Tables& tables) {
  for (const std::string& text : tables.texts()) {
    const base::StringId id = world_.labels().Intern(text);
    if (id.value != texts_++)
      return Fail(absl::StrFormat("text number %d has another number here", texts_ - 1));
  }
  for (const std::string& name : tables.resources()) {
    const model::ResourceId id = world_.resources().InternForNode(name);
    if (id.value != resources_++) {
      return Fail(absl::StrFormat(
          "resource number %d has another number here: the plugins or their versions differ",
          resources_ - 1));
    }
  }
  for (const pb::PluginReason& reason : tables.reasons()) reasons_.push_back(FindReason(reason));
  for (const pb::ResourceList& in : tables.lists()) {
    model::ResourceList list;
    Get(in, list);
    lists_.push_back(world_.shapes().Intern(std::move(list)));
  }
  for (const pb::PodShape& in : tables.shapes()) {
    model::PodShape shape;
    Get(in, shape);
    shapes_.push_back(world_.shapes().Intern(std::move(shape)));
  }
  for (const pb::GangMarkers& in : tables.markers()) {
    model::GangMarkers markers;
    Get(in, markers);
    markers_.push_back(std::make_shared<const model::GangMarkers>(std::move(markers)));
  }
}

const model::PluginReason* ModelReader::FindReason(const pb::PluginReason& in) {
  if (const model::ReasonTable* here = world_.plugins().reasons) {
    for (const model::PluginReason& reason : here->reasons())
      if (reason.code == in.code() && reason.plugin == in.plugin()) return &reason;
  }
  unknown_reasons_.push_back({in.code(), in.meaning(), in.plugin()});
  return &unknown_reasons_.back();
}

base::StringId ModelReader::Text(uint32_t number) {
  if (number < texts_) return base::StringId(number);
  Fail(absl::StrFormat("there is no text number %d", number));
  return {};
}

base::Timestamp ModelReader::Time(int64_t nanos) {
  if (nanos < 0) Fail(absl::StrFormat("the time %d is negative", nanos));
  return base::Timestamp{std::max<int64_t>(nanos, 0)};
}

base::Timestamp ModelReader::Now(int64_t nanos) {
  if (nanos > kLatestNow) Fail(absl::StrFormat("the time %d is too late to be true", nanos));
  return Time(std::min(nanos, kLatestNow));
}

base::Timestamp ModelReader::SignedTime(int64_t nanos) { return base::Timestamp{nanos}; }

base::Duration ModelReader::Length(int64_t nanos) {
  if (nanos < 0 || nanos > kLongestDuration)
    Fail(absl::StrFormat("the duration %d ns is out of range: expected 0 to 10 years", nanos));
  return base::Duration(std::clamp<int64_t>(nanos, 0, kLongestDuration));
}

model::DeviceSet ModelReader::Devices(uint32_t bits) {
  model::DeviceSet devices;
  for (uint32_t device = 0; device < model::kMostDevices; ++device)
    if ((bits >> device & 1) != 0) devices.Add(device);
  if (bits >> model::kMostDevices != 0)
    Fail(absl::StrFormat("a device past number %d", model::kMostDevices - 1));
  return devices;
}

model::TaintEffect ModelReader::TaintEffectOf(uint32_t value) {
  return Enumerator(value, model::TaintEffect::kNoExecute, "taint effect");
}

std::shared_ptr<const model::PodShape> ModelReader::Shape(uint32_t number) {
  if (number < shapes_.size()) return shapes_[number];
  Fail(absl::StrFormat("there is no shape number %d", number));
  return world_.shapes().Intern(model::PodShape());
}

model::SharedGangMarkers ModelReader::Markers(uint32_t plus_one) {
  if (plus_one == 0) return nullptr;
  if (plus_one <= markers_.size()) return markers_[plus_one - 1];
  Fail(absl::StrFormat("there are no markers number %d", plus_one - 1));
  return nullptr;
}

void ModelReader::Get(const pb::ResourceList& in, model::ResourceList& list, int64_t most) {
  if (in.resources_size() != in.amounts_size())
    return Fail("a list has more resources than amounts, or fewer");
  for (int i = 0; i < in.resources_size(); ++i) {
    const uint32_t resource = in.resources(i);
    const int64_t amount = in.amounts(i);
    if (resource >= resources_)
      return Fail(absl::StrFormat("there is no resource number %d", resource));
    if (amount < 0 || amount > most)
      return Fail(absl::StrFormat("%d of one resource: expected 0 to %d", amount, most));
    list.Set(model::ResourceId(static_cast<uint16_t>(resource)), amount);
  }
}

void ModelReader::Get(const pb::NodeSelector& in, model::NodeSelector& selector) {
  using Operator = model::NodeSelectorRequirement::Operator;
  const auto get = [&](const auto& from, std::vector<model::NodeSelectorRequirement>& to) {
    for (const pb::NodeSelectorRequirement& requirement : from) {
      auto& [key, op, values] = to.emplace_back();
      key = requirement.key();
      op = Enumerator(requirement.operator_(), Operator::kUnknown, "operator");
      values.assign(requirement.values().begin(), requirement.values().end());
    }
  };
  for (const pb::NodeSelectorTerm& term : in.terms()) {
    auto& [expressions, fields] = selector.emplace_back();
    get(term.match_expressions(), expressions);
    get(term.match_fields(), fields);
  }
}

void ModelReader::Get(const pb::PodShape& in, model::PodShape& shape) {
  auto& [requests, unknown_resource, node_selector, required_affinity, tolerations, host_ports,
         claims, priority, needs_referee, spread_keys, fields] = shape;
  Get(in.requests(), requests);
  unknown_resource = in.unknown_resource();
  if (in.node_selector_size() % 2 != 0) return Fail("a node selector has a key without a value");
  for (int i = 0; i + 1 < in.node_selector_size(); i += 2)
    node_selector.emplace_back(in.node_selector(i), in.node_selector(i + 1));
  if (in.has_required_affinity()) Get(in.required_affinity(), required_affinity.emplace());
  for (const pb::Toleration& t : in.tolerations())
    tolerations.push_back({t.key(), t.value(), TaintEffectOf(t.effect()), t.exists()});
  for (const pb::HostPort& p : in.host_ports())
    host_ports.push_back({p.ip(), p.protocol(), p.port()});
  claims.assign(in.claims().begin(), in.claims().end());
  priority = in.priority();
  needs_referee = in.needs_referee();
  spread_keys.assign(in.spread_keys().begin(), in.spread_keys().end());
  fields.assign(in.fields().begin(), in.fields().end());
}

void ModelReader::Get(const pb::GangKey& in, model::GangKey& key) const {
  key = {in.namespace_name(), in.dialect(), in.identity()};
}

void ModelReader::Get(const pb::WatchedObject& in, model::WatchedObjectUpserted& object) {
  auto& [key, spec] = object;
  key = {in.resource(), in.namespace_name(), in.name()};
  spec.generation = in.generation();
  for (const pb::SpecEntry& entry : in.entries()) {
    spec.entries.push_back({entry.pointer(),
                            Enumerator(entry.kind(), ConfigKind::kString, "kind of a value"),
                            entry.text(), entry.where()});
  }
}

void ModelReader::Get(const pb::NodeInfo& in, model::NodeInfo& node) {
  auto& [name, uid, labels, taints, allocatable, unschedulable, is_virtual, fields] = node;
  name = in.name();
  Get(in.uid(), uid);
  if (in.labels_size() % 2 != 0) return Fail("node " + in.name() + " has a label without a value");
  for (int i = 0; i + 1 < in.labels_size(); i += 2)
    labels.emplace_back(Text(in.labels(i)), Text(in.labels(i + 1)));
  for (const pb::Taint& t : in.taints())
    taints.push_back({t.key(), t.value(), TaintEffectOf(t.effect())});
  Get(in.allocatable(), allocatable);
  unschedulable = in.unschedulable();
  is_virtual = in.is_virtual();
  for (const uint32_t field : in.fields())
    fields.push_back(field == 0 ? base::StringId() : Text(field - 1));
  if (fields.size() > model::FieldTable::kLimit)
    Fail("node " + in.name() + " has more fields than plugins can read");
}

void ModelReader::Get(const pb::PodInfo& in, model::PodInfo& pod) {
  auto& [uid, name, namespace_name, scheduler_name, node_name, nominated_node, shape, charge, gang,
         pins, devices, plan_token, created_seconds, bound_seconds, expected_duration, submitter,
         phase, deleting, gated_by_tutti, gated_by_others, has_controller, disruptable, verdict,
         ready] = pod;
  Get(in.uid(), uid);
  name = in.name();
  namespace_name = in.namespace_name();
  scheduler_name = in.scheduler_name();
  node_name = in.node_name();
  nominated_node = in.nominated_node();
  shape = Shape(in.shape());
  const bool charged = in.charge() < lists_.size();
  if (!charged) Fail(absl::StrFormat("there is no list number %d", in.charge()));
  charge = charged ? lists_[in.charge()] : world_.shapes().Intern(model::ResourceList());
  if (in.has_gang()) Get(in.gang(), gang.emplace());
  pins.assign(in.pins().begin(), in.pins().end());
  plan_token = in.plan_token();
  created_seconds = in.created_seconds();
  bound_seconds = in.bound_seconds();
  if (bound_seconds < 0 || bound_seconds > kLatestSecond)
    Fail(absl::StrFormat("pod %s was bound %d s after 1970", name, bound_seconds));
  devices = Devices(in.devices());
  expected_duration = Length(in.expected_duration());
  submitter = in.submitter();
  ready = in.ready();
  phase = Enumerator(in.phase(), model::PodPhase::kFailed, "phase");
  deleting = in.deleting();
  gated_by_tutti = in.gated_by_tutti();
  gated_by_others = in.gated_by_others();
  has_controller = in.has_controller();
  disruptable = !in.not_disruptable();
  verdict = {in.refused(), in.refused_by_us(), in.verdict_fingerprint()};
}

void ModelReader::Get(const pb::VolumeClaimInfo& in, model::VolumeClaimInfo& claim) const {
  claim = {in.namespace_name(), in.name(), in.volume_name()};
}

void ModelReader::Get(const pb::VolumeInfo& in, model::VolumeInfo& volume) {
  auto& [name, node_affinity] = volume;
  name = in.name();
  if (in.has_node_affinity()) Get(in.node_affinity(), node_affinity.emplace());
}

void ModelReader::Get(const pb::Reason& in, model::Reason& reason) {
  auto& [code, need, have, resource, plugin] = reason;
  code = Enumerator(in.code(), static_cast<model::ReasonCode>(model::kReasonCodes - 1), "reason");
  need = in.need();
  have = in.have();
  if (in.resource() > resources_)
    Fail(absl::StrFormat("there is no resource number %d", in.resource() - 1));
  else
    resource = MinusOne<model::ResourceId>(in.resource(), "resource");
  plugin = nullptr;
  if (in.plugin() == 0) return;
  if (in.plugin() > reasons_.size())
    return Fail(absl::StrFormat("there is no plugin's reason number %d", in.plugin() - 1));
  plugin = reasons_[in.plugin() - 1];
}

void ModelReader::Get(const pb::PodRef& in, model::PodRef& pod) const {
  Get(in.uid(), pod.uid);
  pod.namespace_name = in.namespace_name();
  pod.name = in.name();
  pod.gang = in.gang();
}

}  // namespace tutti::record
