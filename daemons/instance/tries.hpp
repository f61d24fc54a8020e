// How an action goes on after an error of its store: a few tries, which its key makes safe, and one answer.
#pragma once

#include "common/base/result.hpp"

namespace harvest::instance {

class Tries {
public:
    // `worth_another`: after which errors the same action is safe to repeat.
    explicit Tries(bool (*worth_another)(const Error&)) : worth_another_(worth_another) {}

    bool another_after(const Error& error)
    {
        in_doubt_ = in_doubt_ || error == Errc::in_doubt;
        return ++done_ < at_most && worth_another_(error);
    }

    // What the action has come to. After a try in doubt only what the rules say tells that nothing was done; that a
    // later try failed does not.
    Error outcome(const Error& error) const
    {
        const bool failed = error.category() == make_error_code(Errc::in_doubt).category();
        return in_doubt_ && failed ? make_error_code(Errc::in_doubt) : error;
    }

private:
    static constexpr int at_most = 5;
    bool (*worth_another_)(const Error&);
    int done_{};
    bool in_doubt_{};
};

} // namespace harvest::instance
