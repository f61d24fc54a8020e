// The part of the composition root that names the stores: all of them on one database.
#pragma once

#include "common/adapters/sql/accounts.hpp"
#include "common/adapters/sql/chat_store.hpp"
#include "common/adapters/sql/crafting.hpp"
#include "common/adapters/sql/credentials.hpp"
#include "common/adapters/sql/decks.hpp"
#include "common/adapters/sql/farms.hpp"
#include "common/adapters/sql/groups.hpp"
#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/ledger.hpp"
#include "common/adapters/sql/market.hpp"
#include "common/adapters/sql/matches.hpp"
#include "common/adapters/sql/personal_data.hpp"
#include "common/adapters/sql/player_keys.hpp"
#include "common/adapters/sql/progress.hpp"
#include "common/adapters/sql/reports.hpp"
#include "common/adapters/sql/rules_archive.hpp"
#include "common/adapters/sql/seasons.hpp"
#include "common/adapters/sql/second_factors.hpp"
#include "common/adapters/sql/sessions.hpp"
#include "common/adapters/sql/social.hpp"
#include "common/adapters/sql/tournaments.hpp"

namespace harvest::cli {

struct Stores {
    Stores(sql::Database& database, const Clock& clock, Sealer& sealer, Entropy& entropy)
        : archive(database),
          accounts(database),
          sessions(database),
          ledger(database),
          decks(database),
          matches(database),
          farms(database),
          market(database),
          crafting(database),
          progress(database),
          seasons(database),
          tournaments(database),
          leases(database, clock),
          chat(database),
          social(database),
          groups(database),
          reports(database),
          personal(database),
          credentials(database),
          factors(database),
          player_keys(database, sealer, entropy)
    {
    }

    sql::SqlRulesArchive archive;
    sql::SqlAccounts accounts;
    sql::SqlSessions sessions;
    sql::SqlLedger ledger;
    sql::SqlDecks decks;
    sql::SqlMatches matches;
    sql::SqlFarms farms;
    sql::SqlMarket market;
    sql::SqlCrafting crafting;
    sql::SqlProgress progress;
    sql::SqlSeasons seasons;
    sql::SqlTournaments tournaments;
    sql::SqlLeases leases;
    sql::SqlChatStore chat;
    sql::SqlSocial social;
    sql::SqlGroups groups;
    sql::SqlReports reports;
    sql::SqlPersonalData personal;
    sql::SqlCredentials credentials;
    sql::SqlSecondFactors factors;
    sql::SqlPlayerKeys player_keys;
};

} // namespace harvest::cli
