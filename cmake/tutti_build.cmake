# Compiler settings and the helpers that every CMakeLists.txt of ours uses.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(TUTTI_CCACHE ccache)
if(TUTTI_CCACHE)
  # Paths relative to the checkout, so that another clone finds what this one has compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
    CCACHE_NOHASHDIR=true CCACHE_SLOPPINESS=pch_defines,time_macros ${TUTTI_CCACHE})
endif()
find_program(TUTTI_MOLD mold)
if(TUTTI_MOLD)
  # Without separate code mold 1.10 may begin RELRO in a page that is not mapped, where .text happens
  # to end right before a page does: such a binary does not start.
  add_link_options(-fuse-ld=mold -Wl,-z,separate-code)
endif()

# In all of them, for precompiled headers are read where the same is defined only.
add_compile_options(-pthread)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow
  "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>")
if(TUTTI_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  # Line tables only: a third of the object size, and still a readable backtrace.
  add_compile_options(-g1)
endif()
if(TUTTI_SANITIZE)
  # What the sanitizers put in makes GCC 12 see uninitialized members of std::optional.
  add_compile_options(-fsanitize=${TUTTI_SANITIZE} -fno-omit-frame-pointer -O1 -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${TUTTI_SANITIZE})
  if(TUTTI_SANITIZE MATCHES "undefined")
    # Checks at every access of a member: a third of the time to compile a library. AddressSanitizer
    # stops at null as well; nothing looks for misaligned addresses then.
    add_compile_options(-fno-sanitize=null,alignment)
  endif()
endif()
if(TUTTI_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage of our libraries guides the fuzzer
endif()

# tutti_library(NAME SOURCES a.cc ... [PUBLIC dep ...] [PRIVATE dep ...])
# Makes the static library tutti_NAME; headers are found as "src/NAME/x.h" is: #include "NAME/x.h".
function(tutti_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(tutti_${name} STATIC ${ARG_SOURCES})
  target_include_directories(tutti_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(tutti_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  if(TUTTI_PCH)
    target_precompile_headers(tutti_${name} REUSE_FROM tutti_pch)
  endif()
endfunction()

# The options of every test.
function(tutti_test_options name)
  # Not what is tested, only the tests themselves: under sanitizers it halves the time that one takes
  # to compile (30 s to 14 s), and hardly any of them is busy with its own code.
  target_compile_options(${name} PRIVATE -O0)
  if(TUTTI_SANITIZE MATCHES "undefined")
    # Likewise: a quarter less again. AddressSanitizer watches the tests, too.
    target_compile_options(${name} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

# Precompiled headers, one for all libraries and one for all tests: a fifth to a half of the time that
# a file takes. Only where TUTTI_PCH asks for it: what they are compiled to is never the same twice,
# so another clone finds nothing in ccache that was compiled with them.
function(tutti_precompile_headers)
  if(NOT TUTTI_PCH)
    return()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/pch)
  # Unlike file(WRITE): not touched when there is nothing new.
  file(CONFIGURE OUTPUT ${folder}/empty.cc CONTENT "")
  file(CONFIGURE OUTPUT ${folder}/main.cc CONTENT "int main() {}\n")
  set(headers <algorithm> <atomic> <charconv> <chrono> <filesystem> <fstream> <functional> <map>
    <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view> <thread> <tuple>
    <unordered_map> <utility> <variant> <vector> <absl/container/flat_hash_map.h>
    <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>
    <absl/strings/str_join.h> <absl/strings/str_split.h> <absl/synchronization/mutex.h>)
  add_library(tutti_pch OBJECT ${folder}/empty.cc)
  target_precompile_headers(tutti_pch PRIVATE ${headers})
  add_executable(tutti_test_pch EXCLUDE_FROM_ALL ${folder}/main.cc)
  target_link_libraries(tutti_test_pch PRIVATE GTest::gmock)
  tutti_test_options(tutti_test_pch)
  target_precompile_headers(tutti_test_pch PRIVATE ${headers} <nlohmann/json.hpp> <gmock/gmock.h>
    <gtest/gtest.h>)
endfunction()

# tutti_test(NAME SOURCES a_test.cc ... DEPS dep ... [LABEL unit] [TIMEOUT seconds] [ONE_PROCESS])
# Makes one GoogleTest binary; ctest lists each of its cases, or with ONE_PROCESS runs them together
# as the test NAME. The target tests_LABEL builds all binaries of a label.
function(tutti_test name)
  cmake_parse_arguments(ARG "ONE_PROCESS" "LABEL;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE TUTTI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  tutti_test_options(${name})
  if(TUTTI_SANITIZE STREQUAL "thread")
    # The distribution's Abseil is built without ThreadSanitizer: without this its locks order nothing.
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/tsan_absl_sync.cc)
    target_link_libraries(${name} PRIVATE absl::synchronization ${CMAKE_DL_LIBS})
  endif()
  if(TUTTI_PCH AND NOT "${ARG_SOURCES}" MATCHES "\\.c(;|$)")
    target_precompile_headers(${name} REUSE_FROM tutti_test_pch)
  endif()
  if(NOT TARGET tests_${ARG_LABEL})
    add_custom_target(tests_${ARG_LABEL})
  endif()
  add_dependencies(tests_${ARG_LABEL} ${name})
  if(ARG_ONE_PROCESS)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
    return()
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# tutti_bench(NAME SOURCES a_bench.cc ... DEPS dep ...): a Google Benchmark binary, only with TUTTI_BENCH.
function(tutti_bench name)
  if(NOT TUTTI_BENCH)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} benchmark::benchmark_main)
endfunction()
