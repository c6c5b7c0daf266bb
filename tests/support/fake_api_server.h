// FakeApiServer: collections of JSON objects behind the API server's verbs, with the faults that
// tests want to see. What only passes here is not proven: the e2e tests use a real one.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/http_test_server.h"

namespace tutti::testing {

// A path such as /api/v1/pods becomes a collection by AddCollection or Put; everything below it is
// an object of that name. GET lists (limit, continue) or watches (resourceVersion), POST creates,
// PUT replaces and heeds metadata.resourceVersion, PATCH merges, DELETE deletes and heeds
// preconditions.uid. Everything else is 404. Resource versions count up over all collections.
// Any thread.
class FakeApiServer {
 public:
  // Answers a request itself and returns true, or returns false and leaves it to the fake. Called
  // for every request, on the connection's thread.
  using Hook = std::function<bool(const HttpRequest&, HttpReply&)>;

  FakeApiServer();
  ~FakeApiServer();

  std::string url() const { return server_->url(); }
  int port() const { return server_->port(); }

  void AddCollection(const std::string& path);
  // Creates or replaces; `fields` is a JSON object merged over metadata.name and uid.
  void Put(const std::string& collection, const std::string& name,
           const std::string& fields = "{}");
  void Delete(const std::string& collection, const std::string& name);
  // Removes the object without telling any watch.
  void LoseDelete(const std::string& collection, const std::string& name);
  // The object as JSON text, or empty.
  std::string Get(const std::string& collection, const std::string& name) const;
  // Forgets the history: watches from before answer 410 Gone, running lists lose their token.
  void Compact();
  // The server's normal end of a watch.
  void EndWatches();
  // Every open watch gets a BOOKMARK with the present resource version.
  void SendBookmarks();
  void BreakConnections() { server_->BreakConnections(); }
  void SetHook(Hook hook);

  std::vector<HttpRequest> requests() const;
  size_t Count(const std::string& method, const std::string& target_part) const;
  // Waits until a request (from the beginning) matches; every test has its own time limit.
  void AwaitCount(const std::string& method, const std::string& target_part, size_t count) const;

 private:
  struct State;
  void Handle(const HttpRequest& request, HttpReply& reply);
  void List(const HttpRequest& request, HttpReply& reply);
  void Watch(const HttpRequest& request, HttpReply& reply);
  void Write(const HttpRequest& request, HttpReply& reply);

  const std::unique_ptr<State> state_;
  std::unique_ptr<HttpTestServer> server_;
};

// The body of a kube-apiserver's error reply.
std::string StatusBody(int code, const std::string& reason, const std::string& message);

}  // namespace tutti::testing
