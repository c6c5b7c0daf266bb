#include "config/reference.h"

#include <variant>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "config/configuration.h"
#include "config/configuration_tables.h"

namespace tutti::config {

using base::FormatDuration;

namespace {

// A TextField's value may be left empty in all rules that matter to YAML's eyes; quote what is not
// obviously text.
std::string Quoted(const std::string& text) {
  const bool bare = !text.empty() && text.find_first_of(":{}[],&*#?|-<>=!%@\\\"' ") == text.npos &&
                    text.find_first_not_of("0123456789.") != text.npos;
  return bare ? text : absl::StrFormat("\"%s\"", text);
}

std::string List(const std::vector<std::string>& items) {
  return absl::StrFormat("[%s]", absl::StrJoin(items, ", "));
}

struct RangePrinter {
  std::string operator()(const BoolField&) const { return "true, false"; }
  std::string operator()(const IntegerField& f) const {
    return absl::StrFormat("%d to %d", f.min, f.max);
  }
  std::string operator()(const DurationField& f) const {
    return absl::StrFormat("%s to %s", FormatDuration(f.min), FormatDuration(f.max));
  }
  std::string operator()(const TextField& f) const { return std::string(f.rule.expectation); }
  std::string operator()(const TextListField& f) const {
    return absl::StrFormat("each %s", f.rule.expectation);
  }
  std::string operator()(const ChoiceField& f) const { return CommaSeparated(f.names); }
  std::string operator()(const RawField&) const { return "see the plugin's page"; }
  std::string operator()(const RecordListField&) const { return ""; }
  std::string operator()(const Section&) const { return ""; }
};

struct ValuePrinter {
  std::string operator()(const BoolField& f) const { return *f.value ? "true" : "false"; }
  std::string operator()(const IntegerField& f) const { return absl::StrFormat("%d", *f.value); }
  std::string operator()(const DurationField& f) const { return FormatDuration(*f.value); }
  std::string operator()(const TextField& f) const { return Quoted(*f.value); }
  std::string operator()(const TextListField& f) const {
    std::vector<std::string> items;
    for (const std::string& text : *f.value) items.push_back(Quoted(text));
    return List(items);
  }
  std::string operator()(const ChoiceField& f) const {
    std::vector<std::string> items;
    for (size_t i : f.get()) items.emplace_back(f.names[i]);
    return f.many ? List(items) : items.front();
  }
  std::string operator()(const RawField&) const { return "{}"; }
  std::string operator()(const RecordListField&) const { return "[]"; }
  std::string operator()(const Section&) const { return ""; }
};

struct TypePrinter {
  std::string operator()(const BoolField&) const { return "bool"; }
  std::string operator()(const IntegerField&) const { return "integer"; }
  std::string operator()(const DurationField&) const { return "duration"; }
  std::string operator()(const TextField&) const { return "text"; }
  std::string operator()(const TextListField&) const { return "list of text"; }
  std::string operator()(const ChoiceField& f) const {
    return f.many ? "list of choices" : "choice";
  }
  std::string operator()(const RawField&) const { return "map"; }
  std::string operator()(const RecordListField&) const { return "list of maps"; }
  std::string operator()(const Section&) const { return "section"; }
};

void AppendYaml(const Table& table, int depth, std::string& out) {
  const std::string indent(static_cast<size_t>(depth) * 2, ' ');
  for (const Key& key : table) {
    if (const auto* section = std::get_if<Section>(&key.field)) {
      absl::StrAppendFormat(&out, "%s%s:\n", indent, key.name);
      AppendYaml(section->table, depth + 1, out);
    } else {
      absl::StrAppendFormat(&out, "%s%s: %s\n", indent, key.name, ValueText(key));
    }
  }
}

std::string Cell(std::string_view text) {
  std::string cell;
  for (char c : text) {
    if (c == '|') cell.push_back('\\');
    cell.push_back(c);
  }
  return cell;
}

void AppendSection(const Table& table, const std::string& path, std::string& out) {
  absl::StrAppendFormat(&out,
                        "\n| Key | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|\n");
  for (const Key& key : table) {
    if (std::holds_alternative<Section>(key.field)) continue;
    absl::StrAppendFormat(&out, "| `%s` | %s | `%s` | %s | %s |\n", key.name,
                          std::visit(TypePrinter(), key.field), ValueText(key),
                          Cell(RangeText(key)), Cell(key.doc));
  }
  for (const Key& key : table) {
    const auto* section = std::get_if<Section>(&key.field);
    if (section == nullptr) continue;
    const std::string section_path = absl::StrFormat("%s.%s", path, key.name);
    absl::StrAppendFormat(&out, "\n### %s\n\n%s\n", section_path, key.doc);
    AppendSection(section->table, section_path, out);
  }
}

constexpr char kIntroduction[] = R"(# Configuration

<!-- Generated from src/config/configuration_tables.cc. Do not edit: run the test config_test with
     TUTTI_REGENERATE=1. -->

One YAML document, given with `--config FILE`. Every key is optional but `apiVersion` and `kind`.
All problems of a file are reported at once as `file:line:column: key: problem`, and Tutti does not
start with any of them. Keys and values mean what they look like: `yes` is not a bool, `"5"` is not
a number, `010` is refused, a key may stand once, anchors and tags are not read.

Durations are numbers with a unit (`h`, `m`, `s`, `ms`, `us`, `ns`): `10s`, `5m`, `1h30m`.
)";

constexpr char kRules[] = R"(
## Rules across keys

- A listener of `extender`, `control` or `grpc` that other machines can reach is an error without
  client certificates (`grpc` has no TLS yet); `allowInsecure: true` turns it into a warning.
- `certFile` and `keyFile` go together; `clientCAFile` needs both.
- `webhook.register.url` and `.serviceName` exclude each other, and either needs `webhook.enabled`.
- `webhook.register.validatingServiceName` needs `serviceName`.
- `webhook.submitAccess` needs `webhook.register`.
- `webhook.register.caFile` needs `certFile`, and `url` or `serviceName`.
- `webhook.secretName` and `.certFile` exclude each other.
- A webhook without `certFile` needs `dnsNames` or `register`, to know whom its certificate names.
- `retryPeriod` x 1.2 < `renewDeadline` < `leaseDuration`; with `mode: own` the Lease must not be
  kube-scheduler's.
- `gang.backoff.initial` <= `gang.backoff.max`.
- A plugin has `library`, or `address`, or neither; `tls` needs `address`. An `address` on another
  machine without `tls.caFile` is a warning.
- `devices.resource` is an extended resource, with a domain that is not `tutti.dev`.
- No two listeners share a port.

## All defaults

```yaml
)";

}  // namespace

std::string RangeText(const Key& key) { return std::visit(RangePrinter(), key.field); }

std::string ValueText(const Key& key) { return std::visit(ValuePrinter(), key.field); }

std::string DefaultsYaml() {
  Configuration defaults;
  std::string out = absl::StrFormat("apiVersion: %s\nkind: %s\n", kApiVersion, kKind);
  AppendYaml(ConfigurationTable(defaults), 0, out);
  return out;
}

std::string ReferenceMarkdown() {
  Configuration defaults;
  std::string out = kIntroduction;
  for (const Key& key : ConfigurationTable(defaults)) {
    absl::StrAppendFormat(&out, "\n## %s\n\n%s\n", key.name, key.doc);
    if (const auto* section = std::get_if<Section>(&key.field)) {
      AppendSection(section->table, std::string(key.name), out);
    } else {
      AppendSection(*std::get<RecordListField>(key.field).record, std::string(key.name), out);
    }
  }
  absl::StrAppendFormat(&out, "%s%s```\n", kRules, DefaultsYaml());
  return out;
}

}  // namespace tutti::config
