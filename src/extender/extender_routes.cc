#include "extender/extender_routes.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "extender/bind_handler.h"
#include "extender/filter_handler.h"
#include "extender/preempt_handler.h"
#include "extender/prioritize_handler.h"

namespace tutti::extender {
namespace {

using Run = std::function<Answer(std::string_view body)>;

// A verb that is answered at once.
http::Server::Route Immediate(std::string verb, Run run, const base::Clock& clock,
                              ExtenderObserver& observer) {
  std::string path = "/" + verb;
  http::Handler handler = [verb = std::move(verb), run = std::move(run), &clock, &observer](
                              const http::Request& request, http::Reply reply) {
    const base::Timestamp begin = clock.Now();
    observer.Began();
    Answer answer = run(request.body);
    if (!answer.error.empty()) observer.Refused(verb, request.peer, answer.error);
    observer.Answered(verb, answer.status, clock.Now() - begin, answer.reason);
    reply.Send(answer.status, std::move(answer.body));
  };
  return {"POST", std::move(path), std::move(handler)};
}

}  // namespace

std::vector<http::Server::Route> ExtenderRoutes(framework::CorePort& core,
                                                WorkspacePool& workspaces, const base::Clock& clock,
                                                ExtenderObserver& observer) {
  const auto filter = std::make_shared<FilterHandler>(core, workspaces);
  const auto prioritize = std::make_shared<PrioritizeHandler>(core, workspaces);
  const auto preempt = std::make_shared<PreemptHandler>(core, workspaces);
  const auto bind = std::make_shared<BindHandler>(core, clock, observer);
  const auto immediate = [&](const char* verb, Run run) {
    return Immediate(verb, std::move(run), clock, observer);
  };
  return {
      immediate(
          "filter",
          [filter](std::string_view body) { return filter->Handle(body, FilterMode::kReal); }),
      immediate(
          "filter-dryrun",
          [filter](std::string_view body) { return filter->Handle(body, FilterMode::kDryRun); }),
      immediate("prioritize",
                [prioritize](std::string_view body) { return prioritize->Handle(body); }),
      immediate("preempt", [preempt](std::string_view body) { return preempt->Handle(body); }),
      {"POST", "/bind",
       [bind](const http::Request& request, http::Reply reply) {
         bind->Handle(request, std::move(reply));
       }},
  };
}

}  // namespace tutti::extender
