// WebhookKeeper: keeps what the API server is told of the webhook, and what the webhook shows it,
// in step.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "apps/certificate_secret.h"
#include "base/clock.h"

namespace tutti::apps {

// What one round does; each may block for as long as its requests' deadlines. Empty: not done.
struct WebhookDuties {
  // The shared certificate; with `renew` a new one where the old one ends soon.
  std::function<absl::StatusOr<SharedCertificate>(bool renew)> certificate;
  // New handshakes show it.
  std::function<absl::Status(const SharedCertificate&)> show;
  // Has the API server know the webhook with this CA (of `certificate`; empty: one known
  // otherwise). `look`: only where what stands there differs.
  std::function<absl::Status(const std::string& ca_pem, bool look)> registration;
  std::function<void(const absl::Status&)> on_error;
};

// A thread of its own: a round at once whenever who leads has changed, then every period, after an
// error sooner. Every replica follows the certificate; only the one that leads renews it and
// registers. A new certificate is shown by the leader when the API server has been told to trust
// it, by the others a while after they saw it first.
class WebhookKeeper {
 public:
  static constexpr base::Duration kPeriod = std::chrono::seconds(10);
  static constexpr base::Duration kShownAfter = std::chrono::seconds(60);
  static constexpr base::Duration kFirstPause = std::chrono::milliseconds(200);

  // `shown`: what the webhook has shown from the start; empty: nothing that is shared. What the
  // duties use must outlive it.
  WebhookKeeper(const base::Clock& clock, WebhookDuties duties,
                std::optional<SharedCertificate> shown, base::Duration period = kPeriod);
  ~WebhookKeeper();
  // Waits for the round that is under way; none follows. Again: no effect.
  void Stop();
  WebhookKeeper(const WebhookKeeper&) = delete;
  WebhookKeeper& operator=(const WebhookKeeper&) = delete;

  // Any thread; returns at once.
  void Lead(bool leads);
  // False from when this process begins to lead until its first attempt to register has ended, well
  // or not: pods made meanwhile would be sent to nobody. Any thread.
  bool settled() const;

 private:
  void Run();
  absl::Status Round(bool leads, bool first);
  absl::Status FollowCertificate(bool leads);
  absl::Status ShowWhenTrusted(bool trusted);
  bool Due() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || changed_; }

  const base::Clock& clock_;
  const WebhookDuties duties_;
  const base::Duration period_;

  // The thread's.
  std::optional<SharedCertificate> shown_;
  std::optional<SharedCertificate> newest_;
  base::Timestamp newest_since_;

  mutable absl::Mutex mutex_;
  bool leads_ ABSL_GUARDED_BY(mutex_) = false;
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool settled_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tutti::apps
