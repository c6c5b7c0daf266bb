#include "record/header_codec.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace tutti::record {
namespace {

constexpr uint32_t kFormat = 1;

void PutDevices(const model::DeviceTable::Columns& columns, pb::DeviceColumns& out) {
  const auto& [milli, counted, slots, most_per_node, kinds] = columns;
  out.set_counted(counted.value);
  out.set_milli(milli.value);
  for (uint32_t i = 0; i < most_per_node; ++i) out.add_slots(slots[i].value);
  for (const model::ResourceId kind : kinds) out.add_kinds(PlusOne(kind));
}

// The numbers are those of the file's table of resources, which comes later.
model::ResourceId ResourceOf(uint32_t number, ModelReader& reader) {
  if (number < model::ResourceTable::kLimit)
    return model::ResourceId(static_cast<uint16_t>(number));
  reader.Fail(absl::StrFormat("resource number %d is a column of devices: expected at most %d",
                              number, model::ResourceTable::kLimit - 1));
  return {};
}

model::DeviceTable GetDevices(const pb::DeviceColumns& in, ModelReader& reader) {
  model::DeviceTable::Columns columns;
  auto& [milli, counted, slots, most_per_node, kinds] = columns;
  if (in.slots_size() > static_cast<int>(slots.size()) ||
      in.kinds_size() != static_cast<int>(kinds.size())) {
    reader.Fail("more devices than a node can have");
    return {};
  }
  counted = ResourceOf(in.counted(), reader);
  milli = ResourceOf(in.milli(), reader);
  most_per_node = static_cast<uint32_t>(in.slots_size());
  for (int i = 0; i < in.slots_size(); ++i)
    slots[static_cast<size_t>(i)] = ResourceOf(in.slots(i), reader);
  for (int i = 0; i < in.kinds_size(); ++i) {
    if (in.kinds(i) != 0) kinds[static_cast<size_t>(i)] = ResourceOf(in.kinds(i) - 1, reader);
  }
  return model::DeviceTable(columns);
}

void PutOptions(const planner::CoreOptions& options, pb::CoreOptions& out) {
  const auto& [wait_timeout, backoff_initial, backoff_max, refused_node_initial,
               refused_node_expiry, admission_slot_timeout, repair_timeout, start_timeout,
               bind_timeout, unseen_pod_timeout, missing_members_report, write_retry_initial,
               write_retry_max, partial_gang_policy, bind_barrier, backfill, run_times,
               timestamp_zero, nominate_head, name_holders, report_scores, tie_break, devices,
               failed_placements_per_pass, instance] = options;
  out.set_wait_timeout(wait_timeout.count());
  out.set_backoff_initial(backoff_initial.count());
  out.set_backoff_max(backoff_max.count());
  out.set_refused_node_initial(refused_node_initial.count());
  out.set_refused_node_expiry(refused_node_expiry.count());
  out.set_admission_slot_timeout(admission_slot_timeout.count());
  out.set_repair_timeout(repair_timeout.count());
  out.set_start_timeout(start_timeout.count());
  out.set_bind_timeout(bind_timeout.count());
  out.set_unseen_pod_timeout(unseen_pod_timeout.count());
  out.set_missing_members_report(missing_members_report.count());
  out.set_write_retry_initial(write_retry_initial.count());
  out.set_write_retry_max(write_retry_max.count());
  out.set_keep_partial_gangs(partial_gang_policy == planner::PartialGangPolicy::kKeep);
  out.set_bind_barrier_always(bind_barrier == planner::BindBarrier::kAlways);
  out.set_nominate_head(nominate_head);
  out.set_failed_placements_per_pass(failed_placements_per_pass);
  out.set_instance(instance);
  out.set_backfill(static_cast<uint32_t>(backfill));
  out.set_run_times(static_cast<uint32_t>(run_times));
  out.set_timestamp_zero(timestamp_zero.count());
  out.set_nameless_holders(!name_holders);
  out.set_report_scores(report_scores);
  out.set_tie_break_node_name(tie_break == planner::TieBreak::kNodeName);
  if (devices.active()) PutDevices(devices.columns(), *out.mutable_devices());
}

planner::CoreOptions GetOptions(const pb::CoreOptions& in, ModelReader& reader) {
  planner::CoreOptions options;
  options.wait_timeout = reader.Length(in.wait_timeout());
  options.backoff_initial = reader.Length(in.backoff_initial());
  options.backoff_max = reader.Length(in.backoff_max());
  options.refused_node_initial = reader.Length(in.refused_node_initial());
  options.refused_node_expiry = reader.Length(in.refused_node_expiry());
  options.admission_slot_timeout = reader.Length(in.admission_slot_timeout());
  options.repair_timeout = reader.Length(in.repair_timeout());
  options.start_timeout = reader.Length(in.start_timeout());
  options.bind_timeout = reader.Length(in.bind_timeout());
  options.unseen_pod_timeout = reader.Length(in.unseen_pod_timeout());
  options.missing_members_report = reader.Length(in.missing_members_report());
  options.write_retry_initial = reader.Length(in.write_retry_initial());
  options.write_retry_max = reader.Length(in.write_retry_max());
  options.partial_gang_policy = in.keep_partial_gangs() ? planner::PartialGangPolicy::kKeep
                                                        : planner::PartialGangPolicy::kEvict;
  options.bind_barrier =
      in.bind_barrier_always() ? planner::BindBarrier::kAlways : planner::BindBarrier::kAuto;
  options.nominate_head = in.nominate_head();
  options.failed_placements_per_pass = in.failed_placements_per_pass();
  options.instance = in.instance();
  options.backfill =
      reader.Enumerator(in.backfill(), planner::Backfill::kConservative, "way to backfill");
  options.run_times =
      reader.Enumerator(in.run_times(), planner::RunTimeSource::kLearned, "source of run times");
  if (in.timestamp_zero() < 0) reader.Fail("time zero is before 1970");
  options.timestamp_zero = base::Duration(std::max<int64_t>(in.timestamp_zero(), 0));
  options.name_holders = !in.nameless_holders();
  options.report_scores = in.report_scores();
  options.tie_break =
      in.tie_break_node_name() ? planner::TieBreak::kNodeName : planner::TieBreak::kBestFit;
  if (in.has_devices()) options.devices = GetDevices(in.devices(), reader);
  return options;
}

}  // namespace

void Put(const LogHeader& header, pb::LogHeader& out) {
  const auto& [version, process, segment, wall_nanos, configuration, options, plugins] = header;
  out.set_format(kFormat);
  out.set_version(version);
  out.set_process(process);
  out.set_segment(segment);
  out.set_wall_nanos(wall_nanos);
  out.set_configuration(configuration);
  PutOptions(options, *out.mutable_options());
  for (const std::string& plugin : plugins) out.add_plugins(plugin);
}

absl::StatusOr<LogHeader> GetHeader(const pb::LogHeader& in) {
  if (in.format() != kFormat) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "format %d, written by Tutti %s: this version reads format %d; use that version",
        in.format(), in.version(), kFormat));
  }
  LogHeader header;
  header.version = in.version();
  header.process = in.process();
  header.segment = in.segment();
  header.wall_nanos = in.wall_nanos();
  header.configuration = in.configuration();
  PlainWorld nothing;
  ModelReader reader(nothing);
  header.options = GetOptions(in.options(), reader);
  header.plugins.assign(in.plugins().begin(), in.plugins().end());
  if (!reader.status().ok()) return reader.status();
  return header;
}

}  // namespace tutti::record
