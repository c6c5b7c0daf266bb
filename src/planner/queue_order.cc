#include "planner/queue_order.h"

namespace tutti::planner {

// One that throws has no wish: arrival decides.
bool QueueOrder::Less(const QueuePlace& a, const QueuePlace& b) const {
  const At* sorter = Sorter();
  bool less = false;
  const Status status = framework::Guarded(
      *plugins_->profile, sorter->plugin, "QueueSort", &plugins_->on_failure, [&] {
        less = sorter->point->Less(a.card->view(), b.card->view());
        return Status::Success();
      });
  return status.ok() && less;
}

}  // namespace tutti::planner
