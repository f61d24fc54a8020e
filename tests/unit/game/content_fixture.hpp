// The repository's own content, loaded once.
#pragma once

#include "common/config/game/content_loader.hpp"

namespace harvest::game::battle::test {

const Content& content();

} // namespace harvest::game::battle::test
