// How a plugin is made: its configuration and what it declares.
#include <algorithm>
#include <cctype>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "check/probe_world.h"
#include "check/probes.h"

namespace tutti::check {
namespace {

// What became of the plugin with these args; empty: it was made.
std::string MakeWith(const Subject& subject, std::vector<ConfigEntry> args) {
  Subject other = subject;
  other.args = std::move(args);
  const base::Interner texts;
  return ProbeWorld(other, texts).error();
}

// The same args, but with one of another type.
void ProbeWrongType(const Subject& subject, size_t number, Findings& findings) {
  std::vector<ConfigEntry> args = subject.args;
  ConfigEntry& entry = args[number];
  const bool text = entry.kind == ConfigKind::kString;
  entry.kind = text ? ConfigKind::kInteger : ConfigKind::kString;
  entry.text = text ? "17" : "seventeen";
  const std::string given = text ? "the number 17" : "the text \"seventeen\"";
  const std::string pointer = entry.pointer;
  const std::string error = MakeWith(subject, std::move(args));
  if (error.empty()) {
    findings.Warn(absl::StrFormat("takes %s for %s, where its configuration has %s \"%s\"", given,
                                  pointer, text ? "the text" : "the value",
                                  subject.args[number].text));
  } else if (error.find("its factory threw") != std::string::npos) {
    findings.Warn(absl::StrFormat(
        "throws where %s is %s: call config.Fail, which names file, line and column", pointer,
        given));
  }
}

void ProbeHugeNumber(const Subject& subject, size_t number, Findings& findings) {
  for (const char* huge : {"9223372036854775807", "-9223372036854775808"}) {
    std::vector<ConfigEntry> args = subject.args;
    args[number].text = huge;
    const std::string error = MakeWith(subject, std::move(args));
    if (error.find("its factory threw") != std::string::npos) {
      findings.Warn(absl::StrFormat("throws where %s is %s: give config.Integer a range",
                                    subject.args[number].pointer, huge));
    }
  }
}

bool IsSnakeCase(std::string_view name) {
  return !name.empty() && std::islower(static_cast<unsigned char>(name[0])) != 0 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
         });
}

// Everything that it has asked its host for, as one text.
std::string Declarations(const ProbeWorld& world) {
  const framework::HostServices& services = world.services();
  std::string text = absl::StrFormat("%d resources, %d fields of pods, %d fields of nodes",
                                     services.resources.size(), services.fields.pods.size(),
                                     services.fields.nodes.size());
  for (const model::PluginReason& reason : services.reasons.reasons())
    absl::StrAppendFormat(&text, ", reason %s", reason.code);
  for (const framework::HostServices::Counter& counter : services.counters)
    absl::StrAppendFormat(&text, ", counter %s", counter.name);
  return text;
}

}  // namespace

void ProbeConfiguration(const Subject& subject, Findings& findings) {
  const std::string error = MakeWith(subject, subject.args);
  if (!error.empty()) {
    for (const absl::string_view line : absl::StrSplit(error, '\n'))
      findings.Fail(std::string(line));
    if (subject.where.empty())
      findings.Fail("it was made without args: give a file that has them with --config");
    return;
  }
  std::vector<ConfigEntry> unknown = subject.args;
  unknown.push_back({"/noSuchKeyOfTuttiCheck", ConfigKind::kBoolean, "true", "tutti-check"});
  if (MakeWith(subject, std::move(unknown)).empty())
    findings.Fail(
        "claims to know the key /noSuchKeyOfTuttiCheck: a typing error of its users would "
        "go unnoticed");
  for (size_t i = 0; i < subject.args.size(); ++i) {
    if (subject.args[i].kind == ConfigKind::kNull) continue;
    ProbeWrongType(subject, i, findings);
    if (subject.args[i].kind == ConfigKind::kInteger) ProbeHugeNumber(subject, i, findings);
  }
}

void ProbeDeclarations(const Subject& subject, Findings& findings) {
  const base::Interner texts;
  const ProbeWorld world(subject, texts);
  const ProbeWorld again(subject, texts);
  if (!world.error().empty()) return;
  if (const std::string first = Declarations(world); first != Declarations(again))
    findings.Fail(
        absl::StrFormat("made twice, it declares first %s, then %s", first, Declarations(again)));
  for (const model::PluginReason& reason : world.services().reasons.reasons()) {
    if (!framework::IsPluginName(reason.code))
      findings.Warn(
          absl::StrFormat("reason \"%s\": expected UpperCamelCase, as GpuTooSmall; it "
                          "becomes the reason of events",
                          reason.code));
    if (reason.meaning.empty())
      findings.Warn(absl::StrFormat("reason %s has no meaning: one sentence", reason.code));
  }
  for (const framework::HostServices::Counter& counter : world.services().counters) {
    if (!IsSnakeCase(counter.name))
      findings.Warn(
          absl::StrFormat("counter \"%s\": expected snake_case, as pods_refused", counter.name));
  }
  if (world.services().fields.pods.size() == model::FieldTable::kLimit ||
      world.services().fields.nodes.size() == model::FieldTable::kLimit) {
    findings.Fail(
        absl::StrFormat("asks for %d labels and annotations or more: all plugins of a "
                        "process share so many",
                        model::FieldTable::kLimit));
  }
}

}  // namespace tutti::check
