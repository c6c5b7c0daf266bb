/* What the C half of the test tells the C++ half. */
#ifndef TUTTI_TESTS_ABI_HEADER_AS_C11_H_
#define TUTTI_TESTS_ABI_HEADER_AS_C11_H_

#include "tutti/abi/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

size_t tutti_c_size_of_descriptor(void);
size_t tutti_c_size_of_host(void);
/* As the macro TUTTI_HAS says it. */
bool tutti_c_has_need(const tutti_status* status);

#ifdef __cplusplus
}
#endif

#endif
