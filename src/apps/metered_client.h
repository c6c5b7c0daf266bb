// MeteredClient: a Client that counts what the API server answers.
#pragma once

#include <memory>
#include <string>

#include "kube/client.h"
#include "obs/metrics.h"

namespace tutti::apps {

// `metrics` must outlive the client. A watch counts once, when it ends.
class MeteredClient final : public kube::Client {
 public:
  MeteredClient(std::unique_ptr<kube::Client> client, const obs::Metrics& metrics)
      : client_(std::move(client)), metrics_(metrics) {}

  void Send(kube::Request request, Done done) override;
  std::unique_ptr<Stream> Watch(std::string path, base::Duration idle_timeout, OnLine on_line,
                                OnEnd on_end) override;
  int consecutive_unauthorized() const override { return client_->consecutive_unauthorized(); }

 private:
  const std::unique_ptr<kube::Client> client_;
  const obs::Metrics& metrics_;
};

}  // namespace tutti::apps
