#include "importer/kai_queues.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "base/quantity.h"
#include "importer/amount.h"
#include "importer/object_fields.h"
#include "importer/object_report.h"

namespace tutti::importer {
namespace {

constexpr int64_t kPriority = 100;  // KAI's default

struct Kind {
  const char* key;
  const char* resource;
  int exponent;  // of ten, to whole units of the API
};
constexpr Kind kKinds[] = {
    {"cpu", "cpu", -3}, {"memory", "memory", 6}, {"gpu", "nvidia.com/gpu", 0}};

// Below zero: no bound. Nothing: it is not there, or wrong.
struct Bound {
  bool given = false;
  bool unlimited = false;
  int64_t amount = 0;
};

Bound ReadBound(ObjectFields& fields, const char* key, const Kind& kind) {
  Bound bound;
  if (!fields.Has(key)) return bound;
  bound.given = true;
  const base::YamlTree* value = fields.Take(key);
  const absl::StatusOr<int64_t> number = base::ParseMilliQuantity(value->text);
  if (number.ok() && *number < 0) {
    bound.unlimited = true;
    fields.report().Add(Verdict::kUnderstood, fields.PathOf(key), "");
  } else {
    bound.amount = fields.Quantity(key, kind.resource, kind.exponent).value_or(0);
  }
  return bound;
}

void SetLimit(ObjectFields& fields, const Bound& limit, const Bound& quota, const Kind& kind,
              ImportedQueue& queue) {
  if (limit.unlimited || (limit.amount == 0 && quota.unlimited)) return;
  queue.limit[kind.resource] = limit.amount > 0 ? limit.amount : quota.amount;
  if (limit.given && limit.amount > 0) return;
  fields.Changed("limit",
                 "none, or 0: nothing beyond the quota, so the limit is " +
                     AmountText(kind.resource, quota.amount),
                 "-1 is no limit");
}

// The weight that counts for the queue: of gpu where there is one, else of the first.
void SetWeight(ObjectFields& fields, const Kind& kind, ImportedQueue& queue) {
  const std::optional<int64_t> weight = fields.Thousandths("overQuotaWeight");
  if (!weight) return;
  const bool differs = queue.weight_milli && *queue.weight_milli != *weight;
  if (!queue.weight_milli || std::string_view(kind.key) == "gpu") queue.weight_milli = *weight;
  if (differs)
    fields.Changed(
        "overQuotaWeight",
        "a queue has one weight for all resources: of gpu where it has one, else of cpu");
}

// Whether its quota is without bound.
bool ReadResource(ObjectFields fields, const Kind& kind, ImportedQueue& queue) {
  const Bound quota = ReadBound(fields, "quota", kind);
  const Bound limit = ReadBound(fields, "limit", kind);
  if (quota.amount > 0) queue.guaranteed[kind.resource] = quota.amount;
  SetLimit(fields, limit, quota, kind, queue);
  SetWeight(fields, kind, queue);
  const std::optional<int64_t> lending =
      fields.Quantity("lendingLimit", kind.resource, kind.exponent);
  if (lending && quota.amount > 0) queue.lend_limit[kind.resource] = *lending;
  fields.IgnoreRest();
  return quota.unlimited;
}

void ReadResources(ObjectFields& spec, ImportedQueue& queue) {
  ObjectFields resources = spec.Map("resources");
  size_t listed = 0;
  size_t unlimited = 0;
  for (const Kind& kind : kKinds) {
    if (!resources.Has(kind.key)) {
      resources.Changed(kind.key, "is not there: KAI gives it none, here it is not bounded",
                        std::string("limit: {") + kind.resource + ": 0} forbids it");
      continue;
    }
    ++listed;
    unlimited += ReadResource(resources.Map(kind.key), kind, queue) ? 1 : 0;
  }
  resources.IgnoreRest();
  if (unlimited == 0) return;
  queue.reclaimable = unlimited < listed;
  spec.Changed("resources",
               queue.reclaimable
                   ? "a quota of -1 is no guarantee here: of that others may take back all"
                   : "quotas of -1 are no guarantees here: nothing is taken back from it",
               "write numbers");
}

void ReadRuntimes(ObjectFields& spec, ImportedQueue& queue) {
  queue.min_runtime = spec.Duration("reclaimMinRuntime").value_or(base::Duration(0));
  spec.Ignore("preemptMinRuntime", "HierarchicalQueues evicts nobody within a queue");
}

}  // namespace

Imported ReadKaiQueues(const std::vector<SourceObject>& objects) {
  Imported imported;
  for (const SourceObject& source : objects) {
    ObjectReport report = ReportOf(source);
    ObjectFields object(&source.tree, "", report);
    ObjectFields spec = object.Map("spec");
    ImportedQueue queue;
    queue.name = source.name;
    queue.parent = spec.Text("parentQueue");
    queue.priority = spec.Whole("priority", INT32_MIN, INT32_MAX).value_or(kPriority);
    ReadResources(spec, queue);
    ReadRuntimes(spec, queue);
    spec.Ignore("displayName", "a queue has one name");
    spec.IgnoreRest();
    AddQueue(std::move(queue), std::move(report), imported);
  }
  ObjectReport all = {"All of them", "", ""};
  all.Add(Verdict::kChanged, "",
          "gpu counts nvidia.com/gpu; in KAI MIG devices and shares of GPUs count as well");
  all.Add(Verdict::kChanged, "",
          "reclaimMinRuntime holds for the queue itself; in KAI queues below it have it, too",
          "write minRuntime into these");
  imported.reports.push_back(std::move(all));
  return imported;
}

}  // namespace tutti::importer
