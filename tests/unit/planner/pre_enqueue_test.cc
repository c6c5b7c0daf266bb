#include "planner/pre_enqueue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using framework::OnError;
using model::ReasonCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;

class PreEnqueueTest : public ::testing::Test {
 protected:
  class Scripted final : public PreEnqueuePlugin {
   public:
    explicit Scripted(std::function<Status()> answer) : answer_(std::move(answer)) {}
    Status PreEnqueue(const GangView&, const ClusterView&) const override { return answer_(); }

   private:
    const std::function<Status()> answer_;
  };

  void Add(const std::string& name, std::function<Status()> answer,
           OnError on_error = OnError::kDefault) {
    w_.AddMade(
        name,
        [this, name, answer] {
          return std::make_unique<Scripted>([this, name, answer] {
            asked_.push_back(name);
            return answer();
          });
        },
        1, on_error);
  }
  // Whether the gang may be planned; its reason is what the test looks at.
  bool Admits(int placed = 0) {
    state_ = std::make_unique<CoreState>(CoreOptions{}, w_.texts, w_.Plugins());
    EventDesk events(*state_);
    ReserveDesk reserves(*state_);
    GangBook gangs(*state_, reserves, events);
    gang_ = &gangs.GetOrAdd({"default", "test", "g"}, "g");
    gang_->placed = placed;
    const GangCard card(*gang_, {});
    return !PreEnqueue(*state_, gangs).Hold(*gang_, &card);
  }

  PluginWorld w_;
  std::unique_ptr<CoreState> state_;
  Gang* gang_ = nullptr;
  std::vector<std::string> asked_;
};

TEST_F(PreEnqueueTest, TheFirstRefusalHoldsTheGangAndSaysWhy) {
  const ReasonId reason = w_.reasons.Add("NotToday", "a test's", "B");
  Add("A", [] { return Status::Success(); });
  Add("B", [=] { return Status::Pending(reason, 5, 2); });
  Add("C", [] { return Status::Success(); });
  EXPECT_FALSE(Admits());
  EXPECT_THAT(asked_, ElementsAre("A", "B"));
  EXPECT_EQ(gang_->reason.code, ReasonCode::kRefusedByPlugin);
  EXPECT_EQ(CodeName(gang_->reason), "NotToday");
  EXPECT_EQ(gang_->reason.need, 5);
  EXPECT_EQ(gang_->reason.have, 2);
}

TEST_F(PreEnqueueTest, WhereAllAgreeTheGangMayGo) {
  Add("A", [] { return Status::Success(); });
  Add("B", [] { return Status::Success(); });
  EXPECT_TRUE(Admits());
  EXPECT_THAT(asked_, ElementsAre("A", "B"));
}

TEST_F(PreEnqueueTest, AFailureHoldsTheGangWithThePluginsNameUnlessItIsSkipped) {
  Add(
      "Skipped", [] { return Status::Error("boom"); }, OnError::kSkip);
  Add("Bad", []() -> Status { throw std::runtime_error("bang"); });
  EXPECT_FALSE(Admits());
  EXPECT_EQ(gang_->reason.code, ReasonCode::kPluginFailed);
  EXPECT_THAT(gang_->reason_detail, HasSubstr("plugin Bad: PreEnqueue threw: bang"));
  EXPECT_THAT(w_.failures, ElementsAre("Skipped PreEnqueue: boom", HasSubstr("Bad PreEnqueue")));
}

TEST_F(PreEnqueueTest, ACodeThatItDoesNotHaveIsAFailure) {
  for (const Status& wrong : {Status::Skip(), Status::Wait()}) {
    PluginWorld w;
    w.AddMade("Bad", [wrong] { return std::make_unique<Scripted>([wrong] { return wrong; }); });
    CoreState state(CoreOptions{}, w.texts, w.Plugins());
    EventDesk events(state);
    ReserveDesk reserves(state);
    GangBook gangs(state, reserves, events);
    Gang& gang = gangs.GetOrAdd({"default", "test", "g"}, "g");
    const GangCard card(gang, {});
    EXPECT_TRUE(PreEnqueue(state, gangs).Hold(gang, &card));
    EXPECT_THAT(w.failures, ElementsAre(HasSubstr("PreEnqueue answered")));
  }
}

TEST_F(PreEnqueueTest, AGangThatHoldsRoomAlreadyIsPastIt) {
  Add("No", [] { return Status::Pending(ReasonId(0)); });
  EXPECT_TRUE(Admits(/*placed=*/1));
  EXPECT_THAT(asked_, IsEmpty());
}

}  // namespace
}  // namespace tutti::planner
