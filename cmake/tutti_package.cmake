# What is installed for plugin authors, as the component "sdk": headers, templates, and (src/apps)
# tutti-check, which is all of it that has to be built. (The program tutti is installed by src/apps,
# too.)
#   find_package(tutti) -> tutti::plugin, tutti_add_plugin(NAME a.cc ...);  pkg-config: tutti
#   The protocol of remote plugins: pkg-config --variable=protodir tutti
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(tutti_sdk INTERFACE)
add_library(tutti::plugin ALIAS tutti_sdk)
set_target_properties(tutti_sdk PROPERTIES EXPORT_NAME plugin)
target_include_directories(tutti_sdk INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/tutti)
configure_package_config_file(cmake/tuttiConfig.cmake.in ${PROJECT_BINARY_DIR}/tuttiConfig.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tuttiConfigVersion.cmake
  COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
file(READ include/tutti/abi/plugin_abi.h abi)
string(REGEX MATCH "TUTTI_ABI_MAJOR ([0-9]+)" ignored "${abi}")
set(abi_major ${CMAKE_MATCH_1})
string(REGEX MATCH "TUTTI_ABI_MINOR ([0-9]+)" ignored "${abi}")
set(abi_minor ${CMAKE_MATCH_1})
configure_file(cmake/tutti.pc.in ${PROJECT_BINARY_DIR}/tutti.pc @ONLY)

install(DIRECTORY include/tutti DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
install(FILES proto/tutti/v1/plugin.proto
  DESTINATION ${CMAKE_INSTALL_DATADIR}/tutti/proto/tutti/v1 COMPONENT sdk)
install(TARGETS tutti_sdk EXPORT tuttiTargets COMPONENT sdk)
install(EXPORT tuttiTargets NAMESPACE tutti:: DESTINATION ${package_folder} COMPONENT sdk)
install(FILES
    ${PROJECT_BINARY_DIR}/tuttiConfig.cmake
    ${PROJECT_BINARY_DIR}/tuttiConfigVersion.cmake
    cmake/tutti_add_plugin.cmake
    cmake/tutti_plugin.map
  DESTINATION ${package_folder} COMPONENT sdk)
install(FILES ${PROJECT_BINARY_DIR}/tutti.pc
  DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig COMPONENT sdk)
install(DIRECTORY src/authoring/templates DESTINATION ${CMAKE_INSTALL_DATADIR}/tutti COMPONENT sdk)
