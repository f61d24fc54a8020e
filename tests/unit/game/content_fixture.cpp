#include "tests/unit/game/content_fixture.hpp"

#include <stdexcept>

namespace harvest::game::battle::test {

const Content& content()
{
    static const Content loaded = [] {
        config::LoadedContent read = config::load_content("config/game");
        std::string faults;
        for (const config::ContentFault& fault : read.faults) faults += fault.text() + "\n";
        if (!read.content) throw std::runtime_error(faults);
        return std::move(*read.content);
    }();
    return loaded;
}

} // namespace harvest::game::battle::test
