#include "apps/webhook_keeper.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "http/identity.h"
#include "kube/backoff.h"

namespace tutti::apps {

WebhookKeeper::WebhookKeeper(const base::Clock& clock, WebhookDuties duties,
                             std::optional<SharedCertificate> shown, base::Duration period)
    : clock_(clock),
      duties_(std::move(duties)),
      period_(period),
      shown_(shown),
      newest_(std::move(shown)),
      newest_since_(clock.Now()),
      thread_([this] { Run(); }) {}

WebhookKeeper::~WebhookKeeper() { Stop(); }

void WebhookKeeper::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void WebhookKeeper::Lead(bool leads) {
  const absl::MutexLock lock(&mutex_);
  if (leads && !leads_) settled_ = !duties_.registration;
  if (!leads) settled_ = true;
  changed_ = changed_ || leads != leads_;
  leads_ = leads;
}

bool WebhookKeeper::settled() const {
  const absl::MutexLock lock(&mutex_);
  return settled_;
}

void WebhookKeeper::Run() {
  kube::Backoff backoff(kFirstPause, period_, /*seed=*/0);
  bool registered = false;  // since this process leads
  base::Duration pause = period_;
  while (true) {
    bool leads = false;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(this, &WebhookKeeper::Due),
                              absl::Nanoseconds(pause.count()));
      if (stopping_) return;
      if (std::exchange(changed_, false)) registered = false;
      leads = leads_;
    }
    const absl::Status status = Round(leads, /*first=*/!registered);
    if (status.ok()) {
      registered = leads;
      backoff.Reset();
    } else if (duties_.on_error) {
      duties_.on_error(status);
    }
    pause = status.ok() ? period_ : backoff.Next();
    const absl::MutexLock lock(&mutex_);
    if (leads && !changed_) settled_ = true;
  }
}

absl::Status WebhookKeeper::Round(bool leads, bool first) {
  absl::Status status = duties_.certificate ? FollowCertificate(leads) : absl::OkStatus();
  bool trusted = false;
  if (leads && duties_.registration) {
    // Also where the Secret cannot be read now: what was known of it still holds.
    const absl::Status told =
        duties_.registration(newest_ ? newest_->pem.ca_pem : std::string(), /*look=*/!first);
    trusted = told.ok();
    status.Update(told);
  }
  if (duties_.certificate) status.Update(ShowWhenTrusted(trusted));
  return status;
}

absl::Status WebhookKeeper::FollowCertificate(bool leads) {
  absl::StatusOr<SharedCertificate> found = duties_.certificate(/*renew=*/leads);
  if (!found.ok()) return found.status();
  if (newest_ && newest_->pem.cert_pem == found->pem.cert_pem &&
      newest_->pem.ca_pem == found->pem.ca_pem)
    return absl::OkStatus();
  newest_ = *std::move(found);
  newest_since_ = clock_.Now();
  return absl::OkStatus();
}

absl::Status WebhookKeeper::ShowWhenTrusted(bool trusted) {
  if (!newest_ || (shown_ && shown_->pem.cert_pem == newest_->pem.cert_pem))
    return absl::OkStatus();
  // The one that is shown goes on being trusted, unless somebody has put another in its place.
  const bool old_one_holds =
      shown_ && shown_->expires_wall_nanos > clock_.WallNanos() &&
      absl::StrContains(newest_->pem.ca_pem, http::FirstCertificate(shown_->pem.ca_pem));
  if (old_one_holds && !trusted && clock_.Now() - newest_since_ < kShownAfter)
    return absl::OkStatus();
  if (absl::Status status = duties_.show(*newest_); !status.ok()) return status;
  shown_ = newest_;
  return absl::OkStatus();
}

}  // namespace tutti::apps
