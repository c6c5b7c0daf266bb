#include "cli/queue_text.h"

#include "absl/strings/str_cat.h"
#include "cli/human.h"

namespace tutti::cli {

std::string QueueStateText(const pb::Queue& queue) {
  if (queue.held()) return "Held";
  if (queue.draining()) return "Draining";
  if (!queue.problem().empty()) return "Misconfigured";
  return queue.state().empty() ? "Open" : queue.state();
}

std::string QueueHeadText(const pb::Queue& queue) {
  return queue.has_head() ? queue.head().namespace_() + "/" + queue.head().name() : "";
}

std::string AmountText(const pb::QueueAmount& amount) {
  std::string text =
      absl::StrCat(amount.resource(), " ", HumanAmount(amount.used(), amount.resource()));
  if (amount.has_limit())
    absl::StrAppend(&text, " of ", HumanAmount(amount.limit(), amount.resource()));
  if (amount.guaranteed() > 0) {
    absl::StrAppend(&text, ", guaranteed ", HumanAmount(amount.guaranteed(), amount.resource()));
  }
  return text;
}

}  // namespace tutti::cli
