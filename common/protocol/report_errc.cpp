#include "common/protocol/report_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array report_rows{
    Refusal{ReportErrc::self, "report.self", Errc::invalid_argument, "nobody reports themselves"},
    Refusal{ReportErrc::no_such_player, "report.no_such_player", Errc::not_found, "there is no such player"},
    Refusal{ReportErrc::no_such_message, "report.no_such_message", Errc::not_found, "there is no such message here"},
    Refusal{ReportErrc::no_such_match, "report.no_such_match", Errc::not_found,
            "there is no such match of that player"},
    Refusal{ReportErrc::bad_note, "report.bad_note", Errc::invalid_argument,
            "a note has at most 500 characters, none of them for control"},
};

const DomainTable report_table(0x6861727665737421, "report", report_rows);

} // namespace

boost::system::error_code make_error_code(ReportErrc code)
{
    return {static_cast<int>(code), report_table};
}

} // namespace harvest::protocol
