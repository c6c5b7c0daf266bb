#include "extender/extender_routes.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "extender/bind_handler.h"
#include "extender/filter_handler.h"
#include "extender/filter_pacer.h"
#include "extender/preempt_handler.h"
#include "extender/prioritize_handler.h"

namespace tutti::extender {
namespace {

using Run = std::function<Answer(std::string_view body)>;

// A verb that is answered at once, unless its answer leads to a bind: then at the API server's
// pace.
http::Server::Route Immediate(std::string verb, Run run, std::shared_ptr<FilterPacer> pacer,
                              const base::Clock& clock, ExtenderObserver& observer) {
  std::string path = "/" + verb;
  http::Handler handler = [verb = std::move(verb), run = std::move(run), pacer = std::move(pacer),
                           &clock, &observer](const http::Request& request, http::Reply reply) {
    const base::Timestamp begin = clock.Now();
    observer.Began();
    Answer answer = run(request.body);
    if (!answer.error.empty()) observer.Refused(verb, request.peer, answer.error);
    const auto send = [verb, begin, &clock, &observer](Answer& from, http::Reply& to) {
      observer.Answered(verb, from.status, clock.Now() - begin, from.reason);
      to.Send(from.status, std::move(from.body));
    };
    if (!answer.leads_to_bind) return send(answer, reply);
    const auto kept =
        std::make_shared<std::pair<Answer, http::Reply>>(std::move(answer), std::move(reply));
    if (pacer->Pace([send, kept] { send(kept->first, kept->second); })) observer.FilterHeld();
  };
  return {"POST", std::move(path), std::move(handler)};
}

}  // namespace

std::vector<http::Server::Route> ExtenderRoutes(framework::CorePort& core,
                                                WorkspacePool& workspaces,
                                                framework::WriteBacklog& backlog,
                                                const base::Clock& clock,
                                                ExtenderObserver& observer) {
  const auto filter = std::make_shared<FilterHandler>(core, workspaces);
  const auto prioritize = std::make_shared<PrioritizeHandler>(core, workspaces);
  const auto preempt = std::make_shared<PreemptHandler>(core, workspaces);
  const auto bind = std::make_shared<BindHandler>(core, clock, observer);
  const auto pacer = std::make_shared<FilterPacer>(backlog);
  const auto immediate = [&](const char* verb, Run run) {
    return Immediate(verb, std::move(run), pacer, clock, observer);
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
