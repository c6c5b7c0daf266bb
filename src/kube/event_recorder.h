// EventRecorder: events.k8s.io/v1 Events about API objects, few enough to be read and to be borne.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "kube/client.h"

namespace tutti::kube {

struct ObjectReference {
  std::string api_version = "v1";
  std::string kind = "Pod";
  std::string ns;  // empty: cluster-scoped; its events go to namespace "default"
  std::string name;
  std::string uid;
};

struct EventDescription {
  ObjectReference regarding;
  bool warning = false;  // else Normal
  std::string reason;    // CamelCase, at most 128 bytes
  std::string action;    // what was done or tried, CamelCase, at most 128 bytes
  std::string note;      // for people; cut at 1,024 bytes
};

struct EventRecorderOptions {
  std::string controller = "tutti.dev/tutti";
  std::string instance = "tutti";  // this process: a pod or host name
  // The same object, reason and note within this time since the last one are one Event with a
  // count, whose count is written at most every `series_period`.
  base::Duration series_window = std::chrono::minutes(6);
  base::Duration series_period = std::chrono::seconds(60);
  // New Events per object: so many at once, then one per `refill`.
  int burst_per_object = 25;
  base::Duration refill = std::chrono::minutes(5);
  size_t max_series = 4096;      // remembered; the longest unused is forgotten
  size_t max_objects = 4096;     // with a bucket; likewise
  size_t max_unfinished = 1000;  // writes on their way; more Events are dropped
  uint64_t name_seed = 0;        // 0: from the clock
};

struct EventRecorderStats {
  uint64_t created = 0;
  uint64_t counted = 0;  // occurrences that only raised a count
  uint64_t updated = 0;  // counts written
  uint64_t dropped_rate = 0;
  uint64_t dropped_full = 0;
  uint64_t failed = 0;  // refused by the server, or lost on the way
};

// Any thread; never blocks. Events are lost rather than waited for.
class EventRecorder {
 public:
  // `client` must outlive the recorder; replies may come after the recorder has gone.
  EventRecorder(Client& client, const base::Clock& clock, EventRecorderOptions options = {});
  ~EventRecorder();

  void Record(const EventDescription& event);
  // Writes the counts that are due. Call it every few seconds.
  void Tick();
  EventRecorderStats stats() const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace tutti::kube
