// The built-in plugins: one explicit list of name and factory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tutti/gang_grouping.h"
#include "tutti/plugin.h"

namespace tutti {

struct BuiltinOptions {
  bool all_jobs_are_gangs = false;
  // Whose pods count as gangs by any dialect but our own; empty: of every scheduler.
  std::vector<std::string> scheduler_names = {};
};

// The groupings of `dialects`, in that order. A name that is not known is added to `unknown` and
// left out.
std::vector<std::unique_ptr<GangGrouping>> BuiltinGangGroupings(
    const std::vector<std::string>& dialects, const BuiltinOptions& options,
    std::vector<std::string>& unknown);
// The scoring, filtering and queueing plugins, ordered by name.
std::vector<PluginDescriptor> BuiltinPlugins();
// Every dialect there is.
std::vector<std::string> BuiltinGangDialects();

}  // namespace tutti
