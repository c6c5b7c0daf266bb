// CowMap: a hash map whose copies are cheap, for tables that readers see as of one moment.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace tutti::model {

// 1,024 shards under two levels of 32 pointers. Publish() costs 32 pointer copies; the first change
// to a shard after that clones the shard alone. One thread changes the map; published copies are
// const and read by any thread. Shards know the epoch they were made in, so the writer never asks a
// shared count that others change.
template <class Key, class Value>
class CowMap {
 public:
  // `key` may be anything that absl::flat_hash_map<Key, Value> looks up (a string_view for
  // strings).
  template <class K>
  const Value* Find(const K& key) const {
    const size_t hash = Hash(key);
    const auto& branch = root_[TopIndex(hash)];
    if (!branch) return nullptr;
    const auto& shard = branch->shards[LowIndex(hash)];
    if (!shard) return nullptr;
    const auto it = shard->entries.find(key, hash);
    return it == shard->entries.end() ? nullptr : &it->second;
  }

  void Set(const Key& key, Value value) {
    const size_t hash = Hash(key);
    const bool added = Mutable(hash).entries.insert_or_assign(key, std::move(value)).second;
    size_ += added ? 1 : 0;
  }

  bool Erase(const Key& key) {
    if (Find(key) == nullptr) return false;
    Mutable(Hash(key)).entries.erase(key);
    --size_;
    return true;
  }

  // A copy that later changes do not touch.
  CowMap Publish() {
    CowMap copy = *this;
    ++epoch_;
    return copy;
  }

  size_t size() const { return size_; }

  // In no stable order: for sums and tests, never for what leaves the process.
  template <class Function>
  void ForEach(Function&& function) const {
    for (const auto& branch : root_) {
      if (!branch) continue;
      for (const auto& shard : branch->shards) {
        if (!shard) continue;
        for (const auto& [key, value] : shard->entries) function(key, value);
      }
    }
  }

 private:
  static constexpr size_t kFanOut = 32;
  struct Shard {
    uint64_t epoch = 0;
    absl::flat_hash_map<Key, Value> entries;
  };
  struct Branch {
    uint64_t epoch = 0;
    std::array<std::shared_ptr<Shard>, kFanOut> shards;
  };

  // The table's own hash places the key inside a shard, so other bits of it choose the shard.
  template <class K>
  static size_t Hash(const K& key) {
    return typename absl::flat_hash_map<Key, Value>::hasher{}(key);
  }
  static size_t TopIndex(size_t hash) { return (hash >> 52) % kFanOut; }
  static size_t LowIndex(size_t hash) { return (hash >> 57) % kFanOut; }

  Shard& Mutable(size_t hash) {
    std::shared_ptr<Branch>& branch = root_[TopIndex(hash)];
    if (!branch || branch->epoch != epoch_) {
      branch = branch ? std::make_shared<Branch>(*branch) : std::make_shared<Branch>();
      branch->epoch = epoch_;
    }
    std::shared_ptr<Shard>& shard = branch->shards[LowIndex(hash)];
    if (!shard || shard->epoch != epoch_) {
      shard = shard ? std::make_shared<Shard>(*shard) : std::make_shared<Shard>();
      shard->epoch = epoch_;
    }
    return *shard;
  }

  std::array<std::shared_ptr<Branch>, kFanOut> root_;
  uint64_t epoch_ = 1;
  size_t size_ = 0;
};

}  // namespace tutti::model
