// ShownCluster: the nodes that one stream of the plugin protocol has been shown, as views; and the
// other messages as views.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/gang_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/testing/fake_host.h"
#include "tutti/v1/plugin.pb.h"
#include "tutti/views.h"

namespace tutti::testing {

// Trusts its host. One thread; views are good until the next update.
class ShownCluster {
 public:
  explicit ShownCluster(FakeTexts& texts) : texts_(texts) {}

  void Update(const v1::plugin::ClusterUpdate& update);
  ClusterView view() const { return {views_}; }
  const NodeBlockView& block(uint32_t number) const { return views_.at(number); }

 private:
  struct Block {
    NodeMask present;
    std::vector<std::string> names = std::vector<std::string>(kNodesPerBlock);
    std::vector<std::vector<int64_t>> allocatable;
    std::vector<std::vector<int64_t>> free;
    std::vector<std::vector<TextId>> fields;
    std::vector<std::string_view> name_views;
    std::vector<const int64_t*> allocatable_columns;
    std::vector<const int64_t*> free_columns;
    std::vector<const TextId*> field_columns;
  };

  void Update(const v1::plugin::BlockUpdate& update);
  void Point(uint32_t number);

  FakeTexts& texts_;
  std::vector<TextId> numbers_;  // by number of the protocol
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<NodeBlockView> views_;
};

class ShownPod {
 public:
  explicit ShownPod(const v1::plugin::PodClass& pod);
  ShownPod(const ShownPod&) = delete;
  ShownPod& operator=(const ShownPod&) = delete;
  const PodClassView& view() const { return view_; }

 private:
  std::vector<PodClassView::Request> requests_;
  std::vector<std::string_view> fields_;
  PodClassView view_;
};

class ShownPlacedPod {
 public:
  explicit ShownPlacedPod(const v1::plugin::PlacedPod& pod);
  ShownPlacedPod(const ShownPlacedPod&) = delete;
  ShownPlacedPod& operator=(const ShownPlacedPod&) = delete;
  const PlacedPodView& view() const { return view_; }

 private:
  std::vector<PodClassView::Request> requests_;
  std::vector<std::string_view> fields_;
  PlacedPodView view_;
};

class ShownGang {
 public:
  explicit ShownGang(const v1::plugin::Gang& gang);
  ShownGang(const ShownGang&) = delete;
  ShownGang& operator=(const ShownGang&) = delete;
  const GangView& view() const { return view_; }

 private:
  std::vector<std::unique_ptr<ShownPod>> pods_;
  std::vector<PodClassView> classes_;
  std::vector<NodeIndex> placed_on_;
  GangView view_;
};

NodeMask MaskAt(const std::string& bytes, size_t i);
void AppendMask(const NodeMask& mask, std::string& bytes);

}  // namespace tutti::testing
