// HARVEST_ASSERT: our own mistakes end the process, in every build. Never for bytes from wire, file or database.
#pragma once

namespace harvest {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}

#define HARVEST_ASSERT(expression)                                                                                     \
    do {                                                                                                               \
        if (!(expression)) [[unlikely]]                                                                                \
            ::harvest::assertion_failed(#expression, __FILE__, __LINE__);                                              \
    } while (false)
