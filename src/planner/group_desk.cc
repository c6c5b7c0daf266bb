#include "planner/group_desk.h"

#include <optional>
#include <set>
#include <utility>

namespace tutti::planner {

using model::GangKey;
using model::GangObjectUpserted;

void GroupDesk::Upsert(GangObjectUpserted object) {
  const GangKey key = object.key;
  const GangKey before = s_.groups.PlaceOf(key).gang;
  const bool was_in_tree = s_.groups.Contains(key);
  if (object.parent) {
    s_.groups.Set(std::move(object));
    return Follow(key, before);
  }
  if (was_in_tree) {
    s_.groups.Remove(key);
    Follow(key, before);
  }
  Say(key, std::move(object));
}

void GroupDesk::Remove(const GangKey& key) {
  const GangKey before = s_.groups.PlaceOf(key).gang;
  if (s_.groups.Remove(key)) return Follow(key, before);
  Say(key, std::nullopt);
}

void GroupDesk::Say(const GangKey& key, std::optional<GangObjectUpserted> object) {
  if (!object && gangs_.Find(key) == nullptr) return;
  Gang& gang = gangs_.GetOrAdd(key, object ? object->display_name : std::string());
  gang.object_spec.reset();
  gang.object_problem.clear();
  gang.object_queue.clear();
  const model::SharedGangMarkers markers = object ? object->markers : nullptr;
  if (!Same(gang.object_markers, markers)) gang.markers_changed = true;
  gang.object_markers = markers;
  if (object) {
    if (object->problem.empty()) gang.object_spec = std::move(object->spec);
    gang.object_problem = std::move(object->problem);
    gang.object_queue = std::move(object->queue);
  }
  gang.StateChanged();  // its roles may be others
  binds_.CheckBarrier(gang);
  gangs_.Settle(gang);
  s_.planning_due = true;
}

void GroupDesk::Follow(const GangKey& key, const GangKey& before) {
  const GangKey now = s_.groups.PlaceOf(key).gang;
  std::set<base::Uid> uids;
  for (const GangKey& of : {before, now, key}) {
    if (const Gang* gang = gangs_.Find(of))
      gang->VisitPods([&](base::Uid uid) { uids.insert(uid); });
  }
  for (const base::Uid& uid : uids) {
    model::PodInfo pod = s_.FindPod(uid)->info;
    s_.groups.Resolve(*pod.gang);
    const model::GangMember& was = *s_.FindPod(uid)->info.gang;
    if (pod.gang->key != was.key || pod.gang->role != was.role) pods_.Upsert(std::move(pod));
  }
  for (const GangKey& of : std::set<GangKey>{before, now, key}) {
    // Of a group within another the object says nothing of its own any more.
    const bool top = s_.groups.PlaceOf(of).gang == of;
    Say(of, top ? s_.groups.Compose(of) : std::nullopt);
  }
}

}  // namespace tutti::planner
