// PluginHost and Config over the callbacks of the C ABI, for the plugin's side.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/abi/convert.h"
#include "tutti/config.h"
#include "tutti/plugin.h"

namespace tutti::abi {

// Threads as PluginHost. Lives as long as the plugin, as the host's struct does.
class HostFromC final : public PluginHost, public TextTable {
 public:
  explicit HostFromC(const tutti_host& host) : host_(host) {}

  ResourceId Resource(std::string_view name) override {
    return ResourceId(host_.resource(&host_, ToC(name)));
  }
  PodField PodLabel(std::string_view key) override {
    return PodField(host_.pod_label(&host_, ToC(key)));
  }
  PodField PodAnnotation(std::string_view key) override {
    return PodField(host_.pod_annotation(&host_, ToC(key)));
  }
  NodeField NodeLabel(std::string_view key) override {
    return NodeField(host_.node_label(&host_, ToC(key)));
  }
  NodeField NodeAnnotation(std::string_view key) override {
    return NodeField(host_.node_annotation(&host_, ToC(key)));
  }
  ReasonId Reason(std::string_view code, std::string_view meaning) override {
    return ReasonId(host_.reason(&host_, ToC(code), ToC(meaning)));
  }
  CounterId Counter(std::string_view name, std::string_view help) override {
    return CounterId(host_.counter(&host_, ToC(name), ToC(help)));
  }
  void Increment(CounterId counter, double by) const override {
    host_.increment(&host_, counter.value, by);
  }
  std::chrono::nanoseconds Now() const override {
    return std::chrono::nanoseconds(host_.now_ns(&host_));
  }
  const TextTable& texts() const override { return *this; }

  std::string_view Text(TextId id) const override { return FromC(host_.text(&host_, id.value)); }
  TextId Find(std::string_view text) const override {
    return TextId(host_.find_text(&host_, ToC(text)));
  }

 private:
  const tutti_host& host_;
};

// The plugin's configuration. What it has read, and every mistake, is told to the host at the end,
// also where the factory throws.
class ConfigFromC {
 public:
  ConfigFromC(const tutti_host& host, const tutti_config& config) : host_(host), from_(config) {
    std::vector<ConfigEntry> entries;
    entries.reserve(config.entry_count);
    for (std::size_t i = 0; i < config.entry_count; ++i) {
      const tutti_config_entry& entry = config.entries[i];
      entries.push_back({std::string(FromC(entry.pointer)), static_cast<ConfigKind>(entry.kind),
                         std::string(FromC(entry.text)), std::string(FromC(entry.where))});
    }
    config_ = Config(std::move(entries));
  }
  ConfigFromC(const ConfigFromC&) = delete;
  ConfigFromC& operator=(const ConfigFromC&) = delete;
  ~ConfigFromC() {
    for (const std::string& pointer : config_.known()) host_.config_known(&from_, ToC(pointer));
    for (const ConfigError& error : config_.errors())
      host_.config_fail(&from_, ToC(error.pointer), ToC(error.message));
  }

  Config& config() { return config_; }

 private:
  const tutti_host& host_;
  const tutti_config& from_;
  Config config_;
};

}  // namespace tutti::abi
