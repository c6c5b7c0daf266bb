#include "planner/event_desk.h"

#include "planner/gang_card.h"
#include "planner/pod_card.h"

namespace tutti::planner {

void EventDesk::Tell(ClusterEventKind kind, model::NodeIndex node) {
  if (!points_.Wants(kind)) return;
  views_.Reset(s_.nodes.blocks());
  const NodeView view = views_.view().blocks[BlockOf(node)].Node(OffsetOf(node));
  ClusterEventView event;
  event.kind = kind;
  event.node = &view;
  Tell(event);
}

void EventDesk::Tell(ClusterEventKind kind, const PodRecord& record, bool was_reserved) {
  if (!points_.Wants(kind)) return;
  const PodCard card(s_, record, record.info.node_name);
  ClusterEventView event;
  event.kind = kind;
  event.pod = &card.view();
  event.was_reserved = was_reserved;
  Tell(event);
}

void EventDesk::Tell(ClusterEventKind kind, const Gang& gang) {
  if (!points_.Wants(kind)) return;
  const GangCard card(gang, {});
  ClusterEventView event;
  event.kind = kind;
  event.gang = &card.view();
  Tell(event);
}

}  // namespace tutti::planner
