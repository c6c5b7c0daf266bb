#include "tests/support/fake_api_server.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "nlohmann/json.hpp"

namespace tutti::testing {
namespace {

using Json = nlohmann::json;

struct Event {
  int64_t version;
  std::string collection;
  std::string line;
};

}  // namespace

struct FakeApiServer::State {
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::map<std::string, std::map<std::string, Json>> collections;
  std::vector<Event> history;
  int64_t version = 1;
  int64_t compacted = 0;
  int64_t watch_generation = 0;
  int64_t bookmark_generation = 0;
  int64_t next_uid = 1;
  bool stopping = false;
  Hook hook;
  std::vector<HttpRequest> requests;

  void Record(const std::string& collection, const char* type, const Json& object) {
    const Json event = {{"type", type}, {"object", object}};
    history.push_back({version, collection, event.dump() + "\n"});
    changed.notify_all();
  }

  void Store(const std::string& collection, const std::string& name, Json object) {
    auto& objects = collections[collection];
    const auto old = objects.find(name);
    const bool exists = old != objects.end();
    Json& metadata = object["metadata"];
    metadata["name"] = name;
    if (exists) {
      metadata["uid"] = old->second["metadata"]["uid"];
    } else if (!metadata.contains("uid")) {
      char uid[64];
      std::snprintf(uid, sizeof(uid), "00000000-0000-4000-8000-%012lld",
                    static_cast<long long>(next_uid++));
      metadata["uid"] = uid;
    }
    metadata["resourceVersion"] = std::to_string(++version);
    objects[name] = object;
    Record(collection, exists ? "MODIFIED" : "ADDED", object);
  }

  void Erase(const std::string& collection, const std::string& name, bool tell) {
    auto& objects = collections[collection];
    const auto found = objects.find(name);
    if (found == objects.end()) return;
    Json object = std::move(found->second);
    objects.erase(found);
    object["metadata"]["resourceVersion"] = std::to_string(++version);
    if (tell) Record(collection, "DELETED", object);
  }

  // Splits a path into a known collection and the name of an object; null when there is none.
  std::map<std::string, Json>* FindCollection(const std::string& path, std::string* collection,
                                              std::string* name) {
    const size_t slash = path.rfind('/');
    *collection = path.substr(0, slash);
    *name = path.substr(slash + 1);
    const auto found = collections.find(*collection);
    return found == collections.end() ? nullptr : &found->second;
  }
};

std::string StatusBody(int code, const std::string& reason, const std::string& message) {
  return Json{{"kind", "Status"},          {"apiVersion", "v1"}, {"status", "Failure"},
              {"reason", reason},          {"code", code},       {"message", message},
              {"metadata", Json::object()}}
      .dump();
}

FakeApiServer::FakeApiServer() : state_(std::make_unique<State>()) {
  server_ = std::make_unique<HttpTestServer>(
      [this](const HttpRequest& request, HttpReply& reply) { Handle(request, reply); });
}

FakeApiServer::~FakeApiServer() {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  server_.reset();
}

void FakeApiServer::AddCollection(const std::string& path) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->collections[path];
}

void FakeApiServer::Put(const std::string& collection, const std::string& name,
                        const std::string& fields) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->Store(collection, name, Json::parse(fields));
}

void FakeApiServer::Delete(const std::string& collection, const std::string& name) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->Erase(collection, name, /*tell=*/true);
}

void FakeApiServer::LoseDelete(const std::string& collection, const std::string& name) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->Erase(collection, name, /*tell=*/false);
}

std::string FakeApiServer::Get(const std::string& collection, const std::string& name) const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  const auto objects = state_->collections.find(collection);
  if (objects == state_->collections.end()) return "";
  const auto found = objects->second.find(name);
  return found == objects->second.end() ? "" : found->second.dump();
}

void FakeApiServer::Compact() {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->compacted = ++state_->version;
  state_->history.clear();
}

void FakeApiServer::EndWatches() {
  std::lock_guard<std::mutex> lock(state_->mutex);
  ++state_->watch_generation;
  state_->changed.notify_all();
}

void FakeApiServer::SendBookmarks() {
  std::lock_guard<std::mutex> lock(state_->mutex);
  ++state_->bookmark_generation;
  state_->changed.notify_all();
}

void FakeApiServer::SetHook(Hook hook) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->hook = std::move(hook);
}

std::vector<HttpRequest> FakeApiServer::requests() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->requests;
}

size_t FakeApiServer::Count(const std::string& method, const std::string& target_part) const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return static_cast<size_t>(std::count_if(
      state_->requests.begin(), state_->requests.end(), [&](const HttpRequest& request) {
        return request.method == method && request.target.find(target_part) != std::string::npos;
      }));
}

void FakeApiServer::AwaitCount(const std::string& method, const std::string& target_part,
                               size_t count) const {
  std::unique_lock<std::mutex> lock(state_->mutex);
  while (true) {
    size_t seen = 0;
    for (const HttpRequest& request : state_->requests) {
      seen += request.method == method && request.target.find(target_part) != std::string::npos;
    }
    if (seen >= count) return;
    state_->changed.wait(lock);
  }
}

void FakeApiServer::Handle(const HttpRequest& request, HttpReply& reply) {
  Hook hook;
  bool is_collection = false;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->requests.push_back(request);
    state_->changed.notify_all();
    hook = state_->hook;
    is_collection = state_->collections.count(request.path) > 0;
  }
  if (hook && hook(request, reply)) return;
  if (request.method == "GET" && is_collection) {
    const auto watch = request.query.find("watch");
    const bool watches = watch != request.query.end() && watch->second != "0";
    return watches ? Watch(request, reply) : List(request, reply);
  }
  Write(request, reply);
}

void FakeApiServer::List(const HttpRequest& request, HttpReply& reply) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  const auto& objects = state_->collections[request.path];
  const auto limit_text = request.query.find("limit");
  const size_t limit = limit_text == request.query.end() ? 0 : std::stoul(limit_text->second);
  // The token is "version:last name"; a list goes on with the objects of today, which is enough.
  int64_t version = state_->version;
  std::string after;
  if (const auto token = request.query.find("continue"); token != request.query.end()) {
    const size_t colon = token->second.find(':');
    version = std::stoll(token->second.substr(0, colon));
    after = token->second.substr(colon + 1);
    if (version < state_->compacted) {
      lock.unlock();
      return reply.Send(410,
                        StatusBody(410, "Expired", "The provided continue parameter is too old"));
    }
  }
  Json items = Json::array();
  std::string more;
  for (auto it = after.empty() ? objects.begin() : objects.upper_bound(after); it != objects.end();
       ++it) {
    if (limit > 0 && items.size() == limit) {
      more = std::to_string(version) + ":" + std::prev(it)->first;
      break;
    }
    items.push_back(it->second);
  }
  Json metadata = {{"resourceVersion", std::to_string(version)}};
  if (!more.empty()) metadata["continue"] = more;
  const std::string body =
      Json{{"kind", "List"}, {"apiVersion", "v1"}, {"metadata", metadata}, {"items", items}}.dump();
  lock.unlock();
  reply.Send(200, body);
}

void FakeApiServer::Watch(const HttpRequest& request, HttpReply& reply) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  const auto from = request.query.find("resourceVersion");
  int64_t seen = from == request.query.end() ? state_->version : std::stoll(from->second);
  if (seen < state_->compacted) {
    lock.unlock();
    return reply.Send(410, StatusBody(410, "Expired", "too old resource version"));
  }
  const int64_t generation = state_->watch_generation;
  int64_t bookmarks = state_->bookmark_generation;
  lock.unlock();
  reply.Begin(200);
  lock.lock();
  while (!state_->stopping && state_->watch_generation == generation && !reply.connection_ended()) {
    std::string lines;
    for (const Event& event : state_->history) {
      if (event.version > seen && event.collection == request.path) lines += event.line;
    }
    if (!state_->history.empty()) seen = std::max(seen, state_->history.back().version);
    if (bookmarks != state_->bookmark_generation) {
      bookmarks = state_->bookmark_generation;
      const Json metadata = {{"resourceVersion", std::to_string(state_->version)}};
      lines += Json{{"type", "BOOKMARK"}, {"object", {{"metadata", metadata}}}}.dump() + "\n";
    }
    if (lines.empty()) {
      state_->changed.wait(lock);
      continue;
    }
    lock.unlock();
    reply.Write(lines);
    lock.lock();
  }
  lock.unlock();
  reply.End();
}

void FakeApiServer::Write(const HttpRequest& request, HttpReply& reply) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  int status = 200;
  std::string body;
  auto refuse = [&](int code, const char* reason) {
    status = code;
    body = StatusBody(code, reason, request.method + " " + request.path + ": " + reason);
  };
  std::string collection;
  std::string name;
  Json sent = request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  if (request.method == "POST" && state_->collections.count(request.path) > 0) {
    name = sent.value("/metadata/name"_json_pointer, "");
    if (state_->collections[request.path].count(name) > 0) {
      refuse(409, "AlreadyExists");
    } else {
      state_->Store(request.path, name, sent);
      status = 201;
      body = state_->collections[request.path][name].dump();
    }
  } else {
    auto* objects = state_->FindCollection(request.path, &collection, &name);
    const bool exists = objects != nullptr && objects->count(name) > 0;
    Json old = exists ? (*objects)[name] : Json();
    if (!exists) {
      refuse(404, "NotFound");
    } else if (request.method == "GET") {
      body = old.dump();
    } else if (request.method == "DELETE") {
      const std::string uid = sent.value("/preconditions/uid"_json_pointer, "");
      if (!uid.empty() && uid != old["metadata"]["uid"]) {
        refuse(409, "Conflict");
      } else {
        state_->Erase(collection, name, /*tell=*/true);
        body = old.dump();
      }
    } else if (request.method == "PUT" || request.method == "PATCH") {
      const std::string version = sent.value("/metadata/resourceVersion"_json_pointer, "");
      if (!version.empty() && version != old["metadata"]["resourceVersion"]) {
        refuse(409, "Conflict");
      } else {
        if (request.method == "PATCH") {
          old.merge_patch(sent);
          sent = old;
        }
        state_->Store(collection, name, sent);
        body = (*objects)[name].dump();
      }
    } else {
      refuse(405, "MethodNotAllowed");
    }
  }
  lock.unlock();
  reply.Send(status, body);
}

}  // namespace tutti::testing
