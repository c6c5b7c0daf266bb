# tutti_add_plugin(NAME a.cc ...): the shared object NAME.so with one plugin in it, in C++20 or C11,
# which exports tutti_plugin_v1 only. Part of the installed package as well.
function(tutti_add_plugin name)
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/tutti_plugin.map)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE tutti::plugin)
  target_link_options(${name} PRIVATE LINKER:--version-script=${map})
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    LINK_DEPENDS ${map}
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_VISIBILITY_PRESET hidden
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
endfunction()
