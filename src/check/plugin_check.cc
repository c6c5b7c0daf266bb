#include "check/plugin_check.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "check/probe_process.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "config/load_configuration.h"
#include "framework/points.h"
#include "loader/plugin_loader.h"
#include "nlohmann/json.hpp"

namespace tutti::check {
namespace {

using nlohmann::json;

constexpr size_t kMostFindingsPerProbe = 5;

// From child to parent: one JSON object per message, with one of these members.
constexpr char kBegin[] = "begin";        // the name of a probe
constexpr char kEnd[] = "end";            // the same
constexpr char kSeverity[] = "severity";  // a finding; with "message"
constexpr char kSpeed[] = "speed";        // a point; with "ns" and "baseline"
constexpr char kName[] = "name";          // who it is; with "version", "build" and three lists

void Send(const Messenger& messenger, const json& message) {
  messenger.Send(message.dump(-1, ' ', false, json::error_handler_t::replace));
}

class SentFindings final : public Findings {
 public:
  explicit SentFindings(const Messenger& messenger) : messenger_(messenger) {}

  void Add(Severity severity, std::string message) override {
    const bool known = std::find(told_.begin(), told_.end(), message) != told_.end();
    if (known || told_.size() == kMostFindingsPerProbe) return;
    Send(messenger_, {{kSeverity, static_cast<int>(severity)},
                      {"message", message.substr(0, Messenger::kLongestMessage / 8)}});
    told_.push_back(std::move(message));
  }
  void Add(Speed speed) override {
    Send(messenger_, {{kSpeed, speed.point},
                      {"ns", speed.ns_per_node},
                      {"baseline", speed.baseline_ns_per_node}});
  }

 private:
  const Messenger& messenger_;
  std::vector<std::string> told_;
};

// What runs in the child: the probes from `first` on, of a plugin loaded anew.
class Child {
 public:
  Child(const std::string& file, const std::vector<config::Plugin>* configured,
        const Messenger& messenger)
      : file_(file), configured_(configured), messenger_(messenger) {}

  void Run(size_t first) {
    if (first == 0) Begin(0);
    SentFindings findings(messenger_);
    Subject subject;
    const bool loaded = Load(findings, subject);
    if (first == 0) End(0);
    if (!loaded) return;
    for (size_t i = std::max<size_t>(1, first); i < ProbeInfos().size(); ++i) {
      Begin(i);
      if (i == 1) Introduce(subject);
      SentFindings of_probe(messenger_);
      AskProbe(i, subject, of_probe);
      End(i);
    }
  }

 private:
  void Begin(size_t probe) { Send(messenger_, {{kBegin, ProbeInfos()[probe].name}}); }
  void End(size_t probe) { Send(messenger_, {{kEnd, ProbeInfos()[probe].name}}); }

  bool Load(Findings& findings, Subject& subject) {
    absl::StatusOr<loader::LoadedPlugin> loaded = loader::LoadPlugin({file_, ""});
    if (!loaded.ok()) return findings.Fail(std::string(loaded.status().message())), false;
    subject.name = loaded->name;
    version_ = loaded->entry.version;
    build_ = loaded->build;
    if (const absl::Status added = subject.registry.Add(loaded->name, std::move(loaded->entry));
        !added.ok()) {
      return findings.Fail(std::string(added.message())), false;
    }
    if (configured_ == nullptr) return true;
    for (const config::Plugin& plugin : *configured_) {
      if (plugin.name != subject.name) continue;
      subject.args = plugin.args;
      subject.where = plugin.where;
      return true;
    }
    const auto name = [](std::string* out, const config::Plugin& plugin) { *out += plugin.name; };
    findings.Fail(absl::StrFormat("the configuration has no plugin %s (it has: %s)", subject.name,
                                  absl::StrJoin(*configured_, ", ", name)));
    return false;
  }

  void Introduce(const Subject& subject) {
    json who = {{kName, subject.name}, {"version", version_}, {"build", build_}};
    for (const char* list : {"points", "reasons", "counters"}) who[list] = json::array();
    const base::Interner texts;
    const ProbeWorld world(subject, texts);
    if (world.error().empty()) {
      who["points"] = framework::NamesOf(world.points());
      for (const model::PluginReason& reason : world.services().reasons.reasons())
        who["reasons"].push_back(reason.code);
      for (const framework::HostServices::Counter& counter : world.services().counters)
        who["counters"].push_back(counter.name);
    }
    Send(messenger_, who);
  }

  const std::string& file_;
  const std::vector<config::Plugin>* configured_;
  const Messenger& messenger_;
  std::string version_;
  std::string build_;
};

// What the parent hears. A plugin that writes into our pipe can at worst lie about itself.
class Listener {
 public:
  explicit Listener(CheckReport& report) : report_(report) {}

  void Hear(std::string_view text) {
    const json message = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!message.is_object()) return;
    try {
      Take(message);
    } catch (const json::exception&) {  // none of ours
    }
  }
  // Where the child is, or was when it ended.
  const std::string& probe() const { return probe_; }
  // After the last one that was begun.
  size_t next() const { return begun_; }

 private:
  void Take(const json& message) {
    const auto text = [&](const char* key) { return message.at(key).get<std::string>(); };
    const auto list = [&](const char* key) {
      return message.at(key).get<std::vector<std::string>>();
    };
    if (message.contains(kBegin)) {
      probe_ = text(kBegin);
      ++begun_;
    } else if (message.contains(kEnd)) {
      report_.probes.push_back(text(kEnd));
    } else if (message.contains(kSeverity)) {
      report_.findings.push_back(
          {message.at(kSeverity).get<int>() == 0 ? Severity::kWarning : Severity::kFailure, probe_,
           text("message")});
    } else if (message.contains(kSpeed)) {
      report_.speeds.push_back(
          {text(kSpeed), message.at("ns").get<double>(), message.at("baseline").get<double>()});
    } else {
      report_.name = text(kName);
      report_.version = text("version");
      report_.build = text("build");
      report_.points = list("points");
      report_.reasons = list("reasons");
      report_.counters = list("counters");
    }
  }

  CheckReport& report_;
  std::string probe_ = ProbeInfos()[0].name;
  size_t begun_ = 0;
};

std::string Tell(const ProbeEnd& end, std::chrono::milliseconds limit) {
  switch (end.how) {
    case ProbeEnd::How::kDone:
      return "";
    case ProbeEnd::How::kExited:
      return absl::StrFormat("it ended the process with status %d: a server would be gone",
                             end.number);
    case ProbeEnd::How::kKilled:
      return absl::StrFormat(
          "it crashed: signal %d (%s); a server would be gone", end.number,
          ::sigdescr_np(end.number) == nullptr ? "unknown" : ::sigdescr_np(end.number));
    case ProbeEnd::How::kTimedOut:
      return absl::StrFormat("it did not return within %.1f s: a server would hang",
                             static_cast<double>(limit.count()) / 1000);
    case ProbeEnd::How::kFlooded:
      return "it writes into files that it has not opened";
    case ProbeEnd::How::kFailed:
      return absl::StrFormat("no process for it could be started: error %d", end.number);
  }
  return "";
}

}  // namespace

absl::StatusOr<CheckReport> CheckPlugin(const CheckOptions& options) {
  config::Configuration configuration;
  if (!options.config.empty()) {
    TUTTI_ASSIGN_OR_RETURN(configuration, config::LoadConfigurationFile(options.config, nullptr));
  }
  std::error_code error;
  CheckReport report;
  report.file = std::filesystem::absolute(options.file, error).string();
  Listener listener(report);
  ProbeEnd end;
  do {
    const size_t first = listener.next();
    end = RunProbe(
        [&](const Messenger& messenger) {
          Child(report.file, options.config.empty() ? nullptr : &configuration.plugins, messenger)
              .Run(first);
        },
        [&](std::string_view message) { listener.Hear(message); }, options.probe_limit);
    if (end.how != ProbeEnd::How::kDone)
      report.findings.push_back(
          {Severity::kFailure, listener.probe(), Tell(end, options.probe_limit)});
    // Go on behind the probe that it did not survive, unless it would not get as far again.
    if (report.name.empty() || end.how == ProbeEnd::How::kTimedOut || listener.next() == first)
      break;
  } while (end.how != ProbeEnd::How::kDone && listener.next() < ProbeInfos().size());
  return report;
}

}  // namespace tutti::check
