// CycleState: what a plugin remembers between the extension points of one cycle.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace tutti {

// Each plugin has one of its own in each cycle, empty at first: nobody else can read or change it.
// Written in PreFilter, PreScore and PlacementGenerate; read-only in Filter and Score, which may
// run on several threads at once. One cycle, one pod class, one thread until PreFilter has
// returned.
class CycleState {
 public:
  explicit CycleState(uint64_t seed = 0) : seed_(seed) {}
  CycleState(CycleState&&) = default;
  CycleState& operator=(CycleState&&) = default;

  // The only source of randomness: the same for the same cycle of the same run, and in its replay.
  // Mix it with what tells the nodes apart (Mix below).
  uint64_t seed() const { return seed_; }

  // Replaces what was there.
  template <class T>
  T& Set(T value) {
    static_assert(std::is_same_v<T, std::decay_t<T>>);
    auto owned = std::make_unique<Holder<T>>(std::move(value));
    T& stored = owned->value;
    tag_ = &kTag<T>;
    held_ = std::move(owned);
    return stored;
  }
  // Null where nothing, or something of another type, was set.
  template <class T>
  const T* Get() const {
    return tag_ == &kTag<T> ? &static_cast<const Holder<T>*>(held_.get())->value : nullptr;
  }

 private:
  struct HolderBase {
    virtual ~HolderBase() = default;
  };
  template <class T>
  struct Holder final : HolderBase {
    explicit Holder(T v) : value(std::move(v)) {}
    T value;
  };
  template <class T>
  static constexpr char kTag = 0;

  uint64_t seed_;
  std::unique_ptr<HolderBase> held_;
  const char* tag_ = nullptr;
};

// Two numbers into one that looks random: the same everywhere.
constexpr uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t x = a + 0x9E3779B97F4A7C15u * (b + 1);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace tutti
