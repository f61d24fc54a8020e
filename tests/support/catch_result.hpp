// Catch2 with Result: not every value can be printed, but every error can.
#pragma once

#include "common/base/result.hpp"

#include <catch2/catch.hpp>

template <class T>
struct Catch::StringMaker<harvest::Result<T>> {
    static std::string convert(const harvest::Result<T>& result)
    {
        return result ? "a value" : std::string(harvest::wire_code(result.error()));
    }
};
