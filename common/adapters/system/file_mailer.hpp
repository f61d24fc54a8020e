// A Mailer that puts each letter into a folder as a file of its own (RFC 5322), for whoever carries it on. For any
// thread.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/mailer.hpp"
#include "common/runtime/blocking_pool.hpp"

#include <filesystem>

namespace harvest::system {

class FileMailer final : public Mailer {
public:
    // `from` as it stands in the head: "Harvest Battles <no-reply@example.org>". The folder is made with the first
    // letter.
    FileMailer(std::filesystem::path folder, std::string from, const Clock& clock, Entropy& entropy);

    AsyncResult<void> send(Mail mail, Deadline by) override;

private:
    const std::filesystem::path folder_;
    const std::string from_;
    const Clock& clock_;
    Entropy& entropy_;
    BlockingPool pool_;
};

// The letter as bytes; `id` makes its Message-ID.
std::string letter(const Mail& mail, std::string_view from, std::string_view id, Millis at);

} // namespace harvest::system
