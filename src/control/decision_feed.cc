#include "control/decision_feed.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace tutti::control {
namespace {

Decision OfPod(Decision::Kind kind, const model::PodRef& pod, std::string node) {
  Decision decision;
  decision.kind = kind;
  decision.namespace_name = pod.namespace_name;
  decision.gang = pod.gang;
  decision.pod = pod.name;
  decision.node = std::move(node);
  return decision;
}

std::optional<Decision> DecisionOf(const model::Effect& effect) {
  if (const auto* report = std::get_if<model::ReportGang>(&effect)) {
    Decision decision;
    decision.namespace_name = report->key.namespace_name;
    decision.gang = report->display_name;
    decision.dialect = report->key.dialect;
    decision.reason = report->reason;
    decision.detail = report->detail;
    decision.holders = report->holders;
    return decision;
  }
  if (const auto* release = std::get_if<model::ReleasePod>(&effect)) {
    return OfPod(Decision::Kind::kPlaced, release->pod,
                 release->nodes.empty() ? std::string() : release->nodes.front());
  }
  if (const auto* nominate = std::get_if<model::NominatePod>(&effect)) {
    // Without a node it takes a nomination back, which the gang's reason explains.
    if (nominate->node_name.empty()) return std::nullopt;
    return OfPod(Decision::Kind::kPlaced, nominate->pod, nominate->node_name);
  }
  if (const auto* bind = std::get_if<model::BindPod>(&effect))
    return OfPod(Decision::Kind::kBind, bind->pod, bind->node_name);
  if (const auto* evict = std::get_if<model::EvictPod>(&effect)) {
    Decision decision = OfPod(Decision::Kind::kEvict, evict->pod, {});
    decision.detail = evict->message;
    return decision;
  }
  return std::nullopt;  // answers to those who asked
}

bool Passes(const DecisionFilter& filter, const Decision& decision) {
  const auto matches = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || is.empty() || wanted == is;
  };
  if (!filter.namespace_name.empty() && filter.namespace_name != decision.namespace_name)
    return false;
  if (!filter.gang.empty() && filter.gang != decision.gang) return false;
  return matches(filter.dialect, decision.dialect);
}

}  // namespace

std::shared_ptr<const Decision> DecisionFeed::Subscription::Take() {
  absl::MutexLock lock(&mutex_);
  if (waiting_.empty()) return nullptr;
  std::shared_ptr<const Decision> decision = std::move(waiting_.front());
  waiting_.pop_front();
  return decision;
}

DecisionFeed::Subscription::State DecisionFeed::Subscription::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

void DecisionFeed::Subscription::Offer(const std::shared_ptr<const Decision>& decision) {
  if (!Passes(filter_, *decision)) return;
  {
    absl::MutexLock lock(&mutex_);
    if (state_ != State::kOpen) return;
    if (waiting_.size() >= kMostBehind) {
      state_ = State::kLagged;
      waiting_.clear();
    } else {
      waiting_.push_back(decision);
    }
  }
  on_news_();
}

void DecisionFeed::Subscription::Close() {
  {
    absl::MutexLock lock(&mutex_);
    if (state_ != State::kOpen) return;
    state_ = State::kClosed;
  }
  on_news_();
}

void DecisionFeed::Execute(model::Effect effect) {
  if (watchers_ > 0) {
    if (std::optional<Decision> decision = DecisionOf(effect)) {
      decision->unix_nanos = clock_.WallNanos();
      const auto shared = std::make_shared<const Decision>(*std::move(decision));
      absl::MutexLock lock(&mutex_);
      for (const auto& subscription : subscriptions_) subscription->Offer(shared);
    }
  }
  next_.Execute(std::move(effect));
}

std::shared_ptr<DecisionFeed::Subscription> DecisionFeed::Subscribe(DecisionFilter filter,
                                                                    std::function<void()> on_news) {
  auto subscription = std::make_shared<Subscription>();
  subscription->filter_ = std::move(filter);
  subscription->on_news_ = std::move(on_news);
  absl::MutexLock lock(&mutex_);
  if (closed_ || subscriptions_.size() >= kMostWatchers) return nullptr;
  subscriptions_.push_back(subscription);
  watchers_ = subscriptions_.size();
  return subscription;
}

void DecisionFeed::Unsubscribe(const std::shared_ptr<Subscription>& subscription) {
  absl::MutexLock lock(&mutex_);
  std::erase(subscriptions_, subscription);
  watchers_ = subscriptions_.size();
}

void DecisionFeed::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  for (const auto& subscription : subscriptions_) subscription->Close();
}

}  // namespace tutti::control
