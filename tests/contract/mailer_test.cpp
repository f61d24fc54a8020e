#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/system/file_mailer.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/ports/mailer.hpp"
#include "tests/contract/support/run.hpp"
#include "tests/contract/support/stores.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace harvest;
using namespace harvest::test;
namespace fs = std::filesystem;

namespace {

// Letters as they lie in the folder, by name of their files.
struct LettersInFiles {
    TempDir dir;
    system::SystemClock clock;
    memory::SeededEntropy entropy{7};
    system::FileMailer mailer{dir.path() / "mail", "Harvest Battles <no-reply@example.org>", clock, entropy};

    std::vector<std::string> letters() const
    {
        std::map<std::string, std::string> by_name;
        if (fs::exists(dir.path() / "mail"))
            for (const auto& entry : fs::directory_iterator(dir.path() / "mail")) {
                CHECK(entry.path().extension() == ".eml");
                CHECK(entry.status().permissions() == (fs::perms::owner_read | fs::perms::owner_write));
                std::ostringstream text;
                text << std::ifstream(entry.path()).rdbuf();
                by_name[entry.path().filename().string()] = text.str();
            }
        std::vector<std::string> texts;
        for (auto& [name, text] : by_name) texts.push_back(std::move(text));
        return texts;
    }
    Deadline soon() const { return clock.after(20s); }
};

Mail mail_to(const std::string& to)
{
    return {to, "Hello", "Grüße,\nzwei Zeilen\n"};
}

} // namespace

TEMPLATE_TEST_CASE("A letter is whole when it is accepted", "[mailer]", LettersInFiles)
{
    TestType world;
    REQUIRE(get(world.mailer.send(mail_to("ada@example.org"), world.soon())));
    REQUIRE(get(world.mailer.send(mail_to("bob@example.org"), world.soon())));
    const std::vector<std::string> letters = world.letters();
    REQUIRE(letters.size() == 2);
    int to_ada = 0;
    for (const std::string& letter : letters) {
        to_ada += letter.find("\r\nTo: ada@example.org\r\n") != std::string::npos;
        CHECK(letter.starts_with("From: Harvest Battles <no-reply@example.org>\r\n"));
        CHECK(letter.ends_with("\r\n\r\nGrüße,\r\nzwei Zeilen\r\n"));
    }
    CHECK(to_ada == 1);
}

TEMPLATE_TEST_CASE("Nothing gets into a letter's head by its address or subject", "[mailer]", LettersInFiles)
{
    TestType world;
    for (const char* to : {"", "ada@example.org\r\nBcc: all@example.org", "ada@example.org\n", "ädä@example.org"})
        CHECK(get(world.mailer.send(mail_to(to), world.soon())).error() == Errc::invalid_argument);
    Mail mail = mail_to("ada@example.org");
    mail.subject = "Hello\r\n\r\nanother body";
    CHECK(get(world.mailer.send(mail, world.soon())).error() == Errc::invalid_argument);
    CHECK(world.letters().empty());
}

TEST_CASE("A folder that cannot be written to is told", "[mailer]")
{
    LettersInFiles world;
    std::ofstream(world.dir.path() / "mail") << "a file where the folder should be";
    CHECK(get(world.mailer.send(mail_to("ada@example.org"), world.soon())).error() == Errc::unavailable);
}

TEST_CASE("A letter's date is in English, whatever the locale", "[mailer]")
{
    const std::string text = system::letter(mail_to("ada@example.org"), "x <x@example.org>", "01JDC8", noon);
    CHECK(text.find("\r\nDate: Fri, 15 Jan 2027 08:00:00 +0000\r\n") != std::string::npos);
    CHECK(text.find("\r\nMessage-ID: <01JDC8@harvest>\r\n") != std::string::npos);
}
