// Queues, watched objects and state that break their contract in one way each: "fault".
#include <string>

#include "tutti/export.h"
#include "tutti/plugin/object_watch.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/plugin/state.h"

namespace tutti::testing {

class QueueMisfit final : public QueueSelectPlugin, public ObjectWatchPlugin, public StatePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  explicit QueueMisfit(Config& config) : fault_(config.String("/fault", "")) {}

  std::size_t queues() const override { return Does("no queue") ? 0 : 3; }
  QueueId QueueOf(const GangView& gang) const override {
    if (Does("a queue too many")) return QueueId(3);
    if (Does("roll dice")) return QueueId(static_cast<uint32_t>(++asked_ % 2));
    return QueueId(static_cast<uint32_t>(gang.arrival % 2));
  }
  void BeginRound(std::span<const QueueId> waiting) override {
    if (Does("throw at rounds")) throw std::string("a tantrum");
    round_.assign(waiting.begin(), waiting.end());
  }
  std::optional<QueueId> NextQueue() override {
    if (Does("another queue")) return QueueId(2);
    return round_.empty() ? std::nullopt : std::optional(round_.front());
  }
  std::size_t CountSkipped(QueueId queue, std::span<const uint64_t> arrivals) const override {
    if (Does("skip more than asked")) return arrivals.size() + 1;
    if (Does("skip at once only")) return arrivals.size() > 1 ? arrivals.size() : 0;
    return QueueSelectPlugin::CountSkipped(queue, arrivals);
  }
  bool Served(QueueId queue, const GangView*, QueueOutcome, bool more) override {
    if (!more && !Does("never let go")) std::erase(round_, queue);
    return more;
  }
  QueueDescription Describe(QueueId) const override {
    QueueDescription description;
    description.name = "a";
    if (Does("share of nothing")) description.share = 0.0 / nothing_;
    if (Does("amounts of nothing")) description.amounts.push_back({ResourceId(999), 1, 0});
    return description;
  }

  std::vector<ObjectKind> Watches() const override {
    if (Does("kind without a version")) return {{"example.com", {}, "queues"}};
    return {{"example.com", {"v1"}, "queues"}};
  }
  void OnObject(const WatchedObject&, Config& spec) override {
    if (spec.String("/name", "") == "seventeen" && Does("throw at objects"))
      throw std::string("no name");
  }
  void OnObjectGone(const WatchedObject& object) override {
    if (object.name == "never-there" && Does("miss nobody")) throw std::string("who?");
  }
  void CheckObject(const WatchedObject&, Config& spec) const override {
    if (Does("find other mistakes") && ++asked_ % 2 == 0) spec.Fail("", "a mistake");
  }

  std::string Save() const override {
    if (Does("save too much")) return std::string(kMostBytes + 1, 'x');
    return Does("save anew") ? std::to_string(++asked_) : saved_;
  }
  Status Restore(std::string_view bytes) override {
    if (Does("believe anything")) return saved_ = bytes, saved_.at(3), Status::Success();
    if (bytes != "learned") return Does("refuse all") ? Status::Skip() : Status::Error("not mine");
    if (!Does("forget")) saved_ = bytes;
    if (Does("forget")) saved_ = "nothing";
    return Status::Success();
  }

 private:
  bool Does(const char* fault) const { return fault_ == fault; }

  const std::string fault_;
  std::vector<QueueId> round_;
  mutable uint64_t asked_ = 0;
  double nothing_ = 0;
  std::string saved_ = "learned";
};

const PluginDescriptor& QueueMisfit::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "QueueMisfit", "0.1", [](Config& config, PluginHost&) -> std::unique_ptr<Plugin> {
        return std::make_unique<QueueMisfit>(config);
      }};
  return kDescriptor;
}

}  // namespace tutti::testing

TUTTI_EXPORT_PLUGIN(tutti::testing::QueueMisfit)
