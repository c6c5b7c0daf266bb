/* The header of the ABI as C11 sees it; the warnings of the build are on. */
#include "tests/abi/header_as_c11.h"

size_t tutti_c_size_of_descriptor(void) { return sizeof(tutti_plugin_descriptor); }

size_t tutti_c_size_of_host(void) { return sizeof(tutti_host); }

bool tutti_c_has_need(const tutti_status* status) { return TUTTI_HAS(status, tutti_status, need); }
