#include "importer/queue_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "importer/object_report.h"
#include "plugins/queue/queue_problems.h"

namespace tutti::importer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void Add(Imported& imported, ImportedQueue queue) {
  const std::string object = "Object " + std::to_string(imported.queues.size());
  AddQueue(std::move(queue), {object, "", ""}, imported);
}

ImportedQueue Queue(const std::string& name, const std::string& parent = "") {
  ImportedQueue queue;
  queue.name = name;
  queue.parent = parent;
  return queue;
}

std::vector<std::string> ConflictsOf(Imported& imported) {
  CheckQueues(imported);
  std::vector<std::string> texts;
  for (const ObjectReport& report : imported.reports) {
    for (const Note& note : report.notes) texts.push_back(report.object + ": " + note.text);
  }
  return texts;
}

TEST(QueueChecksTest, NamesAreThoseOfObjects) {
  for (const char* name : {"a", "root.a-b.c", "0"}) {
    Imported imported;
    Add(imported, Queue(name));
    EXPECT_THAT(ConflictsOf(imported), IsEmpty()) << name;
  }
  const std::string too_long(254, 'a');
  for (const std::string& name :
       {std::string(), std::string("A"), std::string("a_b"), std::string("-a"), std::string("a-"),
        std::string("a..b"), std::string(".a"), std::string("a."), std::string("a.-b"), too_long}) {
    Imported imported;
    Add(imported, Queue(name));
    EXPECT_THAT(ConflictsOf(imported), ElementsAre(HasSubstr("cannot be the name"))) << name;
  }
}

TEST(QueueChecksTest, TwoOfOneNameNameTheOther) {
  Imported imported;
  Add(imported, Queue("a"));
  Add(imported, Queue("a"));
  EXPECT_THAT(ConflictsOf(imported),
              ElementsAre("Object 1: Object 0 is Queue a as well: names are unique"));
}

TEST(QueueChecksTest, GuaranteesOfChildrenFitTheirParent) {
  Imported imported;
  ImportedQueue parent = Queue("p");
  parent.guaranteed = {{"memory", int64_t{3} << 30}};
  parent.limit = {{"cpu", 1500}};
  Add(imported, parent);
  for (const char* name : {"a", "b"}) {
    ImportedQueue child = Queue(name, "p");
    child.guaranteed = {{"cpu", 1000}, {"memory", int64_t{1} << 30}};
    Add(imported, child);
  }
  EXPECT_THAT(ConflictsOf(imported),
              ElementsAre("Object 0: the queues below it are guaranteed 2 cpu, and it has 1500m to "
                          "promise"));
}

TEST(QueueChecksTest, NobodyIsGuaranteedMoreThanItsLimit) {
  Imported imported;
  ImportedQueue queue = Queue("a");
  queue.guaranteed = {{"cpu", 1500}, {"memory", 1}};
  queue.limit = {{"cpu", 1000}, {"memory", 1}};
  Add(imported, queue);
  EXPECT_THAT(ConflictsOf(imported),
              ElementsAre("Object 0: it is guaranteed 1500m cpu, and limited to 1"));
}

TEST(QueueChecksTest, ParentsComeFirstAndCirclesLast) {
  Imported imported;
  Add(imported, Queue("x", "y"));
  Add(imported, Queue("y", "x"));
  Add(imported, Queue("leaf", "mid"));
  Add(imported, Queue("mid", "top"));
  Add(imported, Queue("top"));
  Add(imported, Queue("orphan", "gone"));
  SortByDepth(imported);
  std::vector<std::string> names;
  for (const ImportedQueue& queue : imported.queues) names.push_back(queue.name);
  EXPECT_THAT(names, ElementsAre("top", "orphan", "mid", "leaf", "x", "y"));
}

// A plugin's own view of the same queues.
std::vector<plugins::QueueSpec> SpecsOf(const Imported& imported) {
  const auto amounts = [](const Amounts& from) {
    plugins::Amounts to;
    for (const auto& [resource, amount] : from)
      to.emplace_back(ResourceId(static_cast<uint16_t>(resource[1] - '0')), amount);
    return to;
  };
  std::vector<plugins::QueueSpec> specs;
  for (const ImportedQueue& queue : imported.queues) {
    plugins::QueueSpec& spec = specs.emplace_back();
    spec.name = queue.name;
    spec.parent = queue.parent;
    spec.guaranteed = amounts(queue.guaranteed);
    spec.limit = amounts(queue.limit);
    spec.borrow_limit = amounts(queue.borrow_limit);
    for (const ImportedFlavor& flavor : queue.flavors) {
      plugins::FlavorSpec& listed = spec.flavors.emplace_back();
      listed.name = flavor.name;
      listed.guaranteed = amounts(flavor.guaranteed);
      listed.limit = amounts(flavor.limit);
      listed.borrow_limit = amounts(flavor.borrow_limit);
    }
  }
  return specs;
}

Imported RandomQueues(std::mt19937_64& random) {
  const auto below = [&random](uint64_t n) { return random() % n; };
  Imported imported;
  const uint64_t count = 1 + below(6);
  const bool flavors = below(3) == 0;  // all of them list the same
  for (uint64_t i = 0; i < count; ++i) {
    ImportedQueue queue = Queue("q" + std::to_string(below(8)));
    if (below(3) > 0) queue.parent = "q" + std::to_string(below(8));
    for (const char* resource : {"r0", "r1"}) {
      const auto amount = [&] { return static_cast<int64_t>(below(5)); };
      if (below(2) == 0) queue.guaranteed[resource] = amount();
      if (below(4) == 0) queue.limit[resource] = queue.guaranteed[resource] + amount();
      if (below(4) == 0) queue.borrow_limit[resource] = amount();
      for (const char* flavor : {"fast", "spot"}) {
        if (!flavors) continue;
        if (resource[1] == '0') queue.flavors.push_back({flavor});
        ImportedFlavor& listed = queue.flavors[flavor[0] == 'f' ? 0 : 1];
        if (below(3) == 0) listed.guaranteed[resource] = amount();
        if (below(4) == 0) listed.limit[resource] = listed.guaranteed[resource] + amount();
        if (below(4) == 0) listed.borrow_limit[resource] = amount();
      }
    }
    Add(imported, std::move(queue));
  }
  return imported;
}

// What passes here is taken there, and what does not is not.
TEST(QueueChecksTest, FindsWhatThePluginWouldRefuse) {
  std::mt19937_64 random(20'261'127);
  int right = 0;
  for (int i = 0; i < 5000; ++i) {
    Imported imported = RandomQueues(random);
    const bool refused = !plugins::ProblemsOf(SpecsOf(imported)).empty();
    const bool found = !ConflictsOf(imported).empty();
    ASSERT_EQ(found, refused) << "queues number " << i << "\n" << ReportText(imported);
    right += found ? 0 : 1;
  }
  EXPECT_GT(right, 100) << "the random queues are hardly ever right";
}

}  // namespace
}  // namespace tutti::importer
