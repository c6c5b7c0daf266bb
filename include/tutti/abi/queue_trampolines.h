// The functions of a descriptor about queues, watched objects and state, made of a C++ class. Use
// tutti/export.h; exceptions as in trampolines.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tutti/abi/trampolines.h"
#include "tutti/plugin/object_watch.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/plugin/state.h"

namespace tutti::abi {

inline WatchedObject ViewOf(const tutti_watched_object& object) {
  return {FromC(object.resource), FromC(object.namespace_name), FromC(object.name),
          object.generation};
}

template <class T>
struct QueueTrampolines {
  using Self = Instance<T>;

  static uint32_t Queues(void* self, tutti_status* status) noexcept {
    uint32_t queues = 0;
    CallPlugin<T>(self, status, [&](const T& plugin, const Self&) {
      queues = static_cast<uint32_t>(plugin.queues());
    });
    return queues;
  }
  static uint32_t QueueOf(void* self, const tutti_gang* gang, tutti_status* status) noexcept {
    QueueId queue;
    CallPlugin<T>(self, status, [&](const T& plugin, const Self&) {
      queue = plugin.QueueOf(GangFromC(*gang).view());
    });
    return queue.value;
  }
  static void BeginRound(void* self, const uint32_t* waiting, size_t count,
                         tutti_status* status) noexcept {
    CallPlugin<T>(self, status, [&](T& plugin, const Self&) {
      plugin.BeginRound({reinterpret_cast<const QueueId*>(waiting), count});
    });
  }
  static uint32_t NextQueue(void* self, tutti_status* status) noexcept {
    std::optional<QueueId> next;
    CallPlugin<T>(self, status, [&](T& plugin, const Self&) { next = plugin.NextQueue(); });
    return next ? next->value : TUTTI_NO_QUEUE;
  }
  static size_t Skips(void* self, uint32_t queue, const uint64_t* arrivals, size_t count,
                      tutti_status* status) noexcept {
    size_t skipped = 0;
    CallPlugin<T>(self, status, [&](const T& plugin, const Self&) {
      skipped = plugin.CountSkipped(QueueId(queue), {arrivals, count});
    });
    return skipped;
  }
  static bool Served(void* self, uint32_t queue, const tutti_gang* gang, uint32_t outcome,
                     bool more, tutti_status* status) noexcept {
    bool stays = false;
    CallPlugin<T>(self, status, [&](T& plugin, const Self&) {
      const auto of = static_cast<QueueOutcome>(outcome);
      stays = gang == nullptr ? plugin.Served(QueueId(queue), nullptr, of, more)
                              : plugin.Served(QueueId(queue), &GangFromC(*gang).view(), of, more);
    });
    return stays;
  }
  static void DescribeQueue(void* self, uint32_t queue, tutti_queue_report* report,
                            tutti_status* status) noexcept {
    CallPlugin<T>(self, status, [&](const T& plugin, const Self& of) {
      const QueueDescription said = plugin.Describe(QueueId(queue));
      std::vector<tutti_queue_amount> amounts;
      for (const QueueAmount& amount : said.amounts)
        amounts.push_back(
            {amount.resource.value, {0, 0, 0}, amount.used, amount.guaranteed, amount.limit});
      tutti_queue_description c = {};
      c.struct_size = sizeof c;
      c.flags = (said.leaf ? TUTTI_QUEUE_IS_LEAF : 0) |
                (said.generation ? TUTTI_QUEUE_HAS_GENERATION : 0);
      c.name = ToC(std::string_view(said.name));
      c.parent = ToC(std::string_view(said.parent));
      c.state = ToC(std::string_view(said.state));
      c.problem = ToC(std::string_view(said.problem));
      c.running = said.running;
      c.share = said.share;
      c.generation = said.generation.value_or(0);
      c.amounts = amounts.data();
      c.amount_count = amounts.size();
      of.c_host.set_queue(report, &c);
    });
  }

  static void Watches(void* self, tutti_watches* watches, tutti_status* status) noexcept {
    CallPlugin<T>(self, status, [&](const T& plugin, const Self& of) {
      for (const ObjectKind& kind : plugin.Watches()) {
        std::vector<tutti_string> versions;
        for (const std::string& version : kind.versions)
          versions.push_back(ToC(std::string_view(version)));
        tutti_object_kind c = {};
        c.struct_size = sizeof c;
        c.group = ToC(std::string_view(kind.group));
        c.versions = versions.data();
        c.version_count = versions.size();
        c.resource = ToC(std::string_view(kind.resource));
        of.c_host.add_watch(watches, &c);
      }
    });
  }
  static void OnObject(void* self, const tutti_watched_object* object, const tutti_config* spec,
                       tutti_status* status) noexcept {
    CallPlugin<T>(self, status, [&](T& plugin, const Self& of) {
      ConfigFromC from(of.c_host, *spec);
      plugin.OnObject(ViewOf(*object), from.config());
    });
  }
  static void OnObjectGone(void* self, const tutti_watched_object* object,
                           tutti_status* status) noexcept {
    CallPlugin<T>(self, status,
                  [&](T& plugin, const Self&) { plugin.OnObjectGone(ViewOf(*object)); });
  }
  static void CheckObject(void* self, const tutti_watched_object* object, const tutti_config* spec,
                          tutti_status* status) noexcept {
    CallPlugin<T>(self, status, [&](const T& plugin, const Self& of) {
      ConfigFromC from(of.c_host, *spec);
      plugin.CheckObject(ViewOf(*object), from.config());
    });
  }

  static void SaveState(void* self, tutti_state* state, tutti_status* status) noexcept {
    CallPlugin<T>(self, status, [&](const T& plugin, const Self& of) {
      const std::string bytes = plugin.Save();
      of.c_host.set_state(state, ToC(std::string_view(bytes)));
    });
  }
  static void RestoreState(void* self, tutti_string bytes, tutti_status* status) noexcept {
    CallPlugin<T>(self, status,
                  [&](T& plugin, const Self&) { return plugin.Restore(FromC(bytes)); });
  }
};

}  // namespace tutti::abi
