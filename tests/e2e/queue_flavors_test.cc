// Flavors of nodes on the real control plane: which nodes gangs of a queue are bound to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/e2e/queue_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr char kCapacity[] = "example.com/capacity";

// The plugins of deploy/examples/queue-flavors.yaml.
std::string Example() {
  std::ostringstream text;
  text << std::ifstream(Deploy("examples/queue-flavors.yaml")).rdbuf();
  return text.str().substr(text.str().find("plugins:"));
}

NodeTemplate Nodes(const std::string& capacity) {
  NodeTemplate node;
  node.prefix = capacity;
  node.cpu = "4";
  node.labels[kCapacity] = capacity;
  return node;
}

// The spec of a queue that lists these flavors.
json Listing(const std::vector<json>& flavors) {
  json spec;
  spec["flavors"] = flavors;
  return spec;
}

// Two nodes of each flavor, with 4 CPUs each.
template <class Way>
class QueueFlavorsTest : public QueueBed<QueueFlavorsTest<Way>> {
 public:
  using Bed = QueueBed<QueueFlavorsTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.nodes = 2;
    options.node = Nodes("reserved");
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra = Example();
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) {
    ASSERT_TRUE(Bed::plane().AddNodes(2, Nodes("spot")).ok());
    Bed::PrepareTutti(options);
  }

 protected:
  // How many of the gang's pods are on nodes of this flavor.
  static int CountOn(const std::string& flavor, const std::string& gang) {
    int count = 0;
    for (const json& pod : Bed::plane().Pods("default")) {
      const bool ours = pod["metadata"]["name"].get<std::string>().starts_with(gang + "-");
      const std::string node = pod["spec"].value("nodeName", "");
      count += ours && node.starts_with(flavor + "-") ? 1 : 0;
    }
    return count;
  }
};

TYPED_TEST_SUITE(QueueFlavorsTest, WaysIn, WayName);

TYPED_TEST(QueueFlavorsTest, AGangGoesAsAWholeToTheFirstFlavorWithQuotaLeft) {
  ASSERT_TRUE(this->Submit("first", 3, "training").ok());
  ASSERT_TRUE(this->AllBound("first", 3));
  EXPECT_EQ(this->CountOn("reserved", "first"), 3);
  ASSERT_TRUE(this->Submit("second", 3, "training").ok());
  ASSERT_TRUE(this->AllBound("second", 3));
  EXPECT_EQ(this->CountOn("spot", "second"), 3);
  ASSERT_TRUE(this->Submit("third", 3, "training").ok());
  EXPECT_TRUE(this->SawReason("third", "QueueFlavorOverLimit"));
  EXPECT_EQ(this->plane().CountBound("third"), 0);
  ASSERT_TRUE(this->Submit("other", 8, "anywhere").ok());
  EXPECT_TRUE(this->AllBound("other", 8)) << "a queue that lists no flavors has any node";
  this->plane().DeletePods("first");
  EXPECT_TRUE(this->AllBound("third", 3));
  EXPECT_EQ(this->CountOn("reserved", "third"), 3);
}

TYPED_TEST(QueueFlavorsTest, AGuaranteeOfAFlavorIsTakenBackOnThatFlavor) {
  const json reserved = {{"name", "reserved"}};
  const json spot = {{"name", "spot"}};
  ASSERT_TRUE(this->Create("guest", Listing({reserved, spot})).ok());
  for (const char* gang : {"loan-a", "loan-b", "loan-c"})
    ASSERT_TRUE(this->Submit(gang, 4, "guest").ok());
  ASSERT_TRUE(this->AllBound("loan-a", 4));
  ASSERT_TRUE(this->AllBound("loan-b", 4));
  ASSERT_TRUE(this->AllBound("loan-c", 4));
  ASSERT_EQ(this->CountOn("reserved", "loan"), 8);
  ASSERT_TRUE(this->Submit("served", 4, "serving").ok());
  EXPECT_TRUE(this->AllBound("served", 4));
  EXPECT_EQ(this->CountOn("reserved", "served"), 4);
  EXPECT_EQ(this->CountOn("reserved", "loan"), 4) << "one gang of the two, as a whole";
  EXPECT_EQ(this->CountOn("spot", "loan"), 4) << "a guarantee of reserved nodes takes no others";
  ASSERT_TRUE(this->Submit("more", 3, "serving").ok());
  EXPECT_TRUE(this->SawReason("more", "QueueFlavorOverLimit")) << "guaranteed 4, borrowLimit 2";
}

TYPED_TEST(QueueFlavorsTest, AQueueObjectListsFlavorsAsWell) {
  const json two_of_spot = {{"name", "spot"}, {"limit", {{"cpu", 2}}}};
  ASSERT_TRUE(this->Create("team", Listing({two_of_spot})).ok());
  ASSERT_TRUE(this->Submit("first", 2, "team").ok());
  ASSERT_TRUE(this->AllBound("first", 2));
  EXPECT_EQ(this->CountOn("spot", "first"), 2);
  EXPECT_TRUE(this->plane().WaitFor(
      [&] {
        const absl::StatusOr<json> queue = this->plane().Get(std::string(this->kQueues) + "/team");
        if (!queue.ok()) return false;
        const json status = queue->value("status", json::object());
        const json flavors = status.value("flavors", json::array());
        return flavors.size() == 1 && flavors[0]["name"] == "spot" &&
               flavors[0]["used"]["cpu"] == "2" && flavors[0]["limit"]["cpu"] == "2";
      },
      std::chrono::seconds(20)));
  ASSERT_TRUE(this->Submit("second", 1, "team").ok());
  EXPECT_TRUE(this->SawReason("second", "QueueFlavorOverLimit"));
  EXPECT_THAT(std::string(this->Create("twice", Listing({two_of_spot, two_of_spot})).message()),
              HasSubstr("a queue lists each flavor once"));
  const json lends = {{"name", "spot"}, {"lendLimit", {{"cpu", 2}}}};
  EXPECT_THAT(std::string(this->Create("lends", Listing({lends})).message()),
              HasSubstr("lendLimit is a part of guaranteed"));
  const json lonely = {{"flavorFungibility", {{"whenCanPreempt", "Preempt"}}}};
  EXPECT_THAT(std::string(this->Create("lonely", lonely).message()),
              HasSubstr("flavorFungibility is about the flavors of the queue"));
  const json nameless = {{"limit", {{"cpu", 2}}}};
  EXPECT_THAT(std::string(this->Create("nameless", Listing({nameless})).message()),
              HasSubstr("spec.flavors[0].name"));
}

using QueueFlavorsWebhookTest = QueueFlavorsTest<Webhook>;

TEST_F(QueueFlavorsWebhookTest, AFlavorThatIsNotThereIsRefusedByTutti) {
  const json gold = {{"name", "gold"}};
  EXPECT_THAT(std::string(Create("golden", Listing({gold})).message()),
              HasSubstr("there is no flavor gold"));
  const json broken = {{"name", "spot"}, {"guaranteed", {{"cpu", 4}}}, {"limit", {{"cpu", 2}}}};
  EXPECT_THAT(std::string(Create("broken", Listing({broken})).message()),
              HasSubstr("flavor spot: queue broken is guaranteed 4000"));
}

}  // namespace
}  // namespace tutti::testing
