#include "check/probe_world.h"

#include "absl/strings/str_format.h"

namespace tutti::check {
namespace {

// Larger than any machine, and sums of two do not overflow.
constexpr int64_t kHugeAmount = int64_t{1} << 61;

int64_t Amount(ClusterKind kind, uint16_t resource, Random& random) {
  if (kind == ClusterKind::kHuge) return kHugeAmount - random.Below(3);
  if (resource == kMemory.value) return random.Below(1024) << 30;
  if (resource == kCpu.value) return 1000 * random.Below(256);
  return random.Below(300);
}

int64_t Taken(ClusterKind kind, int64_t amount, Random& random) {
  if (kind == ClusterKind::kOverfull) return amount + 1 + random.Below(1000);
  return amount == 0 ? 0 : random.Below(amount + 1);
}

bool IsPresent(ClusterKind kind, uint32_t node, Random& random) {
  switch (kind) {
    case ClusterKind::kNoBlocks:
    case ClusterKind::kNoNodes:
      return false;
    case ClusterKind::kOneNode:
      return node == kNodesPerBlock - 1;
    default:
      return !random.OneIn(10);
  }
}

uint32_t BlocksOf(ClusterKind kind, uint32_t blocks) {
  if (kind == ClusterKind::kNoBlocks) return 0;
  return kind == ClusterKind::kMixed ? blocks : 1;
}

}  // namespace

ProbeWorld::ProbeWorld(const Subject& subject, const base::Interner& texts)
    : services_{resources_, fields_, reasons_, texts, clock_, {}, nullptr} {
  // What fails shall be told, not passed over.
  framework::PluginSpec spec;
  spec.name = subject.name;
  spec.on_error = framework::OnError::kReject;
  spec.args = subject.args;
  spec.where = subject.where;
  auto made = framework::Profile::Make(subject.registry, {spec}, services_);
  if (!made.ok()) {
    error_ = std::string(made.status().message());
    return;
  }
  profile_ = *std::move(made);
  points_ = framework::Points::Of(*profile_->plugins().front().plugin);
}

std::string ProbeWorld::ReasonName(ReasonId id) const {
  if (!id.valid()) return "no reason";
  const model::PluginReason* reason = reasons_.Find(id);
  return reason == nullptr ? absl::StrFormat("the undeclared reason %d", id.value) : reason->code;
}

std::vector<std::string> SomeTexts(const Subject& subject) {
  std::vector<std::string> texts = {"zone-a",
                                    "zone-b",
                                    "1",
                                    "-1",
                                    "0.5",
                                    "9223372036854775808",
                                    "{\"a\":",
                                    "\xE2\x98\x83\n",
                                    std::string(4096, 'x')};
  for (const ConfigEntry& entry : subject.args) texts.push_back(entry.text);
  return texts;
}

const char* Describe(ClusterKind kind) {
  switch (kind) {
    case ClusterKind::kNoBlocks:
      return "a cluster without nodes";
    case ClusterKind::kNoNodes:
      return "a block without nodes";
    case ClusterKind::kOneNode:
      return "a cluster of one node";
    case ClusterKind::kBare:
      return "nodes without resources and labels";
    case ClusterKind::kMixed:
      return "an ordinary cluster";
    case ClusterKind::kHuge:
      return "nodes with huge amounts";
    case ClusterKind::kOverfull:
      return "nodes with less than nothing free";
  }
  return "?";
}

ProbeCluster::ProbeCluster(ClusterKind kind, const ProbeWorld& world,
                           const std::vector<std::string>& some_texts, base::Interner& texts,
                           Random& random, uint32_t blocks)
    : blocks_(BlocksOf(kind, blocks)), views_(blocks_.size()) {
  const model::Fields& fields = world.services().fields;
  for (uint32_t node = 0; node < rows(); ++node) names_.push_back(absl::StrFormat("node-%d", node));
  name_views_.assign(names_.begin(), names_.end());
  for (uint32_t b = 0; b < blocks_.size(); ++b) {
    Block& block = blocks_[b];
    NodeBlockView& view = views_[b];
    view.first = b * kNodesPerBlock;
    view.names = &name_views_[view.first];
    view.texts = &texts;
    for (uint32_t i = 0; i < kNodesPerBlock; ++i) {
      if (IsPresent(kind, view.first + i, random)) view.present.Add(i);
    }
    if (kind == ClusterKind::kBare) continue;
    FillColumns(kind, world.services().resources.size(), random, block);
    for (size_t f = 0; f < fields.nodes.size(); ++f) {
      block.texts.emplace_back(random.OneIn(8) ? 0 : kNodesPerBlock);
      for (TextId& text : block.texts.back()) {
        const auto which = static_cast<size_t>(random.Below(int64_t(some_texts.size())));
        text = random.OneIn(6) ? TextId() : texts.Intern(some_texts[which]);
      }
      block.fields.push_back(block.texts.back().empty() ? nullptr : block.texts.back().data());
    }
    view.allocatable = block.allocatable;
    view.free = block.free;
    view.fields = block.fields;
  }
}

void ProbeCluster::FillColumns(ClusterKind kind, size_t resources, Random& random, Block& block) {
  for (size_t r = 0; r < resources; ++r) {
    if (r > kPods.value && random.OneIn(4)) {  // nobody has any
      block.allocatable.push_back(nullptr);
      block.free.push_back(nullptr);
      continue;
    }
    std::vector<int64_t> allocatable(kNodesPerBlock);
    std::vector<int64_t> free(kNodesPerBlock);
    for (uint32_t i = 0; i < kNodesPerBlock; ++i) {
      allocatable[i] = Amount(kind, static_cast<uint16_t>(r), random);
      free[i] = allocatable[i] - Taken(kind, allocatable[i], random);
    }
    block.amounts.push_back(std::move(allocatable));
    block.allocatable.push_back(block.amounts.back().data());
    block.amounts.push_back(std::move(free));
    block.free.push_back(block.amounts.back().data());
  }
}

ProbePod::ProbePod(int number, const ProbeWorld& world, const std::vector<std::string>& some_texts,
                   Random& random) {
  const bool bare = number == 0;
  const bool huge = number == 1;
  const size_t resources = world.services().resources.size();
  for (uint16_t r = 0; r < resources; ++r) {
    if (r == kPods.value) {
      requests_.emplace_back(kPods, 1);
    } else if (!bare && (huge || !random.OneIn(2))) {
      const int64_t some = 1 + Amount(ClusterKind::kMixed, r, random) / 8;
      requests_.emplace_back(ResourceId(r), huge ? kHugeAmount : some);
    }
  }
  const size_t fields = bare ? 0 : world.services().fields.pods.size();
  for (size_t f = 0; f < fields; ++f) {
    const auto which = static_cast<size_t>(random.Below(int64_t(some_texts.size())));
    values_.push_back(random.OneIn(4) ? "" : some_texts[which]);
  }
  fields_.assign(values_.begin(), values_.end());
  view_.namespace_name = "default";
  view_.gang = number % 2 == 0 ? "" : "train";
  view_.count = huge ? 100'000 : 1 + random.Below(8);
  view_.priority = huge ? INT32_MAX : static_cast<int32_t>(random.Below(2000)) - 1000;
  view_.requests = requests_;
  view_.fields = fields_;
}

ProbePlacement::ProbePlacement(const GangView& gang, const ClusterView& cluster, Random& random) {
  std::vector<NodeIndex> there;
  for (const NodeBlockView& block : cluster.blocks)
    block.present.ForEach([&](uint32_t offset) { there.push_back(block.Index(offset)); });
  possible_ = !there.empty();
  for (const PodClassView& pods : gang.classes) {
    std::vector<NodeIndex>& nodes = nodes_.emplace_back();
    for (int64_t i = 0; possible_ && i < pods.count; ++i)
      nodes.push_back(there[static_cast<size_t>(random.Below(int64_t(there.size())))]);
  }
  spans_.assign(nodes_.begin(), nodes_.end());
}

PlacedPodView PlacedOf(const PodClassView& pod, std::string_view name, uint64_t number,
                       NodeIndex node, std::string_view node_name) {
  PlacedPodView placed;
  placed.uid = {0x7e57, number};
  placed.namespace_name = pod.namespace_name;
  placed.name = name;
  placed.gang = pod.gang;
  placed.priority = pod.priority;
  placed.node = node;
  placed.node_name = node_name;
  placed.requests = pod.requests;
  placed.fields = pod.fields;
  return placed;
}

ProbePods::ProbePods(const ProbeWorld& world, const ProbeCluster& cluster,
                     const std::vector<std::string>& some_texts, Random& random) {
  constexpr int kClasses = 8;
  constexpr uint64_t kMostNames = 4096;
  for (int i = 0; i < kClasses; ++i)
    pods_.push_back(std::make_unique<ProbePod>(i + 2, world, some_texts, random));
  for (uint64_t i = 0; i < kMostNames; ++i) names_.push_back(absl::StrFormat("pod-%d", i));
  on_.resize(cluster.rows());
  uint64_t number = 0;
  for (const NodeBlockView& block : cluster.view().blocks) {
    block.present.ForEach([&](uint32_t offset) {
      const NodeIndex node = block.Index(offset);
      for (int64_t i = random.Below(4); i > 0; --i) {
        const PodClassView& of = pods_[static_cast<size_t>(random.Below(kClasses))]->view();
        PlacedPodView& pod = on_[node.value].emplace_back(
            PlacedOf(of, names_[number % kMostNames], number, node, block.names[offset]));
        ++number;
        pod.leaving = random.OneIn(8);
        pod.evictable = !pod.leaving && !random.OneIn(8);
        pod.gang_arrival = of.gang.empty() ? 0 : 1 + static_cast<uint64_t>(random.Below(6));
        pod.bound_since = std::chrono::seconds(1'700'000'000 - random.Below(100'000));
      }
    });
  }
  for (const std::vector<PlacedPodView>& pods : on_)
    for (const PlacedPodView& pod : pods) by_number_.push_back(&pod);
}

std::span<const PlacedPodView> ProbePods::On(NodeIndex node) const {
  if (node.value >= on_.size()) return {};
  return on_[node.value];
}

const PlacedPodView* ProbePods::Find(const PodUid& uid) const {
  if (uid.low >= by_number_.size() || by_number_[uid.low]->uid != uid) return nullptr;
  return by_number_[uid.low];
}

framework::OnPluginFailure TellTo(Findings& findings, ClusterKind kind) {
  return [&findings, kind](const framework::PluginFailure& failure) {
    const bool named = failure.message.starts_with(failure.point);
    findings.Fail(absl::StrFormat("%s%s%s (asked about %s)", named ? "" : failure.point,
                                  named ? "" : " answered Error: ", failure.message,
                                  Describe(kind)));
  };
}

ProbeGang::ProbeGang(int number, int classes, const ProbeWorld& world,
                     const std::vector<std::string>& some_texts, Random& random)
    : name_(absl::StrFormat("gang-%d", number)) {
  for (int c = 0; c < classes; ++c) {
    pods_.push_back(std::make_unique<ProbePod>(number + c + 2, world, some_texts, random));
    classes_.push_back(pods_.back()->view());
    view_.members += classes_.back().count;
  }
  view_.namespace_name = "default";
  view_.name = name_;
  view_.dialect = "annotations";
  view_.priority = static_cast<int32_t>(random.Below(3));
  view_.arrival = static_cast<uint64_t>(number);
  view_.created = std::chrono::seconds(1'700'000'000 + random.Below(100));
  view_.min_member = number == 0 ? 1 : 1 + random.Below(number == 1 ? INT64_MAX - 1 : 40);
  view_.bound = random.OneIn(3) ? random.Below(4) : 0;
  view_.classes = classes_;
}

}  // namespace tutti::check
