#include "flavor_quota.h"

namespace tutti::plugins {
namespace {

using Refusal = QueueTree::Refusal;

// Null: any node will do.
const QueueSpec* ListerFor(const QueueTree& tree, QueueId queue) {
  for (std::optional<QueueId> at = queue; at; at = tree.parent(*at)) {
    if (!tree.spec(*at).flavors.empty()) return &tree.spec(*at);
  }
  return nullptr;
}

// How soon it may be over: what others keep back they may lend without anything ending.
int Hope(Refusal::Why why) {
  if (why == Refusal::Why::kAboveLimit) return 0;
  return why == Refusal::Why::kKeptBack ? 2 : 1;
}

void Heed(const QueueTree& tree, std::string_view flavor, const Refusal& refusal,
          FlavorChoice& choice) {
  const bool held = refusal.why == Refusal::Why::kOverLimit;
  // The highest queue counts: whatever ends below it may be what is waited for.
  if (held && (choice.full == QueueId() || tree.IsWithin(choice.full, refusal.queue)))
    choice.full = refusal.queue;
  if (choice.refusal && Hope(refusal.why) <= Hope(choice.refusal->why)) return;
  choice.refusal = refusal;
  choice.refused = flavor;
}

}  // namespace

std::vector<std::string_view> FlavorsFor(const QueueTree& tree, QueueId queue) {
  std::vector<std::string_view> names;
  if (const QueueSpec* lister = ListerFor(tree, queue)) {
    for (const FlavorSpec& flavor : lister->flavors) names.push_back(flavor.name);
  }
  return names;
}

FlavorChoice ChooseFlavors(const QueueTree& tree, const FlavorTrees& flavors, QueueId queue,
                           std::string_view own, const Amounts& more) {
  FlavorChoice choice;
  const QueueSpec* const lister = ListerFor(tree, queue);
  choice.any_node = lister == nullptr;
  if (choice.any_node) return choice;
  const auto ask = [&](std::string_view flavor) {
    const QueueTree* const of = flavors.Of(flavor);
    const std::optional<Refusal> refusal =
        of == nullptr ? std::nullopt : of->Refuses(queue, more, /*runs=*/true);
    if (refusal) Heed(tree, flavor, *refusal, choice);
    return !refusal;
  };
  std::vector<std::string_view> last;  // the gang would borrow there
  if (!own.empty()) {
    if (ask(own)) choice.open.push_back(own);
  } else {
    for (const FlavorSpec& flavor : lister->flavors) {
      if (!ask(flavor.name)) continue;
      const QueueTree* const of = flavors.Of(flavor.name);
      const bool borrows =
          lister->next_before_borrowing && of != nullptr && !of->Entitled(queue, more);
      (borrows ? last : choice.open).push_back(flavor.name);
      if (!lister->reclaims_before_next || of == nullptr || !of->CanReclaim(queue, more)) continue;
      last.clear();
      break;
    }
  }
  choice.open.insert(choice.open.end(), last.begin(), last.end());
  if (!choice.open.empty()) choice.refusal.reset();
  return choice;
}

}  // namespace tutti::plugins
