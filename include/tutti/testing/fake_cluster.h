// FakeCluster: nodes for the tests of plugins. Standard library only.
//
//   FakeHost host;
//   FakeCluster cluster(host);
//   cluster.AddNode("a").Allocatable("cpu", 4000).Label("rack", "r1").Used("cpu", 1000);
//   auto plugin = MakePlugin<MyFilter>(host, {{"/percent", ConfigKind::kInteger, "10", ""}});
//   FakePod pod(host);
//   pod.Request("cpu", 500);
//   EXPECT_TRUE(plugin->Filter(CycleState(), pod.view(), cluster.Node("a")).ok());
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/testing/fake_host.h"
#include "tutti/views.h"

namespace tutti::testing {

// One thread. Views are good until the cluster is changed.
class FakeCluster {
 public:
  explicit FakeCluster(FakeHost& host) : host_(host) {}
  FakeCluster(const FakeCluster&) = delete;
  FakeCluster& operator=(const FakeCluster&) = delete;

  // Changes one node; made by AddNode and Change.
  class Builder {
   public:
    Builder& Allocatable(std::string_view resource, int64_t amount) {
      cluster_.Column(cluster_.allocatable_, resource)[node_] += amount;
      cluster_.Column(cluster_.free_, resource)[node_] += amount;
      return *this;
    }
    Builder& Used(std::string_view resource, int64_t amount) {
      cluster_.Column(cluster_.free_, resource)[node_] -= amount;
      return *this;
    }
    Builder& Label(std::string_view key, std::string_view value) {
      return Set(cluster_.host_.NodeLabel(key), value);
    }
    Builder& Annotation(std::string_view key, std::string_view value) {
      return Set(cluster_.host_.NodeAnnotation(key), value);
    }

   private:
    friend class FakeCluster;
    Builder(FakeCluster& cluster, uint32_t node) : cluster_(cluster), node_(node) {}
    Builder& Set(NodeField field, std::string_view value) {
      auto& fields = cluster_.fields_;
      if (fields.size() <= field.value) fields.resize(field.value + std::size_t{1});
      fields[field.value].resize(cluster_.rows());
      fields[field.value][node_] = cluster_.host_.interner().Intern(value);
      return *this;
    }

    FakeCluster& cluster_;
    const uint32_t node_;
  };

  // Room for 110 pods, as kubelet gives it.
  Builder AddNode(std::string name) {
    names_.push_back(std::move(name));
    for (auto* columns : {&allocatable_, &free_}) {
      for (auto& column : *columns) column.resize(rows());
    }
    for (auto& column : fields_) column.resize(rows());
    Builder builder(*this, static_cast<uint32_t>(names_.size() - 1));
    builder.Allocatable("pods", 110);
    return builder;
  }
  Builder Change(std::string_view name) { return Builder(*this, Row(name)); }

  ClusterView view() {
    Point();
    return {blocks_};
  }
  NodeView Node(std::string_view name) {
    Point();
    const uint32_t row = Row(name);
    return blocks_[row / kNodesPerBlock].Node(row % kNodesPerBlock);
  }
  NodeIndex Index(std::string_view name) const { return NodeIndex(Row(name)); }

 private:
  using Columns = std::vector<std::vector<int64_t>>;  // by resource, then node
  struct Pointers {
    std::vector<NodeBlockView::Column> allocatable;
    std::vector<NodeBlockView::Column> free;
    std::vector<const TextId*> fields;
  };

  std::size_t rows() const {
    return (names_.size() + kNodesPerBlock - 1) / kNodesPerBlock * kNodesPerBlock;
  }
  uint32_t Row(std::string_view name) const {
    const auto it = std::find(names_.begin(), names_.end(), name);
    if (it == names_.end()) throw std::out_of_range("no node " + std::string(name));
    return static_cast<uint32_t>(it - names_.begin());
  }
  std::vector<int64_t>& Column(Columns& columns, std::string_view resource) {
    const uint16_t number = host_.Resource(resource).value;
    if (columns.size() <= number) columns.resize(number + std::size_t{1});
    columns[number].resize(rows());
    return columns[number];
  }
  template <class Table, class Pointer>
  static void PointInto(Table& columns, std::size_t first, std::vector<Pointer>& pointers) {
    for (auto& column : columns) pointers.push_back(column.empty() ? nullptr : &column[first]);
  }
  // The views of all blocks, anew.
  void Point() {
    name_views_.assign(rows(), {});
    std::copy(names_.begin(), names_.end(), name_views_.begin());
    blocks_.assign(rows() / kNodesPerBlock, {});
    pointers_.assign(blocks_.size(), {});
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const std::size_t first = b * kNodesPerBlock;
      PointInto(allocatable_, first, pointers_[b].allocatable);
      PointInto(free_, first, pointers_[b].free);
      PointInto(fields_, first, pointers_[b].fields);
      NodeBlockView& view = blocks_[b];
      view.first = static_cast<uint32_t>(first);
      for (std::size_t i = first; i < names_.size() && i < first + kNodesPerBlock; ++i)
        view.present.Add(static_cast<uint32_t>(i - first));
      view.allocatable = pointers_[b].allocatable;
      view.free = pointers_[b].free;
      view.fields = pointers_[b].fields;
      view.names = &name_views_[first];
      view.texts = &host_.texts();
    }
  }

  FakeHost& host_;
  std::vector<std::string> names_;
  Columns allocatable_;
  Columns free_;
  std::vector<std::vector<TextId>> fields_;
  std::vector<std::string_view> name_views_;
  std::vector<NodeBlockView> blocks_;
  std::vector<Pointers> pointers_;
};

}  // namespace tutti::testing
