#include "loader/host_to_c.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "loader/views_to_c.h"
#include "tutti/abi/convert.h"

namespace tutti::loader {

using abi::FromC;

// Nothing here throws, but for want of memory: that ends the process, as it would anywhere else.
struct HostToC::Callbacks {
  static const HostToC& Of(const tutti_host* host) {
    return *static_cast<const HostToC*>(host->host_data);
  }
  // Registering is for the factory's time only: tables are read without a lock afterwards.
  template <class Register>
  static uint16_t Number(const tutti_host* host, Register&& register_one) {
    const HostToC& of = Of(host);
    return of.sealed_ ? TUTTI_NONE : register_one(of.host_).value;
  }

  static uint16_t Resource(const tutti_host* host, tutti_string name) noexcept {
    const HostToC& of = Of(host);
    return of.sealed_ && open_ != &of ? TUTTI_NONE : of.host_.Resource(FromC(name)).value;
  }
  static uint16_t PodLabel(const tutti_host* host, tutti_string key) noexcept {
    return Number(host, [&](PluginHost& of) { return of.PodLabel(FromC(key)); });
  }
  static uint16_t PodAnnotation(const tutti_host* host, tutti_string key) noexcept {
    return Number(host, [&](PluginHost& of) { return of.PodAnnotation(FromC(key)); });
  }
  static uint16_t NodeLabel(const tutti_host* host, tutti_string key) noexcept {
    return Number(host, [&](PluginHost& of) { return of.NodeLabel(FromC(key)); });
  }
  static uint16_t NodeAnnotation(const tutti_host* host, tutti_string key) noexcept {
    return Number(host, [&](PluginHost& of) { return of.NodeAnnotation(FromC(key)); });
  }
  static uint16_t Reason(const tutti_host* host, tutti_string code, tutti_string why) noexcept {
    return Number(host, [&](PluginHost& of) { return of.Reason(FromC(code), FromC(why)); });
  }
  static uint16_t Counter(const tutti_host* host, tutti_string name, tutti_string help) noexcept {
    return Number(host, [&](PluginHost& of) { return of.Counter(FromC(name), FromC(help)); });
  }
  static void ConfigKnown(const tutti_config* config, tutti_string pointer) noexcept {
    static_cast<Config*>(config->host_data)->Know(FromC(pointer));
  }
  static void ConfigFail(const tutti_config* config, tutti_string pointer,
                         tutti_string message) noexcept {
    static_cast<Config*>(config->host_data)->Fail(FromC(pointer), std::string(FromC(message)));
  }

  static void Increment(const tutti_host* host, uint16_t counter, double by) noexcept {
    Of(host).host_.Increment(CounterId(counter), by);
  }
  static int64_t NowNs(const tutti_host* host) noexcept { return Of(host).host_.Now().count(); }
  static tutti_string Text(const tutti_host* host, uint32_t id) noexcept {
    return abi::ToC(Of(host).host_.texts().Text(TextId(id)));
  }
  static uint32_t FindText(const tutti_host* host, tutti_string text) noexcept {
    return Of(host).host_.texts().Find(FromC(text)).value;
  }

  static void SetMessage(tutti_status* status, tutti_string message) noexcept {
    static_cast<std::string*>(status->host_data)->assign(FromC(message));
  }
  static void AddDomain(tutti_domains* domains, tutti_string name, const tutti_node_mask* nodes,
                        size_t blocks) noexcept {
    Domain domain{std::string(FromC(name)), {}};
    domain.nodes.reserve(blocks);
    for (size_t b = 0; b < blocks; ++b) domain.nodes.push_back(FromC(nodes[b]));
    reinterpret_cast<std::vector<Domain>*>(domains)->push_back(std::move(domain));
  }
  static const tutti_placed_pod* PodsOn(const tutti_bound_pods* pods, uint32_t node,
                                        size_t* count) noexcept {
    return BoundPodsToC::On(pods, node, count);
  }
  static void AddVictim(tutti_victims* victims, tutti_pod_uid pod) noexcept {
    reinterpret_cast<std::vector<PodUid>*>(victims)->push_back(FromC(pod));
  }
  static void Nominate(tutti_nomination* nomination, const tutti_node_mask* nodes,
                       size_t blocks) noexcept {
    std::vector<NodeMask>& masks = reinterpret_cast<Nomination*>(nomination)->nodes;
    masks.clear();
    for (size_t b = 0; b < blocks; ++b) masks.push_back(FromC(nodes[b]));
  }
  static void AddAnnotation(tutti_annotations* annotations, tutti_string key,
                            tutti_string value) noexcept {
    reinterpret_cast<BindAnnotations*>(annotations)->Add(FromC(key), FromC(value));
  }
  static void SetQueue(tutti_queue_report* report, const tutti_queue_description* queue) noexcept {
    QueueDescription& into = *reinterpret_cast<QueueDescription*>(report);
    into.name = FromC(queue->name);
    into.parent = FromC(queue->parent);
    into.state = FromC(queue->state);
    into.problem = FromC(queue->problem);
    into.leaf = (queue->flags & TUTTI_QUEUE_IS_LEAF) != 0;
    into.running = queue->running;
    into.share = queue->share;
    into.generation.reset();
    if ((queue->flags & TUTTI_QUEUE_HAS_GENERATION) != 0) into.generation = queue->generation;
    into.amounts.clear();
    for (size_t i = 0; i < queue->amount_count; ++i) {
      const tutti_queue_amount& amount = queue->amounts[i];
      into.amounts.push_back(
          {ResourceId(amount.resource), amount.used, amount.guaranteed, amount.limit});
    }
  }
  static void AddWatch(tutti_watches* watches, const tutti_object_kind* kind) noexcept {
    ObjectKind& added = reinterpret_cast<std::vector<ObjectKind>*>(watches)->emplace_back();
    added.group = FromC(kind->group);
    added.resource = FromC(kind->resource);
    for (size_t i = 0; i < kind->version_count; ++i)
      added.versions.emplace_back(FromC(kind->versions[i]));
  }
  static void SetState(tutti_state* state, tutti_string bytes) noexcept {
    reinterpret_cast<std::string*>(state)->assign(FromC(bytes));
  }
};

thread_local const HostToC* HostToC::open_ = nullptr;

HostToC::HostToC(PluginHost& host)
    : c_{.struct_size = sizeof c_,
         .abi_major = TUTTI_ABI_MAJOR,
         .abi_minor = TUTTI_ABI_MINOR,
         .host_data = this,
         .resource = Callbacks::Resource,
         .pod_label = Callbacks::PodLabel,
         .pod_annotation = Callbacks::PodAnnotation,
         .node_label = Callbacks::NodeLabel,
         .node_annotation = Callbacks::NodeAnnotation,
         .reason = Callbacks::Reason,
         .counter = Callbacks::Counter,
         .config_known = Callbacks::ConfigKnown,
         .config_fail = Callbacks::ConfigFail,
         .increment = Callbacks::Increment,
         .now_ns = Callbacks::NowNs,
         .text = Callbacks::Text,
         .find_text = Callbacks::FindText,
         .set_message = Callbacks::SetMessage,
         .add_domain = Callbacks::AddDomain,
         .pods_on = Callbacks::PodsOn,
         .add_victim = Callbacks::AddVictim,
         .nominate = Callbacks::Nominate,
         .add_annotation = Callbacks::AddAnnotation,
         .set_queue = Callbacks::SetQueue,
         .add_watch = Callbacks::AddWatch,
         .set_state = Callbacks::SetState},
      host_(host) {}

Status StatusToC::Take() {
  const ReasonId reason(c_.reason);
  switch (c_.code) {
    case TUTTI_SUCCESS:
      return Status::Success();
    case TUTTI_ERROR:
      if ((c_.flags & TUTTI_STATUS_THROWN) != 0) throw std::runtime_error(message_);
      return Status::Error(std::move(message_));
    case TUTTI_UNSCHEDULABLE:
      return Status::Unschedulable(reason, c_.need, c_.have).With(std::move(message_));
    case TUTTI_UNSCHEDULABLE_AND_UNRESOLVABLE:
      return Status::UnschedulableAndUnresolvable(reason, c_.need, c_.have)
          .With(std::move(message_));
    case TUTTI_WAIT:
      return Status::Wait(reason, c_.need, c_.have).With(std::move(message_));
    case TUTTI_SKIP:
      return Status::Skip();
    case TUTTI_PENDING:
      return Status::Pending(reason, c_.need, c_.have).With(std::move(message_));
  }
  return Status::Error("it answered the code " + std::to_string(c_.code) +
                       ", which this host does not know");
}

void StatusToC::ThrowIfFailed() {
  const Status status = Take();
  if (!status.ok()) {
    throw std::runtime_error(status.code() == Code::kError
                                 ? status.message()
                                 : "it answered " + std::string(CodeName(status.code())) +
                                       ": expected Success or Error");
  }
}

ConfigToC::ConfigToC(Config& config) {
  entries_.reserve(config.entries().size());
  for (const ConfigEntry& entry : config.entries()) {
    entries_.push_back({.pointer = abi::ToC(entry.pointer),
                        .text = abi::ToC(entry.text),
                        .where = abi::ToC(entry.where),
                        .kind = static_cast<uint32_t>(entry.kind),
                        .reserved = 0});
  }
  c_ = {.struct_size = sizeof c_,
        .reserved = 0,
        .entries = entries_.data(),
        .entry_count = entries_.size(),
        .host_data = &config};
}

}  // namespace tutti::loader
