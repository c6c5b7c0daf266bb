#include "queue_reasons.h"

#include <utility>

namespace tutti::plugins {
namespace {

using Why = QueueTree::Refusal::Why;

}  // namespace

QueueReasons::QueueReasons(PluginHost& host) {
  not_found = host.Reason("QueueNotFound", "the gang names no queue that there is");
  not_leaf = host.Reason("QueueNotLeaf", "gangs wait in queues that have no others below them");
  not_allowed = host.Reason("QueueNotAllowed", "the queue is not for gangs of this namespace");
  held = host.Reason("QueueHeld", "nothing of the queue is started while it is held");
  closed = host.Reason("QueueClosed", "the queue takes no gangs any more");
  misconfigured =
      host.Reason("QueueMisconfigured", "the queue, or one above it, is not as it can be");
  over_limit =
      host.Reason("QueueOverLimit", "the queue, or one above it, would hold more than its limit");
  above_limit = host.Reason(
      "QueueLimitTooLow", "the gang asks for more than the queue, or one above it, may ever hold");
  kept_back =
      host.Reason("QueueKeptBack", "what is free is guaranteed to queues that do not lend it");
  too_many = host.Reason("QueueTooManyGangs", "as many gangs of the queue run as it may have");
  runs_too_long = host.Reason(
      "QueueRunTimeTooLong", "the gang may run for longer than gangs of the queue may, in seconds");
  user_over_limit = host.Reason(
      "QueueUserOverLimit",
      "the gangs of its user would hold more than the queue, or one above it, lets one user hold");
  user_too_many = host.Reason("QueueUserTooManyGangs",
                              "as many gangs of its user run as the queue, or one above it, lets "
                              "one user have");
  group_over_limit = host.Reason("QueueGroupOverLimit",
                                 "the gangs of its group would hold more than the queue, or one "
                                 "above it, lets the group hold");
  group_too_many = host.Reason("QueueGroupTooManyGangs",
                               "as many gangs of its group run as the queue, or one above it, lets "
                               "the group have");
  flavor_over_limit = host.Reason(
      "QueueFlavorOverLimit",
      "of no flavor of nodes that the queue lists is there enough left for it, or above it");
  flavor_kept_back = host.Reason("QueueFlavorKeptBack",
                                 "what is free of the flavors that the queue lists is guaranteed "
                                 "to queues that do not lend it");
  flavor_mismatch = host.Reason("QueueFlavorMismatch",
                                "the nodes that are left for the gang are not of one flavor that "
                                "its queue lists and has something left of");
}

ReasonId QueueReasons::ReasonOf(const QueueRefusal& refusal) const {
  const Why why = refusal.why.why;
  switch (refusal.of) {
    case QueueRefusal::Of::kUser:
      return why == Why::kTooMany ? user_too_many : user_over_limit;
    case QueueRefusal::Of::kGroup:
      return why == Why::kTooMany ? group_too_many : group_over_limit;
    case QueueRefusal::Of::kFlavor:
      return why == Why::kKeptBack ? flavor_kept_back : flavor_over_limit;
    case QueueRefusal::Of::kQueue:
      break;
  }
  return why == Why::kOverLimit    ? over_limit
         : why == Why::kAboveLimit ? above_limit
         : why == Why::kKeptBack   ? kept_back
                                   : too_many;
}

Status QueueReasons::Of(const QueueRefusal& refusal, std::string detail) const {
  const ReasonId reason = ReasonOf(refusal);
  const auto& [why, queue, resource, need, have] = refusal.why;
  Status status = refusal.never() ? Status::UnschedulableAndUnresolvable(reason, need, have)
                                  : Status::Pending(reason, need, have);
  if (!refusal.part.empty()) detail = refusal.part + ": " + detail;
  return std::move(status).With(std::move(detail));
}

}  // namespace tutti::plugins
