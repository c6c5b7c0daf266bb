#include "kube/cluster_source.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_format.h"
#include "kube/tracking_sink.h"
#include "objects/json_object_view.h"
#include "objects/marker_reader.h"
#include "objects/node_decoder.h"
#include "objects/object_spec_reader.h"
#include "objects/volume_decoder.h"

namespace tutti::kube {
namespace {

using objects::JsonObjectView;
using Emit = std::function<void(model::ClusterEvent)>;
using Problem = std::function<void(const absl::Status&)>;

// What every sink of a collection needs.
struct Outlet {
  Emit emit;
  Problem problem;
  std::function<void()> listed;  // at the end of the first list
};

class Sink : public TrackingSink {
 public:
  explicit Sink(Outlet outlet) : out_(std::move(outlet)) {}

 protected:
  // Of a list.
  void Unreadable(const absl::Status& status) {
    MarkIncomplete();
    out_.problem(status);
  }
  void ListDone() final {
    if (!std::exchange(listed_, true)) out_.listed();
  }
  const Outlet out_;

 private:
  bool listed_ = false;
};

class PodSink final : public Sink {
 public:
  PodSink(Outlet outlet, objects::PodDecoder decoder)
      : Sink(std::move(outlet)), decoder_(std::move(decoder)) {
    decoder_.ReadMarkers();
  }

  void OnListPage(std::string_view json) override {
    const absl::Status status = decoder_.DecodeList(
        json, [this](model::PodInfo pod) { Upsert(std::move(pod)); },
        [this](const absl::Status& bad) { Unreadable(bad); });
    if (!status.ok()) Unreadable(status);
  }
  void OnWatchEvent(WatchEventType type, std::string_view json) override {
    absl::StatusOr<model::PodInfo> pod = decoder_.Decode(json);
    if (!pod.ok()) return out_.problem(pod.status());
    if (type != WatchEventType::kDeleted) return Upsert(*std::move(pod));
    if (Untrack(KeyOf(*pod), pod->uid)) out_.emit(model::PodDeleted{pod->uid});
  }

 private:
  static std::string KeyOf(const model::PodInfo& pod) {
    return pod.namespace_name + "/" + pod.name;
  }
  void Upsert(model::PodInfo pod) {
    Track(KeyOf(pod), pod.uid);
    out_.emit(model::PodUpserted{std::move(pod)});
  }
  void Gone(const std::string&, const base::Uid& uid) override {
    out_.emit(model::PodDeleted{uid});
  }

  objects::PodDecoder decoder_;
};

class NodeSink final : public Sink {
 public:
  NodeSink(Outlet outlet, base::Interner& labels, model::ResourceTable& resources,
           const model::FieldTable& fields, const model::DeviceTable& devices)
      : Sink(std::move(outlet)), decoder_(labels, resources, &fields, devices) {}

  void OnListPage(std::string_view json) override {
    const absl::Status status = decoder_.DecodeList(
        json, [this](model::NodeInfo node) { Upsert(std::move(node)); },
        [this](const absl::Status& bad) { Unreadable(bad); });
    if (!status.ok()) Unreadable(status);
  }
  void OnWatchEvent(WatchEventType type, std::string_view json) override {
    absl::StatusOr<model::NodeInfo> node = decoder_.Decode(json);
    if (!node.ok()) return out_.problem(node.status());
    if (type != WatchEventType::kDeleted) return Upsert(*std::move(node));
    if (Untrack(node->name, node->uid)) out_.emit(model::NodeDeleted{node->name});
  }

 private:
  void Upsert(model::NodeInfo node) {
    Track(node.name, node.uid);
    out_.emit(model::NodeUpserted{std::move(node)});
  }
  void Gone(const std::string& name, const base::Uid&) override {
    out_.emit(model::NodeDeleted{name});
  }

  objects::NodeDecoder decoder_;
};

// Collections whose objects are few: PodGroups, Jobs, volumes.
class ObjectSink final : public Sink {
 public:
  struct Reader {
    std::function<void(const JsonObjectView&)> upsert;
    std::function<void(const std::string& namespace_name, const std::string& name,
                       const base::Uid&)>
        gone;
  };
  ObjectSink(Outlet outlet, Reader reader) : Sink(std::move(outlet)), reader_(std::move(reader)) {}

  void OnListPage(std::string_view json) override {
    const absl::Status status =
        JsonObjectView::ParseList(json, [this](const JsonObjectView& object) { Upsert(object); });
    if (!status.ok()) Unreadable(status);
  }
  void OnWatchEvent(WatchEventType type, std::string_view json) override {
    const absl::StatusOr<JsonObjectView> object = JsonObjectView::Parse(json);
    if (!object.ok()) return out_.problem(object.status());
    if (type != WatchEventType::kDeleted) return Upsert(*object);
    if (Untrack(KeyOf(*object), object->uid())) Gone(KeyOf(*object), object->uid());
  }

 private:
  static std::string KeyOf(const JsonObjectView& object) {
    return object.namespace_name() + "/" + object.name();
  }
  void Upsert(const JsonObjectView& object) {
    Track(KeyOf(object), object.uid());
    reader_.upsert(object);
  }
  void Gone(const std::string& key, const base::Uid& uid) override {
    const size_t slash = key.find('/');
    reader_.gone(key.substr(0, slash), key.substr(slash + 1), uid);
  }

  const Reader reader_;
};

ObjectSink::Reader ClaimReader(const Emit& emit) {
  return {[emit](const JsonObjectView& object) {
            emit(model::VolumeClaimUpserted{objects::DecodeVolumeClaim(object)});
          },
          [emit](const std::string& ns, const std::string& name, const base::Uid&) {
            emit(model::VolumeClaimDeleted{ns, name});
          }};
}

ObjectSink::Reader VolumeReader(const Emit& emit) {
  return {[emit](const JsonObjectView& object) {
            emit(model::VolumeUpserted{objects::DecodeVolume(object)});
          },
          [emit](const std::string&, const std::string& name, const base::Uid&) {
            emit(model::VolumeDeleted{name});
          }};
}

ObjectSink::Reader WatchedReader(const Emit& emit, const std::string& resource) {
  // Most changes are of an object's status, and often our own.
  auto generations = std::make_shared<absl::flat_hash_map<base::Uid, int64_t>>();
  return {[emit, resource, generations](const JsonObjectView& object) {
            model::ObjectSpec spec = objects::ReadObjectSpec(object);
            const auto [known, fresh] = generations->try_emplace(object.uid(), 0);
            if (!fresh && spec.generation != 0 && known->second == spec.generation) return;
            known->second = spec.generation;
            emit(model::WatchedObjectUpserted{{resource, object.namespace_name(), object.name()},
                                              std::move(spec)});
          },
          [emit, resource, generations](const std::string& ns, const std::string& name,
                                        const base::Uid& uid) {
            generations->erase(uid);
            emit(model::WatchedObjectDeleted{{resource, ns, name}});
          }};
}

ObjectSink::Reader GangReader(const Emit& emit, const GangGrouping& grouping) {
  // The identity may be the uid or the name: remember which gang each object made.
  auto identities = std::make_shared<absl::flat_hash_map<base::Uid, model::GangKey>>();
  const auto upsert = [emit, identities, &grouping](const JsonObjectView& object) {
    std::optional<GangObject> gang = grouping.SpecOf(object);
    if (!gang) return;
    model::GangKey key{object.namespace_name(), std::string(grouping.name()),
                       std::move(gang->identity)};
    (*identities)[object.uid()] = key;
    model::SharedGangMarkers markers = objects::ReadObjectMarkers(object, grouping, *gang);
    emit(model::GangObjectUpserted{std::move(key), std::move(gang->display_name), gang->spec,
                                   std::move(gang->problem), std::move(gang->queue),
                                   std::move(markers), std::move(gang->parent)});
  };
  const auto gone = [emit, identities](const std::string&, const std::string&,
                                       const base::Uid& uid) {
    const auto it = identities->find(uid);
    if (it == identities->end()) return;
    emit(model::GangObjectDeleted{it->second});
    identities->erase(it);
  };
  return {upsert, gone};
}

}  // namespace

struct ClusterSource::SyncGate {
  std::atomic<int> missing{0};
};

struct ClusterSource::Collection {
  std::string resource;
  std::unique_ptr<ReflectorSink> sink;
  std::unique_ptr<Reflector> reflector;
};

std::string ClusterSource::FindPath(Client& client, const ObjectKind& kind) {
  for (const std::string& version : kind.versions) {
    Request request;
    request.path = absl::StrFormat("/apis/%s/%s", kind.group, version);
    const absl::StatusOr<Response> reply = client.Call(std::move(request));
    if (!reply.ok() || reply->status != 200) continue;
    const absl::StatusOr<JsonObjectView> list = JsonObjectView::Parse(reply->body);
    for (int i = 0; list.ok() && list->Has(absl::StrFormat("/resources/%d", i)); ++i) {
      if (list->String(absl::StrFormat("/resources/%d/name", i)) == kind.resource) {
        return absl::StrFormat("/apis/%s/%s/%s", kind.group, version, kind.resource);
      }
    }
  }
  return absl::StrFormat("/apis/%s/%s/%s", kind.group, kind.versions.front(), kind.resource);
}

ClusterSource::ClusterSource(Client& client, const base::Clock& clock, base::Interner& labels,
                             model::ResourceTable& resources, objects::ShapeTable& shapes,
                             objects::GangGroupings groupings, const model::Fields& fields,
                             const model::DeviceTable& devices,
                             const std::vector<ObjectKind>& watched, Callbacks callbacks)
    : client_(client), callbacks_(std::move(callbacks)), gate_(std::make_shared<SyncGate>()) {
  const auto outlet = [this](const std::string& resource) {
    ++gate_->missing;
    return Outlet{
        callbacks_.event,
        [this, resource](const absl::Status& status) { callbacks_.problem(resource, status); },
        [this] {
          if (--gate_->missing == 0) callbacks_.event(model::CachesSynced{});
        }};
  };
  struct Planned {
    std::string resource, path;
    bool may_be_absent;
    std::unique_ptr<ReflectorSink> sink;
  };
  // All sinks exist before the first reflector runs: the gate must not open half way.
  std::vector<Planned> planned;
  planned.push_back(
      {"nodes", "/api/v1/nodes", false,
       std::make_unique<NodeSink>(outlet("nodes"), labels, resources, fields.nodes, devices)});
  for (const GangGrouping* grouping : groupings) {
    for (const ObjectKind& kind : grouping->Watches()) {
      const std::string name = kind.group + "/" + kind.resource;
      planned.push_back(
          {name, FindPath(client, kind), true,
           std::make_unique<ObjectSink>(outlet(name), GangReader(callbacks_.event, *grouping))});
    }
  }
  for (const ObjectKind& kind : watched) {
    const std::string name = kind.group + "/" + kind.resource;
    planned.push_back({name, FindPath(client, kind), true,
                       std::make_unique<ObjectSink>(
                           outlet(name), WatchedReader(callbacks_.event, kind.resource))});
  }
  planned.push_back({"persistentvolumeclaims", "/api/v1/persistentvolumeclaims", false,
                     std::make_unique<ObjectSink>(outlet("persistentvolumeclaims"),
                                                  ClaimReader(callbacks_.event))});
  planned.push_back(
      {"persistentvolumes", "/api/v1/persistentvolumes", false,
       std::make_unique<ObjectSink>(outlet("persistentvolumes"), VolumeReader(callbacks_.event))});
  planned.push_back(
      {"pods", "/api/v1/pods", false,
       std::make_unique<PodSink>(outlet("pods"), objects::PodDecoder(resources, shapes, groupings,
                                                                     &fields.pods, devices))});
  for (Planned& p : planned) Add(clock, p.resource, p.path, p.may_be_absent, std::move(p.sink));
}

ClusterSource::~ClusterSource() {
  // Reflectors first: they call the sinks.
  for (const auto& collection : collections_) collection->reflector.reset();
}

void ClusterSource::Add(const base::Clock& clock, std::string resource, std::string path,
                        bool may_be_absent, std::unique_ptr<ReflectorSink> sink) {
  ReflectorOptions options;
  options.path = std::move(path);
  options.may_be_absent = may_be_absent;
  auto collection = std::make_unique<Collection>();
  collection->resource = resource;
  collection->sink = std::move(sink);
  collection->reflector = std::make_unique<Reflector>(
      client_, clock, *collection->sink, std::move(options),
      [this, resource](const absl::Status& status) { callbacks_.problem(resource, status); });
  collections_.push_back(std::move(collection));
}

bool ClusterSource::synced() const { return gate_->missing == 0; }

std::vector<std::string> ClusterSource::unsynced() const {
  std::vector<std::string> names;
  for (const auto& collection : collections_) {
    if (!collection->reflector->synced()) names.push_back(collection->resource);
  }
  return names;
}

std::vector<ClusterSource::Watched> ClusterSource::watched() const {
  std::vector<Watched> watched;
  for (const auto& collection : collections_) {
    watched.push_back({collection->resource, collection->reflector->last_contact(),
                       collection->reflector->stats()});
  }
  return watched;
}

}  // namespace tutti::kube
