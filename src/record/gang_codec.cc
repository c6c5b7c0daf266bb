// Gangs, as model_codec.h promises.
#include <string>
#include <utility>
#include <vector>

#include "record/model_codec.h"

namespace tutti::record {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

template <class Strings>
void PutLabels(const Labels& labels, Strings& out) {
  for (const auto& [key, value] : labels) {
    out.Add()->assign(key);
    out.Add()->assign(value);
  }
}

template <class Strings>
Labels GetLabels(const Strings& in) {
  Labels labels;
  for (int i = 0; i + 1 < in.size(); i += 2) labels.emplace_back(in[i], in[i + 1]);
  return labels;
}

}  // namespace

void Put(const GangSpec& spec, pb::GangSpec& out) {
  const auto& [min_member, wait_timeout, roles, rules, max_member] = spec;
  out.set_min_member(min_member);
  out.set_wait_timeout(wait_timeout.count());
  out.set_max_member(max_member);
  for (const auto& [role, least, min_groups, group_size] : roles) {
    pb::RoleMinimum& to = *out.add_roles();
    to.set_role(role);
    to.set_min_member(least);
    to.set_min_groups(min_groups);
    to.set_group_size(group_size);
  }
  for (const auto& [role, labels, by] : rules) {
    pb::RoleRule& to = *out.add_rules();
    to.set_role(role);
    PutLabels(labels, *to.mutable_labels());
    to.mutable_by()->Assign(by.begin(), by.end());
  }
}

void Put(const model::GangMarkers& markers, pb::GangMarkers& out) {
  for (const auto& [dialect, name, value, meaning, reading, note, taken] : markers) {
    pb::GangMarker& to = *out.add_markers();
    to.set_dialect(dialect);
    to.set_name(name);
    to.set_value(value);
    to.set_meaning(static_cast<uint32_t>(meaning));
    to.set_reading(reading);
    to.set_note(note);
    to.set_taken(taken);
  }
}

void Put(const model::GangObjectUpserted& object, pb::GangObjectUpserted& out,
         TableWriter& tables) {
  const auto& [key, display_name, spec, problem, queue, markers, parent] = object;
  Put(key, *out.mutable_key());
  out.set_display_name(display_name);
  Put(spec, *out.mutable_spec());
  out.set_problem(problem);
  out.set_queue(queue);
  out.set_markers(tables.NumberOf(markers));
  if (parent) out.set_parent(*parent);
}

void Put(const model::GangMember& member, pb::GangMembership& out, TableWriter& tables) {
  const auto& [key, display_name, spec, problem, role, queue, on_member_lost, markers, labels,
               start_after, group] = member;
  Put(key, *out.mutable_key());
  out.set_display_name(display_name);
  if (spec) Put(*spec, *out.mutable_spec());
  out.set_problem(problem);
  out.set_role(role);
  out.set_queue(queue);
  out.set_on_member_lost(static_cast<uint32_t>(on_member_lost));
  out.set_markers(tables.NumberOf(markers));
  PutLabels(labels, *out.mutable_labels());
  out.mutable_start_after()->Assign(start_after.begin(), start_after.end());
  out.set_group(group);
}

void ModelReader::Get(const pb::GangMarkers& in, model::GangMarkers& markers) {
  for (const pb::GangMarker& from : in.markers()) {
    auto& [dialect, name, value, meaning, reading, note, taken] = markers.emplace_back();
    dialect = from.dialect();
    name = from.name();
    value = from.value();
    meaning = Enumerator(from.meaning(), MarkerMeaning::kOther, "meaning of a marker");
    reading = from.reading();
    note = from.note();
    taken = from.taken();
  }
}

void ModelReader::Get(const pb::GangSpec& in, GangSpec& spec) {
  spec = {in.min_member(), Length(in.wait_timeout()), {}, {}, in.max_member()};
  for (const pb::RoleMinimum& role : in.roles())
    spec.roles.push_back({role.role(), role.min_member(), role.min_groups(), role.group_size()});
  for (const pb::RoleRule& rule : in.rules())
    spec.rules.push_back(
        {rule.role(), GetLabels(rule.labels()), {rule.by().begin(), rule.by().end()}});
}

void ModelReader::Get(const pb::GangObjectUpserted& in, model::GangObjectUpserted& object) {
  auto& [key, display_name, spec, problem, queue, markers, parent] = object;
  Get(in.key(), key);
  display_name = in.display_name();
  Get(in.spec(), spec);
  problem = in.problem();
  queue = in.queue();
  markers = Markers(in.markers());
  if (in.has_parent()) parent = in.parent();
}

void ModelReader::Get(const pb::GangMembership& in, model::GangMember& member) {
  auto& [key, display_name, spec, problem, role, queue, on_member_lost, markers, labels, start_after,
         group] = member;
  markers = Markers(in.markers());
  Get(in.key(), key);
  display_name = in.display_name();
  if (in.has_spec()) Get(in.spec(), spec.emplace());
  problem = in.problem();
  role = in.role();
  queue = in.queue();
  on_member_lost = Enumerator(in.on_member_lost(), model::MemberLost::kRelease,
                              "what follows a lost member");
  labels = GetLabels(in.labels());
  start_after.assign(in.start_after().begin(), in.start_after().end());
  group = in.group();
}

}  // namespace tutti::record
