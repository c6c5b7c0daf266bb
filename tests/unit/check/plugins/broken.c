/* Descriptors that nobody should have written. BROKEN says in which way. */
#include <stdlib.h>

#include "tutti/abi/plugin_abi.h"

#define OLD_MAJOR 1
#define CRASHES_WHILE_LOADED 2
#define CRASHES_WHEN_ASKED_WHO_IT_IS 3
#define NOT_ALL_NULL 4

#if BROKEN == CRASHES_WHILE_LOADED
__attribute__((constructor)) static void crash(void) { abort(); }
#endif

const tutti_plugin_descriptor* tutti_plugin_v1(void) {
#if BROKEN == CRASHES_WHEN_ASKED_WHO_IT_IS
  abort();
#endif
  static const tutti_plugin_descriptor descriptor = {
    .struct_size = sizeof descriptor,
    .magic = TUTTI_ABI_MAGIC,
#if BROKEN == OLD_MAJOR
    .abi_major = TUTTI_ABI_MAJOR - 1,
#else
    .abi_major = TUTTI_ABI_MAJOR,
#endif
    .name = {"N\xC3\xA4me", sizeof "N\xC3\xA4me" - 1},
  };
  return &descriptor;
}
