// The part of the composition root that runs instances as child processes of this one.
#pragma once

#include "cli/api/journal.hpp"
#include "cli/compose_backend.hpp"
#include "common/adapters/process/child_instances.hpp"
#include "common/ports/allocator.hpp"
#include "common/runtime/supervisor.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace harvest::cli {

// The ids of slots, from instance-1 on: their ports stand ten on each, past those of this process.
using ChildCommand = std::function<std::vector<std::string>(std::size_t slot)>;

class Children {
public:
    // The others must outlive it.
    Children(const Settings& settings, ChildCommand command, Backend& backend, Clock& clock, api::Journal& journal);

    SlotPlan slot();
    // Places among the children, and waits for another one where all are full.
    std::unique_ptr<Allocator> allocator();
    void reload(); // any thread

private:
    Backend& backend_;
    Clock& clock_;
    process::ChildInstances instances_;
};

// A private CA and the certificate "all" for every daemon in `directory`, where there is no CA yet.
// Throws boost::system::system_error with a line for people.
void make_rpc_identity(const std::filesystem::path& directory, Millis now);

} // namespace harvest::cli
