// The PlayerKeys store: each key in a box of the installation's sealer.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/player_keys.hpp"

namespace harvest::sql {

class SqlPlayerKeys final : public PlayerKeys {
public:
    SqlPlayerKeys(Database& database, Sealer& sealer, Entropy& entropy)
        : database_(database),
          sealer_(sealer),
          entropy_(entropy)
    {
    }

    AsyncResult<std::shared_ptr<Sealer>> get(PlayerId player, Deadline by) override;

private:
    Database& database_;
    Sealer& sealer_;
    Entropy& entropy_;
};

} // namespace harvest::sql
