// plugin_server BUILTIN NAME ADDRESS: serves a built-in plugin under that name over the plugin
// protocol until it is killed.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "builtin_plugins.h"
#include "tests/support/plugin_server.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s BUILTIN NAME ADDRESS\n", argv[0]);
    return 2;
  }
  const auto plugins = tutti::BuiltinPlugins();
  const auto plugin = std::find_if(plugins.begin(), plugins.end(), [&](const auto& descriptor) {
    return descriptor.name == std::string_view(argv[1]);
  });
  if (plugin == plugins.end()) {
    std::fprintf(stderr, "there is no built-in plugin %s\n", argv[1]);
    return 2;
  }
  tutti::PluginDescriptor served = *plugin;
  served.name = argv[2];
  const tutti::testing::PluginServer server(served, argv[3]);
  while (true) ::pause();
}
